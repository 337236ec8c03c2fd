"""Numbers and lines of text as reports print them."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.scoring import plain

_DIGITS = "〇一二三四五六七八九"
NOTHING = "—"
_CENT = Decimal("0.01")


def chinese(number: int) -> str:
    """1 to 99 as 一、二、… in headings."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def points(number: Decimal | None) -> str:
    return NOTHING if number is None else plain(number)


def number(value: Any) -> str:
    """A number of a snapshot, an int, a float or a text that is a decimal, to at most two places."""
    exact = Decimal(str(value or 0))
    return plain(exact if exact == exact.to_integral_value() else exact.quantize(_CENT, ROUND_HALF_UP))


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def day(value: date | None) -> str:
    return f"{value:%Y-%m-%d}" if value is not None else NOTHING


def cells(row: Iterable[Any]) -> tuple[str, ...]:
    """A row of a snapshot's facts, whatever is in it, as text."""
    return tuple(number(cell) if isinstance(cell, float) else "" if cell is None else str(cell) for cell in row)


def share(part: int, whole: int) -> str:
    """In percent, or nothing where there is no whole."""
    return f"{Decimal(part * 100) / whole:.0f}%" if whole else NOTHING
