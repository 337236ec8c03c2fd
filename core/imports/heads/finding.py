"""Finds the heading of a sheet, in one row, two or three, and what each column is.

A heading of several rows is read together first: 编号 below 应急救护证 is that certificate's number, not the member's.
What a heading over several columns is about (``Topic``) bounds what those below it can mean.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.imports.books import Range
from core.imports.headers import LOOK_AT, is_said, plain
from core.imports.heads.meaning import Behind, Heading, Known, key_of, meaning, piece
from core.imports.heads.sides import side_by_side
from core.imports.reading import Cell

_MOST_PIECES = 18  # a box for each digit
_MOST_LEVELS = 3


@dataclass(frozen=True)
class Head:
    """:param first: index of the first row of data. :param start: of the heading itself, which is a row or a few.
    :param parts: how many headings of their own further pieces have. :param told: how many columns are what a heading
    above them says."""

    first: int
    headings: Sequence[Heading]
    start: int = 0
    parts: int = 0
    told: int = 0

    @property
    def columns(self) -> dict[str, int]:
        return self.blocks[0]

    @property
    def pieces(self) -> dict[int, tuple[int, ...]]:
        """Column → those with further pieces of its value."""
        return {heading.column: heading.more for heading in self.headings if heading.more}

    @property
    def shared(self) -> dict[int, tuple[str, ...]]:
        """Column → further fields that stand in its cells."""
        return {heading.column: heading.also for heading in self.headings if heading.also}

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


def find_head(rows: Sequence[Sequence[Cell]], merged: Sequence[Range], known: Known) -> Head | None:
    """The row, or the rows, that name most fields; before all others those in which one above says what is below."""
    best, most = None, (False, 0, 0)
    for index in range(min(len(rows), LOOK_AT)):
        for depth, levels in enumerate(_levels(rows, index, merged, known)):
            found = _read(levels, index + depth + 1, known)
            is_told = found.told > 0 and known.leads <= found.columns.keys()
            named = sum(bool(heading.field) for heading in found.headings)
            rank = (is_told, named + found.parts, -depth)  # of two that find as much the plainer one
            if found.columns and rank > most:
                best, most = found, rank
    return best


def heading_at(row: Sequence[Cell], at: int, known: Known, wanted: Iterable[str]) -> Head | None:
    """The row as the heading of a list of its own, as a sheet has them below each other: 管理人员, then 队员.

    :param wanted: fields such a list must have; a row that says anything but headings is none.
    """
    filled = sum(bool(cell.text) for cell in row)
    if filled < 2 or is_said(row):
        return None
    found = _read([[cell.text for cell in row]], at + 1, known)
    named = sum(plain(cell.text) in known.fields for cell in row if cell.text)
    return found if set(wanted) <= set(found.columns) and len(found.columns) > 1 and named * 2 > filled else None


def _levels(
    rows: Sequence[Sequence[Cell]], index: int, merged: Sequence[Range], known: Known
) -> Iterable[list[list[str]]]:
    """The row as a heading, then with the one below it, then with the one below that."""
    yield [[cell.text for cell in rows[index]]]
    texts = [_texts(rows, index, merged)]
    for below in range(index + 1, min(index + _MOST_LEVELS, len(rows))):
        if not _is_spread(below - 1, merged, rows):
            return
        if len(texts) > 1 and sum(plain(cell.text) in known.fields for cell in rows[below]) < 2:
            return  # two rows with gaps, and already the first record
        texts.append(_texts(rows, below, merged))
        levels = [texts[-1]]
        for upper in reversed(texts[:-1]):
            levels.insert(0, _spread(upper, levels[0]))
        yield levels


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


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """A csv knows no merged cells: an upper heading reaches over the columns behind it that have but a lower one."""
    found, last = list(upper), ""
    for column, below in enumerate(lower):
        above = upper[column] if column < len(upper) else ""
        last = (above if below else "") if above else last if below else ""
        if column < len(found):
            found[column] = above or last
        elif last:
            found += [""] * (column - len(found)) + [last]
    return found


def _read(levels: list[list[str]], first: int, known: Known) -> Head:
    headings: list[Heading] = []
    taken: set[str] = set()
    parts: set[int] = set()
    seen = Counter[str]()
    told = 0
    over = Counter(text for text in levels[0] if text) if len(levels) > 1 else Counter[str]()
    lent: dict[str, int] = {}  # field → place among the headings
    before, behind = "", Behind(known)
    for column in range(max(map(len, levels))):
        texts = [level[column] for level in levels if column < len(level) and level[column]]
        texts = list(dict.fromkeys(texts))
        if not texts:
            continue
        is_group = len(texts) > 1 and over[texts[0]] > 1
        found = meaning(texts, known, seen, is_group=is_group)
        found = found if is_group or key_of(found.text) in known.chosen else behind.read(found, taken)
        text, field, told = found.text, found.field, told + found.is_told
        part = piece(text) if field in known.pieced and key_of(text) not in known.chosen else None
        if part and part["end"] and field not in taken:
            field = ""  # the end alone is no number
        half = known.halves.get((before, plain(texts[-1])), "")
        is_part = half in taken - {""} or (
            field in taken & known.pieced and (part is not None or (is_group and not texts[-1][:1].isdigit()))
        )
        field, before = half or field, plain(texts[-1])
        parts |= {column} if is_part else set()
        if found.is_told and field in lent.keys() - known.pieced:  # 编号 behind 有无, both below 救护证
            at = lent.pop(field)
            headings[at] = replace(headings[at], field="", also=())
            taken.discard(field)
        again = field if field in taken and (is_part or not is_group) else ""  # the first counts; one can say otherwise
        also = tuple(name for name in found.fields[1:] if name != field)
        field = "" if field in taken else field
        taken |= {field} - {""}
        if found.is_lent and field:
            lent[field] = len(headings)
        headings.append(Heading(column, text, field, nth=seen[plain(text)], again=again, also=also if field else ()))
    pieced = side_by_side(_pieced(_weak(headings, taken, known), parts, known.pieced), known)
    found_all = _seconds(pieced, taken, known.then)
    named = {each.text for each in headings if each.column in parts} - {each.text for each in found_all}
    return Head(first, found_all, first - len(levels), len(named), told)


def _weak(headings: list[Heading], taken: set[str], known: Known) -> list[Heading]:
    """队员 is a name where no column is called 姓名, 类别 what no other column of a plan is."""
    found = []
    for heading in headings:
        could = known.weak.get(plain(heading.text), ()) if not heading.means and heading.key not in known.chosen else ()
        if name := next((name for name in could if name not in taken), ""):
            taken.add(name)
            heading = replace(heading, field=name)
        found.append(heading)
    return found


def _pieced(headings: list[Heading], parts: set[int], pieced: frozenset[str]) -> list[Heading]:
    """Headings of further pieces, and columns without any, go with the first.

    :param parts: columns that are such pieces.
    """
    found: list[Heading] = []
    for at, heading in enumerate(headings):
        before = found[-1] if found else None
        if before is not None and heading.column in parts and heading.again == before.field:
            found[-1] = before = replace(before, more=(*before.more, heading.column))
        else:
            found.append(heading)
            before = heading
        if before.field in pieced:
            last = headings[at + 1].column if at + 1 < len(headings) else before.column + _MOST_PIECES
            found[-1] = replace(before, more=(*before.more, *range(heading.column + 1, last)))
    return found


def _seconds(headings: Sequence[Heading], taken: set[str], then: Mapping[str, str]) -> list[Heading]:
    found = []
    for heading in headings:
        other = then.get(heading.again, "")
        if other and other not in taken:
            taken.add(other)
            heading = replace(heading, field=other, again="")
        found.append(heading)
    return found
