"""The base of every event table, and the indexes each one gets."""

import pghistory.models
from django.db import models
from django.db.models.fields.json import KeyTextTransform


class TrackedEvent(pghistory.models.Event):
    """One change of one row. ``pgh_context`` holds user, user_name, office (path), url, address, request."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def event_indexes(model_name: str) -> list[models.Index]:
    """The audit page reads newest first, everybody's or one person's; history and as-at read one object's.

    The key ends the order, because the changes of one transaction have one time: an import writes thousands of them,
    and the newest fifty would be sorted out of all of these.
    """
    return [
        models.Index(fields=["-pgh_created_at", "-pgh_id"], name=f"{model_name}_event_at"),
        models.Index(
            KeyTextTransform("user", "pgh_context"),
            models.F("pgh_created_at").desc(),
            models.F("pgh_id").desc(),
            name=f"{model_name}_event_by",
        ),
        models.Index(fields=["pgh_obj", "-pgh_created_at"], name=f"{model_name}_event_of"),
    ]
