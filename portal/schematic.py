"""The schematic of the 12 leagues as SVG: tiles in rough relative order, never a geographic map.

Pure functions from data to text. The layout and the four backbone regions are ``fixtures/schematic.yaml``; a region's
cover may be a half of a league, and a league may lie in two regions: then it is halved, or striped. Colours are class
names only (``static/css/schematic.css``), so that theme, print and the content security policy keep working.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

DEFAULT_LAYOUT = Path(__file__).resolve().parent.parent / "fixtures" / "schematic.yaml"
WIDTH, HEIGHT, MARGIN = 104.0, 120.0, 6.0  # a tile, and the room around all of them
HALVES = ("west", "east")


@dataclass(frozen=True)
class Tile:
    code: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Cover:
    code: str
    part: str  # whole, east or west


@dataclass(frozen=True)
class Area:
    key: str
    name: str
    seat: str
    covers: tuple[Cover, ...]


@dataclass(frozen=True)
class Layout:
    tiles: tuple[Tile, ...]
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Mark:
    """What a page says about one league. ``tone`` replaces the regions' colours: ok, warn, bad, wait or off."""

    url: str = ""
    note: str = ""
    tone: str = ""


@cache
def load(path: Path = DEFAULT_LAYOUT) -> Layout:
    """Read a layout, once; raises ``ValueError`` when a region covers a league that has no tile or an unknown part."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    tiles = tuple(Tile(**item) for item in data["tiles"])
    areas = tuple(
        Area(item["key"], item["name"], item["seat"], tuple(Cover(**cover) for cover in item["covers"]))
        for item in data.get("areas", ())
    )
    known = {tile.code for tile in tiles}
    for area in areas:
        for cover in area.covers:
            if cover.code not in known or cover.part not in ("whole", *HALVES):
                raise ValueError(f"{area.key}: {cover.code} {cover.part}")
    return Layout(tiles, areas)


def coverage(layout: Layout, code: str) -> list[tuple[int, Area, str]]:
    """Regions that cover a league, as (1-based number of the region, region, part)."""
    return [
        (number, area, cover.part)
        for number, area in enumerate(layout.areas, start=1)
        for cover in area.covers
        if cover.code == code
    ]


def render(layout: Layout, marks: Mapping[str, Mark] | None = None, *, title: str = "") -> SafeString:
    """The whole diagram. A league is a link when its mark has an address; its title says in words what colours say."""
    marks = marks or {}
    left, right = min(t.x for t in layout.tiles), max(t.x for t in layout.tiles)
    width = (right - left + 1) * WIDTH + 2 * MARGIN
    height = max(t.y for t in layout.tiles) * HEIGHT * 0.75 + HEIGHT + 2 * MARGIN
    tiles = mark_safe("".join(_tile(layout, tile, left, marks.get(tile.code, Mark())) for tile in layout.tiles))  # noqa: S308 - parts are escaped
    label = title or _("十二盟市示意图（不是地图）")
    return format_html(
        '<svg class="schematic" viewBox="0 0 {} {}" role="group" aria-label="{}" xmlns="http://www.w3.org/2000/svg">{}</svg>',
        _n(width),
        _n(height),
        label,
        tiles,
    )


def legend(layout: Layout) -> SafeString:
    """The regions by colour and name, and what halves, stripes and the ring mean."""
    rows = [
        format_html(
            '<li><svg viewBox="0 0 9 9" aria-hidden="true"><path class="fill area-{}" d="M0 0H9V9H0Z"/></svg>{}</li>',
            number,
            area.name,
        )
        for number, area in enumerate(layout.areas, start=1)
    ]
    notes = [_("半块：只覆盖该盟市的东部或西部"), _("条纹：同属两个区域"), _("双框：骨干队所在地")]
    rows += [format_html("<li>{}</li>", note) for note in notes]
    return mark_safe('<ul class="legend">' + "".join(rows) + "</ul>")  # noqa: S308 - built by format_html


def describe(layout: Layout, tile: Tile, mark: Mark) -> str:
    """What a reader who does not see the colours is told."""
    parts = {"east": _("（东半部）"), "west": _("（西半部）"), "whole": ""}
    areas = _("、").join(area.name + parts[part] for _number, area, part in coverage(layout, tile.code))
    seat = _("骨干队所在地") if any(area.seat == tile.code for area in layout.areas) else ""
    return _("，").join(part for part in (tile.name, mark.note, areas, seat) if part)


def _tile(layout: Layout, tile: Tile, left: float, mark: Mark) -> str:
    cx = MARGIN + (tile.x - left + 0.5) * WIDTH
    cy = MARGIN + tile.y * HEIGHT * 0.75 + HEIGHT / 2
    seat = any(area.seat == tile.code for area in layout.areas) and not mark.tone
    notes = [mark.note] if mark.note else ([] if mark.tone else _area_words(layout, tile.code))
    body = "".join(
        (
            f"<title>{escape(describe(layout, tile, mark))}</title>",
            _fills(layout, tile, cx, cy, mark),
            f'<path class="edge" d="{_hexagon(cx, cy)}"/>',
            f'<path class="seat" d="{_hexagon(cx, cy, inset=8)}"/>' if seat else "",
            f'<text class="name" x="{_n(cx)}" y="{_n(cy + (0 if notes else 5))}">{escape(tile.name)}</text>',
            "".join(f'<text class="note" x="{_n(cx)}" y="{_n(cy + 19)}">{escape(note)}</text>' for note in notes),
        )
    )
    kind = f'class="tile" data-code="{escape(tile.code)}"'
    return f'<a {kind} href="{escape(mark.url)}">{body}</a>' if mark.url else f"<g {kind}>{body}</g>"


def _area_words(layout: Layout, code: str) -> list[str]:
    """Names of the regions under a league's name: the colour is never the only sign."""
    found = sorted(coverage(layout, code), key=lambda item: HALVES.index(item[2]) if item[2] in HALVES else 0)
    return [" | ".join(area.name for _number, area, _part in found)] if found else []


