"""The decorator that makes a model tracked, and the context for code that runs outside a request."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import pghistory
from django.db.models import Index, Model

M = TypeVar("M", bound=type[Model])


def tracked(*, exclude: tuple[str, ...] = (), indexes: tuple[Index, ...] = ()) -> Callable[[M], M]:
    """Track inserts, updates and deletes of a model.

    :param exclude: fields that hold no fact of their own (generated search keys, tree counters).
    :param indexes: of the table of events, besides those that every such table has.
    """
    from core.history.events import event_indexes  # the setting PGHISTORY_BASE_MODEL imports that module itself

    def decorate(model: M) -> M:
        return pghistory.track(
            pghistory.InsertEvent("insert"),
            pghistory.UpdateEvent("update"),
            pghistory.DeleteEvent("delete"),
            exclude=list(exclude) or None,
            model_name=f"{model.__name__}Event",
            meta={"indexes": [*event_indexes(model.__name__.lower()), *indexes], "default_permissions": ()},
        )(model)

    return decorate


def acting_as(user: Any, *, source: str) -> AbstractContextManager[Any]:
    """Context for tasks and commands: changes inside are recorded as made by ``user`` through ``source``."""
    return pghistory.context(
        user=getattr(user, "pk", None),
        user_name=str(user) if user else "",
        office=getattr(user, "office_path", "") if user else "",
        url=source,
    )
