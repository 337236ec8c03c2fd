"""History in the shape ``generic/_history.html`` shows: changes of a record's facts, and moves of a workflow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core import masking
from core.history.changes import changes_of_several, events_for
from core.models import WorkflowEvent
from organizations.models import Organization
from organizations.paths import lines_then
from organizations.requests import field_comments
from organizations.workflow import WORKFLOW

MOST = 20
# What goes with a change of password; said in one word instead of three fields.
TECHNICAL = ("is_superuser", "must_change_password", "password_changed_at")


def changes(
    record: models.Model,
    events: list[Any] | None = None,
    *,
    known: Iterable[models.Model] = (),
    words: Mapping[str, Callable[[str], str]] | None = None,
) -> list[dict[str, Any]]:
    """Newest first: who changed which facts.

    :param events: ``events_for(record, MOST)``, where they have been read with something else.
    :param known: records at hand that the events point to.
    :param words: field → what is said instead of what is stored, for keys.
    """
    fields: Any = {field.name: field for field in record._meta.concrete_fields}
    hidden = {str(fields[name].verbose_name) for name in TECHNICAL if name in fields}
    masked = {**(words or {}), **({"email": masking.email} if "email" in fields else {})}
    shown = []
    found = list(events_for(record, MOST)) if events is None else events
    for change in changes_of_several((record, found, masked), most=MOST, known=known)[0]:
        entry = change.shown()
        kept = [line for line in entry["changes"] if line["label"] not in hidden]
        if entry["changes"] and not kept:
            entry["label"] = _("换了密码")
        shown.append({**entry, "changes": kept})
    return shown


def moves(events: Sequence[WorkflowEvent]) -> list[dict[str, Any]]:
    """Newest first, from events in their order: who made which move, for whom, with which comments."""
    return [
        {
            "at": event.at,
            "who": event.by or _("系统"),
            "for_whom": event.acting_for,
            "label": WORKFLOW.label(event.action),
            "comment": event.comment,
            "changes": [{"label": line["label"], "new": line["comment"]} for line in field_comments(event)],
        }
        for event in reversed(events)
    ]


def with_moves(place: Organization) -> list[dict[str, Any]]:
    """The changes of an office or a team, and under whom it came: what its path says."""
    events = list(events_for(place, MOST))
    moved = [(now, before) for now, before in pairwise(events) if now.path != before.path]
    lines = lines_then((event.path, now.pgh_created_at) for now, before in moved for event in (now, before))
    shown = changes(place, events)
    for now, before in moved:
        new, old = (lines[event.path, now.pgh_created_at] for event in (now, before))
        context = now.pgh_context or {}
        shown.append({
            "at": now.pgh_created_at,
            "who": context.get("user_name") or _("系统"),
            "label": _("调整上级"),
            "changes": [{"label": _("隶属"), "old": old, "new": new}],
        })  # fmt: skip
    return sorted(shown, key=lambda entry: entry["at"], reverse=True)