def _fills(layout: Layout, tile: Tile, cx: float, cy: float, mark: Mark) -> str:
    if mark.tone:
        return f'<path class="fill tone-{escape(mark.tone)}" d="{_hexagon(cx, cy)}"/>'
    found = coverage(layout, tile.code)
    whole = [number for number, _area, part in found if part == "whole"]
    shapes = [f'<path class="fill" d="{_hexagon(cx, cy)}"/>'] if not whole else []
    if whole:
        shapes.append(f'<path class="fill area-{whole[0]}" d="{_hexagon(cx, cy)}"/>')
    for number in whole[1:]:
        shapes.append(f'<path class="fill area-{number}" d="{_stripes(cx, cy)}"/>')
    for number, _area, part in found:
        if part in HALVES:
            shapes.append(f'<path class="fill area-{number}" d="{_half(cx, cy, part)}"/>')
    return "".join(shapes)


def _hexagon(cx: float, cy: float, inset: float = 1.5) -> str:
    """A pointy-top hexagon."""
    w, h = WIDTH / 2 - inset, HEIGHT / 2 - inset
    east = [(cx, cy - h), (cx + w, cy - h / 2), (cx + w, cy + h / 2)]
    return _path([*east, *((2 * cx - x, 2 * cy - y) for x, y in east)])


def _half(cx: float, cy: float, part: str, inset: float = 1.5) -> str:
    side = 1 if part == "east" else -1
    w, h = (WIDTH / 2 - inset) * side, HEIGHT / 2 - inset
    gap = 1.5 * side  # a thin line of ground between the halves
    return _path([(cx + gap, cy - h), (cx + w, cy - h / 2), (cx + w, cy + h / 2), (cx + gap, cy + h)])


def _stripes(cx: float, cy: float, inset: float = 1.5, count: int = 4) -> str:
    """Level bands, every second one of the hexagon: the second region of a league that lies in two."""
    h = HEIGHT / 2 - inset
    step = 2 * h / (2 * count)
    bands = [(cy - h + (2 * i) * step, cy - h + (2 * i + 1) * step) for i in range(count)]
    return " ".join(_band(cx, cy, top, bottom, inset) for top, bottom in bands)


def _band(cx: float, cy: float, top: float, bottom: float, inset: float) -> str:
    w, h = WIDTH / 2 - inset, HEIGHT / 2 - inset
    corners = [y for y in (cy - h / 2, cy + h / 2) if top < y < bottom]
    levels = [top, *corners, bottom]
    reach = [(y, w * min(1.0, 2 * (h - abs(y - cy)) / h)) for y in levels]
    return _path([(cx + r, y) for y, r in reach] + [(cx - r, y) for y, r in reversed(reach)])


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in points) + " Z"


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
