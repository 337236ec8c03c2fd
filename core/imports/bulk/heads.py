"""Finds the heading of a sheet, in one row or two, and what each column is.

A heading of two rows is read together first: 编号 below 应急救护证 is that certificate's number, not the member's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.imports.bulk.grids import Range
from core.imports.headers import LOOK_AT, is_said, plain
from core.imports.reading import Cell


@dataclass(frozen=True)
class Heading:
    """One column: its place, what stands above it, the field it is taken for ("": none).

    :ivar block: of several lists side by side, in which it stands.
    """

    column: int
    text: str
    field: str
    block: int = 0

    @property
    def key(self) -> str:
        """What the choice of a person is remembered under."""
        return plain(self.text)[:100]


@dataclass(frozen=True)
class Head:
    """:param first: index of the first row of data."""

    first: int
    headings: Sequence[Heading]

    @property
    def columns(self) -> dict[str, int]:
        return self.blocks[0]

    @property
    def blocks(self) -> list[dict[str, int]]:
        """Field → column, for each of the lists that stand side by side; usually one."""
        found: list[dict[str, int]] = [
            {} for _block in range(1 + max((heading.block for heading in self.headings), default=0))
        ]
        for heading in self.headings:
            if heading.field:
                found[heading.block][heading.field] = heading.column
        return found


def aliases(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Reduced heading → field, for ``find_head``."""
    return {plain(alias): name for name, known in names.items() for alias in known}


def find_head(
    rows: Sequence[Sequence[Cell]], merged: Sequence[Range], known: Mapping[str, str], chosen: Mapping[str, str]
) -> Head | None:
    """The row, or the two rows, that name most fields.

    :param known: as ``aliases`` makes it.
    :param chosen: key of a heading → the field somebody said it is; "" for none.
    """
    best, most = None, (0, 0)
    for index in range(min(len(rows), LOOK_AT)):
        single = _read([_texts(rows, index, merged)], index + 1, known, chosen)
        candidates = [single]
        if index + 1 < len(rows) and _is_spread(index, merged, rows):
            both = [_texts(rows, index, merged), _texts(rows, index + 1, merged)]
            candidates.append(_read(both, index + 2, known, chosen))
        for place, found in enumerate(candidates):
            rank = (len(found.columns), -place)  # of two that find as much, one row is the plainer reading
            if found.columns and rank > most:
                best, most = found, rank
    return best


def _is_spread(index: int, merged: Sequence[Range], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a row looks like the upper half of a heading: a cell merged over several columns, or gaps in it."""
    if is_said(rows[index]):
        return False
    if any(top == index and (right > left or bottom > top) for (top, left), (bottom, right) in merged):
        return True
    filled = [bool(cell.text) for cell in rows[index]]
    return any(filled) and not all(filled)


def _texts(rows: Sequence[Sequence[Cell]], index: int, merged: Sequence[Range]) -> list[str]:
    """A row's texts, with a text merged over several columns in each of them."""
    texts = [cell.text for cell in rows[index]]
    for (top, left), (_bottom, right) in merged:
        if top == index and left < len(texts):
            for column in range(left + 1, min(right + 1, len(texts))):
                texts[column] = texts[column] or texts[left]
    return texts


def _read(levels: list[list[str]], first: int, known: Mapping[str, str], chosen: Mapping[str, str]) -> Head:
    headings: list[Heading] = []
    taken: set[str] = set()
    for column in range(max(map(len, levels))):
        texts = [level[column] for level in levels if column < len(level) and level[column]]
        texts = list(dict.fromkeys(texts))
        if not texts:
            continue
        text, field = _meaning(texts, known, chosen)
        if field in taken:  # the first one counts; the person can say otherwise
            field = ""
        taken |= {field} - {""}
        headings.append(Heading(column, text, field))
    return Head(first, _side_by_side(headings))


def _side_by_side(headings: list[Heading]) -> list[Heading]:
    """To save paper a list may go on beside itself under the same headings: 姓名 电话 姓名 电话."""
    keys = [heading.key for heading in headings]
    for width in range(2, len(keys) // 2 + 1):
        count = next(n for n in range(1, len(keys)) if keys[n * width : (n + 1) * width] != keys[:width])
        if count > 1 and sum(bool(heading.field) for heading in headings[:width]) > 1:
            again = [
                replace(heading, field=headings[at % width].field, block=at // width)
                for at, heading in enumerate(headings[: count * width])
            ]
            return again + headings[count * width :]
    return headings


def _meaning(texts: Sequence[str], known: Mapping[str, str], chosen: Mapping[str, str]) -> tuple[str, str]:
    """The heading as it is told, and its field: both rows together, then the lower, then the upper one."""
    whole = " ".join(texts)[:120]
    if plain(whole)[:100] in chosen:
        return whole, chosen[plain(whole)[:100]]
    for text in (whole, *reversed(texts)):
        if plain(text)[:100] in chosen:
            return whole, chosen[plain(text)[:100]]
        if plain(text) in known:
            return (whole if text == whole or len(whole) < 30 else text), known[plain(text)]
    return (texts[-1][:120] if len(whole) >= 30 else whole), ""
