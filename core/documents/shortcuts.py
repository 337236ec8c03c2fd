"""Shortcuts through the PDF library: what it works out again for every box, worked out once for every style.

Cells of a table share one style, as the library knows, and yet each works out the same widths and margins, makes the
same font description and lays its text out twice, once to measure and once to draw. None of this is of the library's
public interface: its version is pinned, and tests/core/test_rendering.py compares every sheet with the library as it
comes, byte by byte, so an upgrade that breaks a shortcut is seen at once.
"""

import re
import sys
from collections.abc import Callable
from typing import Any

from tinyhtml5 import inputstream
from weasyprint import draw
from weasyprint.css import AnonymousStyle, ComputedStyle
from weasyprint.draw import color
from weasyprint.formatting_structure import boxes
from weasyprint.layout import percent
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, gobject, pango

from core.documents import gridlines

_USED = [
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom")),
    *(f"{bound}{axis}" for axis in ("width", "height") for bound in ("", "min_", "max_")),
    *(f"border_{side}_width" for side in ("top", "right", "bottom", "left")),
]
_BORDERS = _USED[-4:]
_SQUARE = {f"border_{corner}_radius": (0, 0) for corner in ("top_left", "top_right", "bottom_right", "bottom_left")}
_IN_FLOW = ("static", "relative")
_PARAGRAPHS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # ends them, or is no character
_FEATURES = (
    "font_variant_ligatures", "font_variant_position", "font_variant_caps", "font_variant_numeric",
    "font_variant_alternates", "font_variant_east_asian", "font_feature_settings", "font_language_override",
)  # fmt: skip


def take() -> None:
    """Once per process, after the import and before anything is printed."""
    for style in (ComputedStyle, AnonymousStyle):
        style.copy = _marked(style.copy)
    _everywhere(percent.resolve_percentages, _resolve_percentages)
    _everywhere(percent.resolve_radii_percentages, _resolve_radii)
    _everywhere(line_break.strut, _strut)
    _everywhere(color.get_color, _get_color)
    boxes.Box.is_in_normal_flow = _is_in_normal_flow
    line_break.Layout = Layout
    draw.draw_collapsed_borders = gridlines.draw
    inputstream.characters_until_regex = _Until()


