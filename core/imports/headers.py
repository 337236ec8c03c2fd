"""Finds the heading row of a sheet and which column holds what."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.imports.reading import Cell

LOOK_AT = 30  # rows from the top in which the heading is looked for
_ASIDE = re.compile(r"[（(【\[][^（）()【】\[\]]*[）)】\]]")  # 手机（必填）
_NOISE = re.compile(r"[\s*＊★☆▲△●○◆◇※#:：、_\-/]+")
_NUMBERED = re.compile(r"\d{1,2}\s*[、.．)）]\s*(?=\D)")  # 1、姓名
_MONGOLIAN = re.compile(r"[\u1800-\u18af\u202f]+")  # the same again, in the other script


@dataclass(frozen=True)
class Header:
    """:param first: index of the first row of data.
    :param columns: field name → index of its column.
    :param twice: fields that more than one column claims; :param unused: headings nobody asked for.
    """

    first: int
    columns: Mapping[str, int]
    twice: Sequence[str] = ()
    unused: Sequence[str] = ()


def plain(heading: str) -> str:
    """A heading reduced to what counts: 手机号 （必填）* and 手机号 are one."""
    bare = _NUMBERED.sub("", heading, count=1) if heading[:1].isdigit() else heading
    said = _NOISE.sub("", _ASIDE.sub("", bare)).lower()
    return _MONGOLIAN.sub("", said) or said


def is_said(row: Sequence[Cell]) -> bool:
    """Whether a row above the heading tells something of the whole sheet, 单位：… 日期：…, and is no upper half of the
    heading: read as one, its 单位 would claim the serial numbers below."""
    return any("：" in cell.text or ":" in cell.text for cell in row)


def find_header(rows: Sequence[Sequence[Cell]], names: Mapping[str, Iterable[str]]) -> Header | None:
    """The row that names most of the wanted fields, or two rows that do so together (a heading merged over several).

    :param names: field → headings it is known under.
    """
    known = {plain(alias): name for name, aliases in names.items() for alias in aliases}
    best: Header | None = None
    for index in range(min(len(rows), LOOK_AT)):
        single = _read(rows, index, index, known)
        spread = index + 1 < len(rows) and not is_said(rows[index])
        double = _read(rows, index, index + 1, known) if spread else None
        for found in (single, double):
            if found is not None and (best is None or len(found.columns) > len(best.columns)):
                best = found
    return best


def _read(rows: Sequence[Sequence[Cell]], upper: int, lower: int, known: Mapping[str, str]) -> Header | None:
    columns: dict[str, int] = {}
    twice, unused = [], []
    for index in range(max(len(rows[upper]), len(rows[lower]))):
        name, text = _meaning(rows, (lower, upper), index, known)
        if name is None:
            unused += [text] if text else []
        elif name in columns:
            twice.append(name)
        else:
            columns[name] = index
    if not columns:
        return None
    return Header(lower + 1, columns, tuple(twice), tuple(unused))


def _meaning(
    rows: Sequence[Sequence[Cell]], at: Iterable[int], index: int, known: Mapping[str, str]
) -> tuple[str | None, str]:
    """The field a column holds and its heading: the lower row counts first, a merged heading above it second."""
    first = ""
    for row in at:
        text = rows[row][index].text if index < len(rows[row]) else ""
        if text and plain(text) in known:
            return known[plain(text)], text
        first = first or text
    return None, first
