"""The history of a membership: moves, and changes of what was noted, in one line of time."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from core.history import changes_of
from core.models import WorkflowEvent
from people.models import Membership
from people.states import MembershipState
from people.workflow import MEMBERSHIP

MOST = 40


def story_of(membership: Membership) -> list[dict[str, Any]]:
    """Newest first, in the shape ``generic/_history.html`` reads. What a move wrote stands with the move alone."""
    events = list(WorkflowEvent.objects.of(membership).select_related("by")[:MOST])
    moved = Counter(str(MembershipState(event.to_state).label) for event in events)
    entries = [_move(event) for event in events]
    for change in changes_of(membership, most=MOST):
        target = _new_state(change.fields)
        if change.label == "insert":
            entries.append({**change.shown(), "label": _("列入名册"), "changes": []})
        elif target and moved[target]:
            moved[target] -= 1
        else:
            entries.append(change.shown())
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _new_state(fields: list[tuple[str, str, str]]) -> str:
    """The state a change led to, in words; empty where the state stayed."""
    state = str(Membership._meta.get_field("state").verbose_name)  # type: ignore[union-attr]
    return next((new for label, _old, new in fields if label == state), "")


def _move(event: WorkflowEvent) -> dict[str, Any]:
    facts = event.facts
    kinds = dict(Membership._meta.get_field("end_kind").flatchoices)  # type: ignore[union-attr]
    changes = [
        {"label": _("退队日期"), "old": "", "new": facts["left_on"]},
        {"label": _("退队类型"), "old": "", "new": str(kinds.get(facts.get("end_kind"), ""))},
    ] if facts.get("left_on") else []  # fmt: skip
    return {
        "at": event.at, "who": event.by or _("系统"), "for_whom": event.acting_for,
        "label": MEMBERSHIP.label(event.action), "comment": event.comment or facts.get("end_reason", ""),
        "changes": changes,
    }  # fmt: skip
