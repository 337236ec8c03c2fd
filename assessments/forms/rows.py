"""Forms that are rows of a table."""

from collections.abc import Iterable
from typing import Any

from django import forms


class NamedCells(forms.Form):
    """Inputs beside which no label is shown: each says itself what it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label


def wrong_cells(rows: Iterable[forms.Form]) -> list[forms.BoundField]:
    """What the summary of a page leads to (``generic/_error_summary.html``)."""
    return [cell for row in rows for cell in row if cell.errors]
