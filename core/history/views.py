"""The history of a record on its page."""

from typing import Any

from core.history.changes import changes_of


class HistoryMixin:
    """For a ``DetailView`` of a tracked model: ``history`` for ``generic/_history.html``."""

    history_most = 20

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changes = changes_of(self.object, most=self.history_most)  # type: ignore[attr-defined]
        shown = [change.shown() for change in changes]
        return super().get_context_data(history=shown, **kwargs)  # type: ignore[misc]
