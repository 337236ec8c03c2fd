"""Widths of a printed list's columns, from what stands in them: short values and numbers keep to one line, long names
share what is left and wrap."""

import re
import unicodedata
from collections.abc import Sequence

PAGE = 162  # half-width characters of 9.5 pt across A4 landscape within the margins
_PADDING = 2.5
_LONG = 60  # beyond this a longer text gets no more room
_RUN = re.compile(r"[!-~]+")  # ASCII without spaces: a phone, a code, a date


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _needs(header: str, cells: Sequence[str]) -> tuple[float, float]:
    """Least and natural width of a column."""
    runs = [len(run) for cell in cells for run in _RUN.findall(cell)]
    natural = max([_width(header), *map(_width, cells)])
    least = min(natural, max([8, min(_width(header), 12), *(run for run in runs if run <= 24)]))
    return least + _PADDING, min(natural, _LONG) + _PADDING


def column_widths(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Shares of the page in percent, one per column."""
    needs = [_needs(str(header), [str(row[place]) for row in rows]) for place, header in enumerate(headers)]
    low, high = 0.0, float(_LONG + _PADDING)
    for _step in range(20):  # the cap on wide columns at which all fit
        cap = (low + high) / 2
        if sum(max(least, min(natural, cap)) for least, natural in needs) > PAGE:
            high = cap
        else:
            low = cap
    widths = [max(least, min(natural, low)) for least, natural in needs]
    return [round(width / sum(widths) * 100, 2) for width in widths]
