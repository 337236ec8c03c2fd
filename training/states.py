"""States of activities and of problems found in them, and the steps between; ``workflow.py`` says who."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.steps import step, transitions


class ActivityState(TextChoices):
    DRAFT = "draft", pgettext_lazy("activity", "筹备中")
    SUBMITTED = "submitted", pgettext_lazy("activity", "待确认")
    RETURNED = "returned", _("退回修改")
    CONFIRMED = "confirmed", pgettext_lazy("activity", "已确认")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已取消")


class ProblemState(TextChoices):
    OPEN = "open", _("整改中")
    FIXED = "fixed", _("待验收")
    CLOSED = "closed", _("已销号")


A, P = ActivityState, ProblemState

ACTIVITY_STEPS = {
    "submit": step(A.DRAFT, to=A.SUBMITTED),
    "resubmit": step(A.RETURNED, to=A.SUBMITTED),
    "withdraw": step(A.SUBMITTED, to=A.DRAFT),
    "return_for_changes": step(A.SUBMITTED, to=A.RETURNED),
    "confirm": step(A.SUBMITTED, to=A.CONFIRMED),
    "reopen": step(A.CONFIRMED, to=A.RETURNED),  # a confirmed record turned out to be wrong
    "archive": step(A.CONFIRMED, to=A.ARCHIVED),
    "cancel": step(A.DRAFT, A.RETURNED, to=A.CANCELLED),
    "revive": step(A.CANCELLED, to=A.DRAFT),
}
PROBLEM_STEPS = {
    "report": step(P.OPEN, to=P.FIXED),
    "accept": step(P.FIXED, to=P.CLOSED),
    "refuse": step(P.FIXED, to=P.OPEN),
    "reopen": step(P.CLOSED, to=P.OPEN),
}
ACTIVITY_TRANSITIONS = transitions(ACTIVITY_STEPS)
PROBLEM_TRANSITIONS = transitions(PROBLEM_STEPS)
WITH_AUTHOR = (A.DRAFT, A.RETURNED)
ON_RECORD = (A.CONFIRMED, A.ARCHIVED)  # counts
# Tone and icon of each state (generic/_state.html).
ACTIVITY_TONES: dict[str, tuple[str, str]] = {
    A.DRAFT: ("todo", "draft"),
    A.SUBMITTED: ("wait", "wait"),
    A.RETURNED: ("warn", "back"),
    A.CONFIRMED: ("ok", "ok"),
    A.ARCHIVED: ("off", "off"),
    A.CANCELLED: ("off", "off"),
}
