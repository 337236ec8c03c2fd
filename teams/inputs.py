"""Inputs that take what people type the way they type it: a code with spaces, full-width digits, [2024] for 〔2024〕.

The habits are those of team lists (``teams.importing.cells``). What cannot be read stays as it was typed, and the
field says why.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from core.imports import Day, Text
from core.imports.reading import clean_text
from teams.importing import cells

HABITS: Mapping[str, Text | Day] = {
    "uscc": cells.Code(), "filing_doc_no": cells.DocumentNumber(), "reply_no": cells.DocumentNumber(),
    "duty_phone": cells.Phone(), "latitude": cells.Coordinate(), "longitude": cells.Coordinate(),
    "planned_size": cells.Number(), "annual_check_year": cells.Number(), "year": cells.Number(),
    "phone": cells.Phone(), "person": cells.PersonName(),
}  # fmt: skip
_LONGEST = 60  # of what is typed: with its spaces a code is longer than the column


def tidied(cell: Text | Day, raw: Any) -> Any:
    """What ``raw`` was meant as, as text: 无 as nothing; ``raw`` itself where it cannot be read."""
    text = clean_text(raw) if isinstance(raw, str) else ""
    if text and cells.says_nothing(text):
        return ""
    try:
        return cells.typed(cell.clean(text)) if text else raw
    except ValueError:
        return raw


class TidyInput(forms.TextInput):
    """:param habit: the name of the fact, as in the table."""

    def __init__(self, habit: str, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"maxlength": _LONGEST, **(attrs or {})})
        self.cell = HABITS[habit]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return tidied(self.cell, super().value_from_datadict(data, files, name))


class CoordinateInput(TidyInput):
    """A map gives both numbers in one go: pasted into either box, each goes to its own."""

    _BOXES = ("latitude", "longitude")

    def __init__(self, name: str, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(name, attrs)
        self.at = self._BOXES.index(name)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        typed = {text for text in (clean_text(str(data.get(box) or "")) for box in self._BOXES) if text}
        pair = _pair(typed.pop()) if len(typed) == 1 else []
        return pair[self.at] if pair else super().value_from_datadict(data, files, name)


def _pair(text: str) -> list[str]:
    try:
        return list(cells.Coordinates().clean(text))
    except ValueError:
        return []


class DayInput(forms.DateInput):
    """A picker; where one had to type, 2026.3.5 and 2026年3月5日 are days, too.

    :param shown: what the field holds. A picker shows nothing of what is no day: it would be lost with the next save.
    """

    def __init__(self, shown: str = "") -> None:
        super().__init__({"type": "date"} if _picks(shown) else {"class": "short"}, format="%Y-%m-%d")

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return tidied(Day(), super().value_from_datadict(data, files, name))


def _picks(shown: str) -> bool:
    try:
        return not shown or bool(date.fromisoformat(shown))
    except ValueError:
        return False
