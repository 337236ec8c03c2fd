"""What waits to be confirmed, and what was found when it was handed in."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from core.models import WorkflowEvent
from core.workflow import last_event
from organizations.models import User
from training.models import Activity

HANDED_IN = ("submit", "resubmit")


def told_at_hand_in(events: list[WorkflowEvent]) -> list[str]:
    """What was found at the latest hand-in and did not stop it."""
    last = last_event(events, *HANDED_IN)
    return list((last.facts or {}).get("findings") or []) if last else []


def waiting_for(user: User) -> Any:
    """Records the user may confirm now, the longest waiting first."""
    return Activity.objects.to_confirm(user).select_related("host", "office").order_by("submitted_at", "pk")


def clean_ones(user: User, most: int) -> tuple[list[Activity], list[Activity], bool]:
    """Of what waits: those handed in without findings, those with, and whether there are more. Two queries."""
    rows = list(waiting_for(user)[: most + 1])
    events: dict[str, list[WorkflowEvent]] = {}
    hangs = {
        "content_type": ContentType.objects.get_for_model(Activity),
        "object_id__in": [str(row.pk) for row in rows],
    }
    for event in WorkflowEvent.objects.filter(**hangs, action__in=HANDED_IN).order_by("pk"):
        events.setdefault(event.object_id, []).append(event)
    shown = rows[:most]
    clean = [row for row in shown if not told_at_hand_in(events.get(str(row.pk), []))]
    return clean, [row for row in shown if row not in clean], len(rows) > most
