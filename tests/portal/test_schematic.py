"""The diagram of the 12 leagues says what the founding notice, annex 2, says, in colour and in words."""

import re
from xml.etree import ElementTree

import pytest

from portal.schematic import Mark, coverage, legend, load, render

SVG = "{http://www.w3.org/2000/svg}"
LAYOUT = load()


def parsed(**kwargs):
    return ElementTree.fromstring(render(LAYOUT, **kwargs))  # noqa: S314 - our own output


def tile(root, code):
    return next(element for element in root if element.get("data-code") == code)


def test_every_league_has_one_tile_and_none_lies_on_another():
    assert len({t.code for t in LAYOUT.tiles}) == len({(t.x, t.y) for t in LAYOUT.tiles}) == len(LAYOUT.tiles) == 12
    for a in LAYOUT.tiles:
        assert not [b for b in LAYOUT.tiles if b is not a and b.y == a.y and abs(b.x - a.x) < 1]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("150700", {("东北部", "whole")}),
        ("152200", {("东北部", "whole"), ("东部", "whole")}),
        ("152500", {("东部", "east"), ("中部", "west")}),
        ("150200", {("中部", "east"), ("西部", "west")}),
        ("150400", {("东部", "whole")}),
        ("150600", {("西部", "whole")}),
    ],
)
def test_coverage_follows_the_notice(code, expected):
    assert {(area.name, part) for _number, area, part in coverage(LAYOUT, code)} == expected


def test_every_league_belongs_to_a_region():
    assert all(coverage(LAYOUT, t.code) for t in LAYOUT.tiles)


def test_half_covered_leagues_are_drawn_halved_and_double_ones_striped():
    root = parsed()
    paths = {code: list(tile(root, code).iter(f"{SVG}path")) for code in ("152500", "150200", "152200")}
    classes = {code: [path.get("class") for path in found] for code, found in paths.items()}
    assert classes["152500"] == ["fill", "fill area-2", "fill area-3", "edge"]
    assert classes["150200"] == ["fill", "fill area-3", "fill area-4", "edge"]
    assert classes["152200"] == ["fill area-1", "fill area-2", "edge"]
    assert paths["152200"][1].get("d").count("M") == 4


def test_title_says_what_the_colours_say():
    titles = {element.get("data-code"): element.find(f"{SVG}title").text for element in parsed()}
    assert titles["152500"] == "锡林郭勒，东部（东半部）、中部（西半部）"
    assert titles["150900"] == "乌兰察布，中部，骨干队所在地"


def test_a_mark_links_notes_and_colours_a_league():
    root = parsed(marks={"150400": Mark(url="/teams/?league=150400&a=1", note="9 队", tone="ok")})
    league = tile(root, "150400")
    assert league.tag == f"{SVG}a"
    assert league.get("href") == "/teams/?league=150400&a=1"
    assert [e.get("class") for e in league.iter(f"{SVG}path")] == ["fill tone-ok", "edge"]
    assert [e.text for e in league.iter(f"{SVG}text")] == ["赤峰", "9 队"]
    assert tile(root, "150700").tag == f"{SVG}g"


def test_what_a_page_says_is_escaped():
    svg = render(LAYOUT, {"150400": Mark(url='/?"><script>', note="<b>9</b>")})
    assert "<script" not in svg
    assert "<b>" not in svg


def test_nothing_is_styled_inline():
    assert "style=" not in render(LAYOUT)
    assert "fill=" not in render(LAYOUT)


def test_legend_names_all_four_regions():
    assert re.findall(r"</svg>(.*?)</li>", legend(LAYOUT)) == ["东北部", "东部", "中部", "西部"]


def test_a_cover_without_a_tile_is_refused(tmp_path):
    path = tmp_path / "layout.yaml"
    area = "{key: k, name: n, seat: '1', covers: [{code: '2', part: whole}]}"
    path.write_text(f"tiles: [{{code: '1', name: a, x: 0, y: 0}}]\nareas: [{area}]\n")
    with pytest.raises(ValueError, match="k: 2 whole"):
        load(path)
