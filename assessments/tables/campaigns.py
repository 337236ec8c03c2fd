"""Columns of the list of campaigns."""

from typing import Any

import django_tables2 as tables
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assessments.models import Campaign
from assessments.states import CAMPAIGN_TONES, REVIEW_SETTLED, CampaignState
from core.lists import Column, DateColumn, Table
from organizations.tables import State

_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}
_NOWRAP = {"td": {"class": "nowrap"}}
DONE = Q(state__in=REVIEW_SETTLED)


def with_counts(rows: Any, seen: Any) -> Any:
    """``seen``: the reviews that the reader sees. Counted beside the campaigns and not joined to them: else whoever
    only asks how many campaigns there are walks through all reviews."""
    mine = seen.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    return rows.annotate(asked=_number(mine), done=_number(mine.filter(DONE)))


def _number(rows: Any) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(_n=Count("pk")).values("_n"), output_field=IntegerField()), 0)


class CampaignTable(Table):
    year = tables.Column(linkify=True, orderable=True, attrs=_NOWRAP)
    standard = Column(_("考核标准"), accessor="standard__name")
    document_number = Column(attrs=_NOWRAP)
    data_until = DateColumn(attrs=_NOWRAP)
    report_by = DateColumn(attrs=_NOWRAP)
    score_by = DateColumn(attrs=_NOWRAP)
    decide_by = DateColumn(attrs=_NOWRAP)
    asked = Column(_("队伍"), accessor="asked", attrs=_NUMBER)
    done = Column(_("办结或不参加"), accessor="done", attrs=_NUMBER)
    state = State(verbose_name=_("状态"))

    only_now = ("asked", "done")

    class Meta:
        model = Campaign
        fields = (
            "year", "standard", "document_number", "data_until", "report_by", "score_by", "decide_by", "asked", "done",
            "state",
        )  # fmt: skip
        default_columns = ("year", "standard", "report_by", "score_by", "decide_by", "asked", "done", "state")
        order_by = ("-year",)

    def state_state(self, record: Campaign) -> tuple[str, Any, str]:
        state = CampaignState(record.state)
        tone, icon = CAMPAIGN_TONES[state]
        return tone, state.label, icon

    def value_state(self, record: Campaign) -> str:
        return record.get_state_display()
