"""Forms that are rows of a table."""

from typing import Any

from django import forms


class NamedCells(forms.Form):
    """Inputs beside which no label is shown: each says itself what it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
