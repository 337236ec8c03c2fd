"""The list of grades teams hold."""

from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.filters.grades import SOON
from assessments.gradings.granting import what_of
from assessments.models import TeamGrade
from core.lists import Column, DateColumn, Table
from organizations.tables import State

_NOWRAP = {"td": {"class": "nowrap"}}


def tone_of(grade: TeamGrade) -> tuple[str, str]:
    """Tone and icon of how it stands today."""
    if grade.ended_on is not None:
        return "off", "off"
    if not grade.is_held:
        return "bad", "bad"
    left = (grade.valid_until - timezone.localdate()).days if grade.valid_until else None
    return ("warn", "wait") if left is not None and left <= SOON else ("ok", "ok")


class GradeTable(Table):
    team = tables.Column(
        _("队伍"), accessor="team__organization__short_name", linkify=lambda record: record.get_absolute_url()
    )
    what = Column(_("类别或专业"), accessor="pk", empty_values=())
    grade = Column(attrs=_NOWRAP)
    scheme = Column(attrs=_NOWRAP)
    issuer = Column()
    certificate_no = Column(attrs=_NOWRAP)
    granted_on = DateColumn(attrs=_NOWRAP)
    valid_until = DateColumn(attrs=_NOWRAP, order_by=("valid_until", "id"), orderable=True)
    standing = State(verbose_name=_("有效情况"))
    source = Column(_("来源"), accessor="pk", empty_values=(), attrs=_NOWRAP)

    related = ("category",)

    class Meta:
        model = TeamGrade
        fields = (
            "team", "what", "grade", "scheme", "issuer", "certificate_no", "document_number", "granted_on",
            "valid_until", "standing", "source", "ended_on", "end_reason", "created_by", "created_at",
        )  # fmt: skip
        default_columns = (
            "team", "what", "grade", "scheme", "issuer", "granted_on", "valid_until", "standing",
        )  # fmt: skip
        order_by = ("valid_until", "id")

    def render_what(self, record: TeamGrade) -> str:
        return what_of(record)

    value_what = render_what

    def render_source(self, record: TeamGrade) -> str:
        return str(_("外部登记") if record.is_external else _("本平台测评"))

    value_source = render_source

    def state_standing(self, record: TeamGrade) -> tuple[str, Any, str]:
        tone, icon = tone_of(record)
        return tone, record.standing(), icon

    def value_standing(self, record: TeamGrade) -> str:
        return record.standing()
