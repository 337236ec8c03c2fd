"""History: every change of a tracked row, written by a database trigger.

``@tracked()`` on a model gives it an append-only event table; bulk and raw writes are caught as well,
because the trigger, not the model, writes. Who, from where and in which request comes from the context
that ``core.history.middleware`` (web) or ``acting_as`` (tasks, commands) sets.
"""

from core.history.tracking import acting_as, tracked

__all__ = ["acting_as", "tracked"]
