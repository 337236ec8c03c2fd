"""Lines between the cells of a table, drawn through: the library draws every side of every cell by itself."""

from collections import defaultdict
from contextlib import nullcontext
from typing import Any

from weasyprint import draw as library

Stroke = tuple[float, float, float, float, float, str, Any]  # from x, y, to x, y, width, style, colour
_NEAR = 1e-6
_plain_borders, _plain_line = library.draw_collapsed_borders, library.draw_line


class _Strokes(list[Stroke]):
    """Stands for the page while the library says what it would draw."""

    def artifact(self) -> nullcontext[None]:
        return nullcontext()

    stacked = artifact


def draw(stream: Any, table: Any) -> None:
    strokes = _Strokes()
    library.draw_line = lambda page, *stroke: page.append(stroke)
    try:
        _plain_borders(strokes, table)
    finally:
        library.draw_line = _plain_line
    for stroke in joined(strokes):
        with stream.artifact(), stream.stacked():
            _plain_line(stream, *stroke)


def joined(strokes: list[Stroke]) -> list[Stroke]:
    """Those that continue each other as one. Where they differ in colour or are not plain, what is drawn last counts,
    so they stay as they are."""
    if not strokes or not _alike(strokes):
        return strokes
    rows = defaultdict(list)
    for x1, y1, x2, y2, width, *_look in strokes:
        if y1 == y2:
            rows[False, y1, width].append((x1, x2))
        else:
            rows[True, x1, width].append((y1, y2))
    look = strokes[0][5:]
    found: list[Stroke] = []
    for (upright, at, width), parts in rows.items():
        for start, end in _runs(parts):
            ends = (at, start, at, end) if upright else (start, at, end, at)
            found.append((*ends, width, *look))
    return found


def _alike(strokes: list[Stroke]) -> bool:
    style, color = strokes[0][5:]
    return style == "solid" and color.alpha == 1 and all(other[5:] == (style, color) for other in strokes)


def _runs(parts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    runs: list[tuple[float, float]] = []
    for start, end in sorted(parts):
        if runs and start <= runs[-1][1] + _NEAR:
            runs[-1] = runs[-1][0], max(end, runs[-1][1])
        else:
            runs.append((start, end))
    return runs
