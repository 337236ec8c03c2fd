"""Columns of the list of follow-ups."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from assessments.models import FollowUp
from assessments.states import FOLLOW_UP_TONES, FollowUpState
from core.chips import chip
from core.escaping import markup
from core.lists import Column, DateColumn, DateTimeColumn, Table
from core.words import due_in_words
from organizations.tables import State

_NOWRAP = {"td": {"class": "nowrap"}}
NEAR = 14  # days before the limit at which it becomes a chip


def state_of(one: FollowUp) -> dict[str, Any]:
    """Tone, icon and label for ``generic/_state.html``."""
    tone, icon = FOLLOW_UP_TONES[one.state]
    return {"tone": tone, "icon": icon, "label": one.get_state_display()}


def due_chip(one: FollowUp, today: Any = None) -> dict[str, Any] | None:
    """How near the limit is, of one that is being carried out; None while there is time."""
    if one.state != FollowUpState.OPEN or one.due_on is None:
        return None
    left = (one.due_on - (today or timezone.localdate())).days
    if left > NEAR:
        return None
    return {"tone": "bad" if left < 0 else "warn", "label": due_in_words(left)}


class FollowUpTable(Table):
    what = Column(linkify=lambda record: record.get_absolute_url())
    team = Column(gettext_lazy("队伍"), accessor="review__organization__name")
    year = Column(gettext_lazy("年度"), accessor="review__campaign__year", attrs=_NOWRAP)
    result = Column(gettext_lazy("考核结果"), accessor="review__result__name", attrs=_NOWRAP)
    kind = Column(attrs=_NOWRAP)
    responsible = Column(gettext_lazy("落实单位"), accessor="responsible__short_name")
    due_on = Column(orderable=True, order_by=("due_on",), attrs=_NOWRAP, empty_values=())
    outcome = Column()
    reported_at = DateTimeColumn(attrs=_NOWRAP)
    done_on = DateColumn(attrs=_NOWRAP)
    ended_on = DateColumn(attrs=_NOWRAP)
    state = State(verbose_name=gettext_lazy("状态"))

    class Meta:
        model = FollowUp
        fields = (
            "what", "team", "year", "result", "kind", "responsible", "due_on", "outcome", "reported_at", "done_on",
            "ended_on", "end_reason", "state",
        )  # fmt: skip
        default_columns = ("what", "team", "year", "kind", "responsible", "due_on", "state")

    def render_due_on(self, record: FollowUp) -> Any:
        if record.due_on is None:
            return "—"
        near, day = due_chip(record, getattr(record, "as_at", None)), f"{record.due_on:%Y-%m-%d}"
        return markup("<div>{} {}</div>", day, chip(**near)) if near else day

    def value_due_on(self, record: FollowUp) -> date | None:
        return record.due_on

    def state_state(self, record: FollowUp) -> tuple[str, Any, str]:
        tone, icon = FOLLOW_UP_TONES[record.state]
        return tone, record.get_state_display(), icon

    def value_state(self, record: FollowUp) -> str:
        return record.get_state_display()
