"""Charts as SVG: pure, black on white, every number printed. They read the same on a copier as on a screen."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

# --song of static/pdf/fonts.css: an SVG does not read variables, and a space after a comma would be part of a name.
FONTS = "SimSun,FandolSong,Noto Serif CJK SC,Noto Sans CJK SC,Noto Sans Mongolian"
WIDTH = 442  # points: what is between the margins of GB/T 9704
_HEIGHT, _TOP, _FOOT = 108, 16, 18
_LINE, _LABEL, _NUMBER = 22, 92, 96  # of bars across
_FILL, _EDGE = "#595959", "#000"


def bars(labels: Sequence[str], values: Sequence[str]) -> str:
    """Upright bars of equal width; the highest fills the height."""
    numbers = [Decimal(value) for value in values]
    most = max([*numbers, Decimal(0)])
    step = WIDTH / max(1, len(values))
    room = _HEIGHT - _TOP - _FOOT
    base = _HEIGHT - _FOOT
    parts = []
    for place, (label, value, text) in enumerate(zip(labels, numbers, values, strict=True)):
        high = float(value / most) * room if most > 0 else 0.0
        middle = step * (place + 0.5)
        if high > 0:
            parts.append(_rect(middle - step * 0.28, base - high, step * 0.56, high))
        parts.append(_text(middle, base - high - 4, text, size=9, anchor="middle"))
        parts.append(_text(middle, _HEIGHT - 6, label, size=9, anchor="middle"))
    parts.append(f'<line x1="0" y1="{base}" x2="{WIDTH}" y2="{base}" stroke="{_EDGE}" stroke-width="0.75"/>')
    return _svg(_HEIGHT, parts)


def shares(parts: Sequence[tuple[str, int]], whole: int, unit: str) -> str:
    """A bar across for each part, its frame as long as the whole."""
    room = WIDTH - _LABEL - _NUMBER
    drawn = []
    for place, (label, part) in enumerate(parts):
        top = place * _LINE + 4
        long = room * min(part, whole) / whole if whole else 0.0
        drawn.append(_text(_LABEL - 8, top + 11, label, size=10, anchor="end"))
        drawn.append(_rect(_LABEL, top, room, 14, fill="#fff"))
        if long:
            drawn.append(_rect(_LABEL, top, long, 14))
        percent = f"（{Decimal(part * 100) / whole:.0f}%）" if whole else ""
        drawn.append(_text(_LABEL + room + 8, top + 11, f"{part} {unit}{percent}", size=10))
    return _svg(len(parts) * _LINE + 4, drawn)


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_short(height)}" '
        f'width="{WIDTH}pt" height="{_short(height)}pt">{"".join(parts)}</svg>'
    )


def _rect(x: float, y: float, width: float, height: float, *, fill: str = _FILL) -> str:
    return (
        f'<rect x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}" '
        f'fill="{fill}" stroke="{_EDGE}" stroke-width="0.5"/>'
    )


def _text(x: float, y: float, words: str, *, size: int, anchor: str = "start") -> str:
    return (
        f'<text x="{_short(x)}" y="{_short(y)}" font-family="{FONTS}" font-size="{size}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
