"""The history of a membership: moves, and changes of what was noted, in one line of time."""

from typing import Any

from django.utils.translation import gettext as _

from core.history import changes_of
from core.models import WorkflowEvent
from people.models import Membership
from people.workflow import MEMBERSHIP

MOST = 40


def story_of(membership: Membership) -> list[dict[str, Any]]:
    """Newest first, in the shape ``generic/_history.html`` reads. What a move wrote stands with the move alone."""
    moves = [_move(event) for event in WorkflowEvent.objects.of(membership).select_related("by")[:MOST]]
    told = {entry["at"].replace(microsecond=0) for entry in moves}
    entries = []
    for change in changes_of(membership, most=MOST):
        entry = change.shown()
        if change.label == "insert":
            entries.append({**entry, "label": _("列入名册"), "changes": []})
        elif not (change.at.replace(microsecond=0) in told and _by_move(change.fields)):
            entries.append(entry)
    return sorted([*entries, *moves], key=lambda entry: entry["at"], reverse=True)


def _by_move(fields: list[tuple[str, str, str]]) -> bool:
    state = str(Membership._meta.get_field("state").verbose_name)  # type: ignore[union-attr]
    return any(label == state for label, _old, _new in fields)


def _move(event: WorkflowEvent) -> dict[str, Any]:
    facts = event.facts
    kinds = dict(Membership._meta.get_field("end_kind").flatchoices)  # type: ignore[union-attr]
    changes = [
        {"label": _("退队日期"), "old": "", "new": facts["left_on"]},
        {"label": _("退队类型"), "old": "", "new": str(kinds.get(facts.get("end_kind"), ""))},
    ] if facts.get("left_on") else []  # fmt: skip
    return {
        "at": event.at, "who": event.by or _("系统"), "for_whom": event.acting_for,
        "label": MEMBERSHIP.move(event.action).label, "comment": event.comment or facts.get("end_reason", ""),
        "changes": changes,
    }  # fmt: skip
