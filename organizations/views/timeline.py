"""History in the shape ``generic/_history.html`` shows: changes of a record's facts, and moves of a workflow."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.history import changes_of
from core.models import WorkflowEvent
from organizations.requests import field_comments
from organizations.workflow import WORKFLOW

MOST = 20


def changes(record: models.Model) -> list[dict[str, Any]]:
    """Newest first: who changed which facts."""
    return [change.shown() for change in changes_of(record, most=MOST)]


def moves(record: models.Model) -> list[dict[str, Any]]:
    """Newest first: who made which move, for whom, with which comments."""
    rows = WorkflowEvent.objects.of(record).select_related("by").order_by("-at", "-id")
    return [
        {
            "at": event.at,
            "who": event.by or _("系统"),
            "for_whom": event.acting_for,
            "label": WORKFLOW.move(event.action).label,
            "comment": event.comment,
            "changes": [{"label": line["label"], "new": line["comment"]} for line in field_comments(event)],
        }
        for event in rows
    ]
