"""History: every change of a tracked row, written by a database trigger.

``@tracked()`` on a model gives it an append-only event table; bulk and raw writes are caught as well,
because the trigger, not the model, writes. Who, from where and in which request comes from the context
that ``core.history.middleware`` (web) or ``acting_as`` (tasks, commands) sets.
"""

from typing import TYPE_CHECKING, Any

from core.history.tracking import acting_as, tracked

if TYPE_CHECKING:
    from core.history.changes import Change


def changes_of(record: Any, **options: Any) -> "list[Change]":
    """Changes of a tracked record, newest first (``core.history.changes.changes_of``)."""
    from core.history.changes import changes_of as found  # that module reads models, which import this package

    return found(record, **options)


__all__ = ["acting_as", "changes_of", "tracked"]
