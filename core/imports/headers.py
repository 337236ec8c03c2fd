"""Finds the heading row of a sheet and which column holds what."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.imports.reading import Cell

LOOK_AT = 30  # rows from the top in which the heading is looked for
_ASIDE = re.compile(r"[（(【\[][^（）()【】\[\]]*[）)】\]]")  # 手机（必填）
Known = Mapping[str, Sequence[str]]  # heading → fields that go by it
_NOISE = re.compile(r"[\s*＊:：、_\-/]+")


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
    return _NOISE.sub("", _ASIDE.sub("", heading)).lower()


def is_said(row: Sequence[Cell]) -> bool:
    """Whether a row above the heading tells something of the whole sheet, 单位：… 日期：…, and is no upper half of the
    heading: read as one, its 单位 would claim the serial numbers below."""
    return any("：" in cell.text or ":" in cell.text for cell in row)


def find_header(rows: Sequence[Sequence[Cell]], names: Mapping[str, Iterable[str]]) -> Header | None:
    """The row that names most of the wanted fields, or two rows that do so together (a heading merged over several).

    :param names: field → headings it is known under. What several are known under means the last of them that no other
        column names.
    """
    known: dict[str, list[str]] = {}
    for name, aliases in names.items():
        for alias in dict.fromkeys(map(plain, aliases)):
            known.setdefault(alias, []).append(name)
    best: Header | None = None
    for index in range(min(len(rows), LOOK_AT)):
        single = _read(rows, index, index, known)
        spread = index + 1 < len(rows) and not is_said(rows[index])
        double = _read(rows, index, index + 1, known) if spread else None
        for found in (single, double):
            if found is not None and (best is None or len(found.columns) > len(best.columns)):
                best = found
    return best


def _read(rows: Sequence[Sequence[Cell]], upper: int, lower: int, known: Known) -> Header | None:
    columns: dict[str, int] = {}
    twice, unused = [], []
    said = [_meaning(rows, (lower, upper), at, known) for at in range(max(len(rows[upper]), len(rows[lower])))]
    for index, (names, text) in sorted(enumerate(said), key=lambda one: len(one[1][0]) > 1):
        free = [name for name in names if name not in columns]
        if not names:
            unused += [text] if text else []
        elif free:
            columns[free[-1]] = index
        else:
            twice.append(names[-1])
    if not columns:
        return None
    return Header(lower + 1, columns, tuple(twice), tuple(unused))


def _meaning(rows: Sequence[Sequence[Cell]], at: Iterable[int], index: int, known: Known) -> tuple[Sequence[str], str]:
    """The fields a column may hold and its heading: the lower row counts first, a merged heading above it second."""
    first = ""
    for row in at:
        text = rows[row][index].text if index < len(rows[row]) else ""
        if text and plain(text) in known:
            return known[plain(text)], text
        first = first or text
    return (), first
