"""Columns of the list of members' assessments."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import MemberAssessment
from assessments.scoring import plain
from core.chips import chip
from core.escaping import markup
from core.lists import Column, DateColumn, Table
from core.masking import mask_text
from people.tables.papers import days_left

_NOWRAP: dict[str, Any] = {"td": {"class": "nowrap"}}
_NUMBER: dict[str, Any] = {"td": {"class": "num"}, "th": {"class": "num"}}


def state_of(row: MemberAssessment) -> dict[str, Any]:
    """The chip; reads ``capability``."""
    if row.finished_at is None:
        return {"tone": "wait", "icon": "draft", "label": _("评分中")}
    if row.capability is not None and row.capability.ended_at is not None:
        return {"tone": "off", "icon": "", "label": _("已作废")}
    return {"tone": "ok", "icon": "", "label": _("已完成")}


def conclusion_of(row: MemberAssessment) -> str:
    if row.finished_at is None:
        return ""
    return str(row.conclusion) if row.conclusion else _("没有达到任何一档")


class MemberAssessmentTable(Table):
    person = Column(linkify=lambda record: record.get_absolute_url())
    organization = Column(gettext_lazy("救援队"), accessor="organization__short_name")
    standard = Column()
    assessed_on = DateColumn(attrs=_NOWRAP)
    assessors = Column(masked=mask_text)
    total = Column(attrs=_NUMBER)
    conclusion = Column(attrs=_NOWRAP, empty_values=())
    valid_until = Column(attrs=_NOWRAP)
    status = Column(gettext_lazy("状态"), accessor="pk", empty_values=(), attrs=_NOWRAP)
    created_at = DateColumn(gettext_lazy("登记日期"), orderable=True, attrs=_NOWRAP)

    related = ("conclusion", "capability")

    class Meta:
        model = MemberAssessment
        fields = (
            "person", "organization", "standard", "assessed_on", "assessors", "total", "conclusion", "valid_until",
            "status", "created_at",
        )  # fmt: skip
        default_columns = (
            "person", "organization", "standard", "assessed_on", "total", "conclusion", "valid_until", "status",
        )  # fmt: skip

    def render_total(self, value: Any) -> str:
        return plain(value)

    def render_conclusion(self, record: MemberAssessment) -> str:
        return conclusion_of(record) or "—"

    def value_conclusion(self, record: MemberAssessment) -> str:
        return conclusion_of(record)

    def render_valid_until(self, record: MemberAssessment) -> Any:
        shown = f"{record.valid_until:%Y-%m-%d}"
        near = days_left(record.valid_until) if state_of(record)["tone"] == "ok" else None
        return markup("<div>{} {}</div>", shown, chip(**near)) if near else shown

    def value_valid_until(self, record: MemberAssessment) -> Any:
        return record.valid_until

    def render_status(self, record: MemberAssessment) -> str:
        return chip(**state_of(record))

    def value_status(self, record: MemberAssessment) -> str:
        return str(state_of(record)["label"])
