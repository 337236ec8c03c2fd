"""Columns of the list of problems."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.escaping import markup
from core.lists import Column, DateColumn, Table
from core.words import due_in_words
from people.tables.papers import chip
from training.models import Problem
from training.states import ProblemState

_NOWRAP = {"td": {"class": "nowrap"}}
_TONES = {ProblemState.OPEN: "todo", ProblemState.FIXED: "wait", ProblemState.CLOSED: "ok"}
NEAR = 7  # days before the limit at which it becomes a chip


def state_chip(problem: Problem) -> dict[str, Any]:
    """Tone and words for ``generic/_state.html``."""
    return {"tone": _TONES[ProblemState(problem.state)], "label": ProblemState(problem.state).label}


def due_chip(problem: Problem, today: Any = None) -> dict[str, Any] | None:
    """How near the limit is, of one that is being put right; None while there is time."""
    if problem.state != ProblemState.OPEN or problem.due_on is None:
        return None
    left = (problem.due_on - (today or timezone.localdate())).days
    if left > NEAR:
        return None
    return {"tone": "bad" if left < 0 else "warn", "label": due_in_words(left)}


class ProblemTable(Table):
    what = Column(linkify=lambda record: record.get_absolute_url())
    activity = Column(accessor="activity")
    held_on = DateColumn(gettext_lazy("活动日期"), accessor="activity__order_at", attrs=_NOWRAP)
    organization = Column()
    due_on = Column(orderable=True, order_by=("due_on",), attrs=_NOWRAP, empty_values=())
    state = Column(attrs=_NOWRAP)
    fixed_at = DateColumn(attrs=_NOWRAP)
    closed_at = DateColumn(attrs=_NOWRAP)

    class Meta:
        model = Problem
        fields = (
            "what", "activity", "held_on", "organization", "owner", "due_on", "state", "measure", "fix", "fixed_by",
            "fixed_at", "closed_by", "closed_at",
        )  # fmt: skip
        default_columns = ("what", "activity", "organization", "owner", "due_on", "state")

    def render_due_on(self, record: Problem) -> Any:
        if record.due_on is None:
            return "—"
        near = due_chip(record, getattr(record, "as_at", None))
        day = f"{record.due_on:%Y-%m-%d}"
        return markup("<div>{} {}</div>", day, chip(**near)) if near else day

    def value_due_on(self, record: Problem) -> date | None:
        return record.due_on

    def render_state(self, record: Problem) -> str:
        return chip(**state_chip(record))

    def value_state(self, record: Problem) -> str:
        return str(ProblemState(record.state).label)
