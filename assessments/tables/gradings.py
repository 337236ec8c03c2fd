"""The list of gradings."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from assessments.models import Grading
from assessments.scoring import plain
from assessments.states import GRADING_TONES, GradingState
from core.lists import Column, DateColumn, DateTimeColumn, Table
from organizations.tables import State

_NOWRAP = {"td": {"class": "nowrap"}}


class GradingTable(Table):
    team = tables.Column(
        _("队伍"), accessor="team__organization__short_name", linkify=lambda record: record.get_absolute_url()
    )
    number = Column(attrs=_NOWRAP)
    standard = Column(_("标准"), accessor="standard__name")
    scheme = Column(_("体系"), accessor="standard", empty_values=())
    applied_grade = Column(attrs=_NOWRAP)
    state = State(verbose_name=_("状态"))
    result = Column(attrs=_NOWRAP)
    total = Column(attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    office = Column(accessor="office__short_name", verbose_name=_("组织单位"))
    submitted_at = DateTimeColumn(verbose_name=_("报送时间"), attrs=_NOWRAP)
    created_at = DateTimeColumn(attrs=_NOWRAP, order_by=("created_at", "id"), orderable=True)
    site_on = DateColumn(attrs=_NOWRAP)
    public_until = DateColumn(attrs=_NOWRAP)

    class Meta:
        model = Grading
        fields = (
            "team", "number", "standard", "scheme", "applied_grade", "state", "result", "total", "office",
            "submitted_at", "site_on", "site_place", "public_from", "public_until", "closed_at", "created_at",
            "submitted_by", "created_by",
        )  # fmt: skip
        default_columns = (
            "team", "number", "standard", "applied_grade", "state", "result", "office", "submitted_at",
        )  # fmt: skip
        order_by = ("-created_at", "-id")

    def render_scheme(self, record: Grading) -> str:
        return record.standard.get_scheme_display()

    value_scheme = render_scheme

    def render_total(self, value: Any) -> str:
        return plain(value)

    def state_state(self, record: Grading) -> tuple[str, Any, str]:
        state = GradingState(record.state)
        tone, icon = GRADING_TONES[state]
        return tone, state.label, icon

    def value_state(self, record: Grading) -> str:
        return record.get_state_display()
