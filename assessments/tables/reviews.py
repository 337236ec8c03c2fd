"""The list of a year's reviews: in the order of the tree of offices, never by points."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from assessments.models import Review
from assessments.states import REVIEW_DECIDED, REVIEW_TONES, ReviewState
from core.lists import Column, DateTimeColumn, Table
from organizations.tables import State

_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}
_NOWRAP = {"td": {"class": "nowrap"}}


class ReviewTable(Table):
    team = tables.Column(_("队伍"), accessor="organization__name", linkify=lambda record: record.get_absolute_url())
    year = Column(_("年度"), accessor="campaign__year", attrs=_NOWRAP)
    office = Column(_("考核单位"), accessor="office__short_name")
    reporter = Column()
    submitted_at = DateTimeColumn(attrs=_NOWRAP)
    scored_at = DateTimeColumn(attrs=_NOWRAP)
    decided_at = DateTimeColumn(attrs=_NOWRAP)
    self_total = Column(attrs=_NUMBER)
    league_total = Column(attrs=_NUMBER)
    total = Column(attrs=_NUMBER)
    result = Column(_("考核结果"), accessor="result__name", attrs=_NOWRAP)
    revision = Column(attrs=_NUMBER)
    state = State(verbose_name=_("状态"))

    class Meta:
        model = Review
        fields = (
            "team", "year", "office", "reporter", "submitted_at", "scored_at", "decided_at", "self_total",
            "league_total", "total", "result", "revision", "state_reason", "state",
        )  # fmt: skip
        default_columns = ("team", "year", "office", "submitted_at", "scored_at", "result", "state")
        order_by = ("organization__path", "-campaign__year")

    def render_result(self, value: str, record: Review) -> str:
        return self.value_result(value, record) or "—"

    def value_result(self, value: str, record: Review) -> str:
        return value if record.state in REVIEW_DECIDED else ""

    def state_state(self, record: Review) -> tuple[str, Any, str]:
        state = ReviewState(record.state)
        tone, icon = REVIEW_TONES[state]
        return tone, state.label, icon

    def value_state(self, record: Review) -> str:
        return record.get_state_display()