def _everywhere(old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Modules of the library hold each other's functions by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint.") and getattr(module, old.__name__, None) is old:
            setattr(module, old.__name__, new)


def _marked(copy: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A style is copied in order to be changed: nothing may be kept with the copy."""

    def marked(style: Any) -> Any:
        copied = copy(style)
        copied.changes = True
        return copied

    return marked


def _kept(style: Any) -> dict[Any, Any] | None:
    """What has been worked out for a style; goes when the document goes. Nothing of one that may still change."""
    own = style.__dict__
    if "changes" in own:
        return None
    kept: dict[Any, Any] = own.setdefault("kept", {})
    return kept


# -- sizes ---------------------------------------------------------------------------------------------------------
_plain_resolve_percentages = percent.resolve_percentages
_plain_resolve_radii = percent.resolve_radii_percentages
_plain_strut = line_break.strut
_plain_is_in_normal_flow = boxes.Box.is_in_normal_flow


def _resolve_percentages(box: Any, containing_block: Any) -> None:
    style, own = box.style, box.__dict__
    kept = _kept(style)
    if kept is None or "style" not in own or isinstance(box, boxes.PageBox):  # a placeholder hands on to its box
        return _plain_resolve_percentages(box, containing_block)
    if isinstance(containing_block, boxes.Box):
        key = (containing_block.width, containing_block.height)
    else:
        key = tuple(containing_block)
    if style["border_collapse"] == "collapse":  # widths that have been resolved between cells stay
        key += tuple(map(own.get, _BORDERS))
    used = kept.get(key)
    if used is None:
        _plain_resolve_percentages(box, containing_block)
        kept[key] = {name: own[name] for name in _USED}
    else:
        own.update(used)
    return None


def _resolve_radii(box: Any) -> None:
    kept, own = _kept(box.style), box.__dict__
    if kept is None or "style" not in own:  # as above
        return _plain_resolve_radii(box)
    if "square" not in kept:
        kept["square"] = all((0, "px") in box.style[corner] for corner in _SQUARE)
    if kept["square"]:
        own.update(_SQUARE)
    else:
        _plain_resolve_radii(box)
    return None


def _strut(style: Any) -> Any:
    kept = _kept(style)
    if kept is None:
        return _plain_strut(style)
    if "strut" not in kept:
        kept["strut"] = _plain_strut(style)
    return kept["strut"]


def _is_in_normal_flow(box: Any) -> bool:
    style = box.style
    if style["float"] == "none" and style["position"] in _IN_FLOW:
        return True
    found: bool = _plain_is_in_normal_flow(box)
    return found


def _get_color(style: Any, key: str) -> Any:
    """Without asking a colour whether it equals a word."""
    value = style[key]
    return style["color"] if isinstance(value, str) and value == "currentcolor" else value


class _Until(dict[tuple[Any, bool], "re.Pattern[str]"]):
    """Patterns of the parser, which keeps each under a name that it never asks for."""

    def __missing__(self, key: tuple[Any, bool]) -> "re.Pattern[str]":
        characters, wanted = key
        named = "".join(f"\\x{ord(character):02x}" for character in characters)
        made = self[key] = re.compile(f"[{'' if wanted else '^'}{named}]+")
        return made


# -- text ----------------------------------------------------------------------------------------------------------
def _unhyphenated() -> Any:
    """Attributes of text that may be broken anywhere, for any text."""
    attributes = pango.pango_attr_list_new()
    pango.pango_attr_list_insert(attributes, pango.pango_attr_insert_hyphens_new(False))
    return attributes


class Layout(line_break.Layout):  # type: ignore[misc]  # the library is untyped
    """A line of text: font and language are looked up once for a style, and what was measured is what is drawn."""

    plain = False  # set up as the library does it
    language: Any
    drawn: bool | None = None  # None while it is laid out, then whether it has been drawn
    _breakable: Any = None

    def setup(self, style: Any) -> None:
        kept = _kept(style)
        self.plain = kept is None or not _is_simple(style, kept)
        if kept is None or self.plain:
            return super().setup(style)
        if "font" not in kept:
            super().setup(style)
            kept["font"] = self.language, line_break.get_font_description(style), _context(style, self.language)
        self.language, font, context = kept["font"]
        self.style, self.first_line_direction = style, 0
        self.ascent = self.underline_position = self.strikethrough_position = None
        self.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(self.layout, False)
        pango.pango_layout_set_font_description(self.layout, font)
        return None

    def set_text(self, text: str, justify: bool = False) -> None:
        style = self.style
        spaced = (
            style["word_spacing"] or style["letter_spacing"] != "normal" or (justify and self.justification_spacing)
        )
        if self.plain or spaced or _PARAGRAPHS.search(text):
            if not self.plain:
                pango.pango_layout_set_attributes(self.layout, ffi.NULL)  # what it changes is its own
                pango.pango_layout_set_single_paragraph_mode(self.layout, False)
            return super().set_text(text, justify)
        self.text = text
        pango.pango_layout_set_single_paragraph_mode(self.layout, True)  # as when it is drawn
        pango.pango_layout_set_text(self.layout, text.encode(), -1)
        if style["overflow_wrap"] in ("anywhere", "break-word"):
            if Layout._breakable is None:
                Layout._breakable = _unhyphenated()
            pango.pango_layout_set_attributes(self.layout, Layout._breakable)
        return None

    def deactivate(self) -> None:
        if self.drawn is None:
            self.drawn = False  # stays until it is drawn
        else:
            self.drawn = True
            super().deactivate()

    def reactivate(self, style: Any) -> None:
        if self.drawn is False and style is self.style and not self.justification_spacing:
            return
        super().reactivate(style)


def _is_simple(style: Any, kept: dict[Any, Any]) -> bool:
    if "simple" not in kept:
        kept["simple"] = (
            style["text_decoration_line"] == "none"
            and style["font_kerning"] == "auto"
            and all(style[name] == "normal" for name in _FEATURES)
        )
    simple: bool = kept["simple"]
    return simple


def _context(style: Any, language: Any) -> Any:
    context = ffi.gc(pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, line_break.PANGO_DIRECTION[style["direction"]])
    if style["lang"]:
        pango.pango_context_set_language(context, language)
    return context
