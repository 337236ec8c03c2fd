"""Where a line stands, told from how an office numbers: 1 / 1.1 / 1.1.2, or 一、（一）1.（1）, or not at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HAN = "一二三四五六七八九十百"
_STYLES = (
    ("han", re.compile(rf"[{_HAN}]+[、.．]?")),
    ("（han）", re.compile(rf"[（(][{_HAN}]+[）)][、.．]?")),
    ("（1）", re.compile(r"[（(]\d+[）)][、.．]?")),
    ("1）", re.compile(r"\d+[）)][、.．]?")),
    ("①", re.compile(r"[\u2460-\u2473]")),
)
_DOTTED = re.compile(r"\d+(?:[.．]\d+)*[、.．]?")
_LEADING = re.compile(
    rf"(?P<mark>(?:第)?[{_HAN}]+[、.．]|[（(][{_HAN}]+[）)]|[（(]\d+[）)]"
    r"|\d+(?:[.．]\d+)+(?![\d.%％])|\d+[、.．](?!\d)|[\u2460-\u2473])\s*(?P<rest>\S.*)",
    re.DOTALL,
)
_ENDS = "、.．"


@dataclass(frozen=True)
class Place:
    """:ivar code: of the line. :ivar parent: number of the line it stands under, from 0; None at the top."""

    code: str
    parent: int | None


def split(name: str) -> tuple[str, str]:
    """A number in front of a name, and the name: 一、队伍管理."""
    found = _LEADING.fullmatch(name)
    return (found["mark"], found["rest"]) if found else ("", name)


def is_mark(text: str) -> bool:
    """Whether it is but a number, of whatever kind: A-1 as well."""
    return not split(text)[0] and (_style(text) != "other" or text.isascii())


def places(marks: Sequence[str]) -> list[Place]:
    """The place of every line, from the marks of all of them in order.

    Numbers with dots, and marks that are no number we know, are kept as codes. Where 一、 and （一） are used the codes
    are made from the places, because 1. comes again under each （一）. Lines without a mark stand below the last one
    that has one.
    """
    official = any(_style(mark) in ("han", "（han）") for mark in marks)
    found: list[Place] = []
    open_styles: list[tuple[str, int]] = []  # style and line, from the top down
    below: dict[int | None, int] = {}
    for number, mark in enumerate(marks):
        style = _style(mark)
        depth = next((at for at, (one, _line) in enumerate(open_styles) if one == style), len(open_styles))
        if style.startswith("dots") and not official:
            depth = _dotted_depth(mark, open_styles, found)
        open_styles = open_styles[:depth]
        parent = open_styles[-1][1] if open_styles else None
        below[parent] = below.get(parent, 0) + 1
        made = f"{found[parent].code}." if parent is not None else ""
        kept = bool(mark) and not official
        code = mark.rstrip(_ENDS).replace("．", ".") if kept else f"{made}{below[parent]}"
        found.append(Place(code, parent))
        open_styles.append((style, number))
    return found


def _style(mark: str) -> str:
    bare = mark.strip()
    if not bare:
        return ""
    for name, pattern in _STYLES:
        if pattern.fullmatch(bare):
            return name
    if _DOTTED.fullmatch(bare):
        return f"dots{len(re.findall(r'[0-9]+', bare))}"
    return "other"


def _dotted_depth(mark: str, open_styles: list[tuple[str, int]], found: Sequence[Place]) -> int:
    """Below the nearest line whose number this one continues."""
    bare = mark.strip().rstrip(_ENDS).replace("．", ".")
    for at in range(len(open_styles) - 1, -1, -1):
        style, line = open_styles[at]
        if style.startswith("dots") and bare.startswith(f"{found[line].code}."):
            return at + 1
    return 0
