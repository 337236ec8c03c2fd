"""Widths of a printed list's columns, from what stands in them: short values and numbers keep to one line, long names
share what is left and wrap. So many columns that even numbers would break are printed smaller."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

PAGE = 162  # half-width characters of 9.5 pt across A4 landscape within the margins
_PADDING = 2.5
_LONG = 60  # beyond this a longer text gets no more room
_RUN = re.compile(r"[!-~]+")  # ASCII without spaces: a phone, a code, a date
_SMALLEST = 0.62  # of 9.5 pt: what can still be read on paper


class Columns(NamedTuple):
    """:ivar widths: shares of the page in percent. :ivar size: of the letters, 1 being the usual one."""

    widths: list[float]
    size: float


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _run(text: str) -> float:
    """Capitals and signs such as @ are wider than digits, and those wider than half a Chinese character."""
    return sum(1.6 if c.isupper() or c in "@%&" else 1.12 if c.isdigit() else 1 for c in text)


def _needs(header: str, cells: Sequence[str]) -> tuple[float, float]:
    """Least and natural width of a column, without its padding."""
    runs = [_run(run) for cell in cells for run in _RUN.findall(cell) if len(run) <= 24]
    natural = max([_width(header), *map(_width, cells), *runs])
    return min(natural, max([8, min(_width(header), 12), *runs])), min(natural, _LONG)


def column_widths(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    needs = [_needs(str(header), [str(row[place]) for row in rows]) for place, header in enumerate(headers)]
    room = PAGE - _PADDING * len(needs)
    size = min(1.0, max(_SMALLEST, room / sum(least for least, _natural in needs)))
    room /= size
    low, high = 0.0, float(_LONG)
    for _step in range(20):  # the cap on wide columns at which all fit
        cap = (low + high) / 2
        if sum(max(least, min(natural, cap)) for least, natural in needs) > room:
            high = cap
        else:
            low = cap
    widths = [max(least, min(natural, low)) * size + _PADDING for least, natural in needs]
    return Columns([round(width / sum(widths) * 100, 2) for width in widths], round(size, 3))
