"""One list of a sheet, row by row: what is merged over several rows, and what 同上 says again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.imports.books import FillDown, Range
from core.imports.heads import Head
from core.imports.reading import Cell

DITTO = frozenset(["同上", "同前", "〃", "″", "”", '"', "''"])
_AROUND_DITTO = "（）()-—.。、"  # 同　上 is spaced out, （同上） in brackets


class Block:
    """One list of a sheet: its columns, and what is merged over several of its rows."""

    def __init__(
        self,
        merged: Sequence[Range],
        first: int,
        columns: Mapping[str, int],
        resource: Any,
        head: Head,
    ) -> None:
        self.columns = columns
        pieces, shared = head.pieces, head.shared
        self._pieced = {name: pieces[place] for name, place in columns.items() if place in pieces}
        self._pieces = resource.pieces
        self._shared = {**resource.crowded, **{n: shared[place] for n, place in columns.items() if place in shared}}
        self._apart, self._then = resource.apart, resource.then
        self.added: set[str] = set()  # fields without a column that were found in the cells of others
        self.down = FillDown(merged, first, columns, resource.never_filled)
        self._whose = {columns[name] for name in resource.identifying if name in columns}
        # first row → last row of the cells that say whom they mean
        self._ends: dict[int, int] = {}
        for (top, left), (bottom, _right) in merged:
            if left in self._whose and top >= first:
                self._ends[top] = max(bottom, self._ends.get(top, bottom))
        self._runs = (-1, -1)
        self._identifying: frozenset[str] = resource.identifying
        self._beside: frozenset[str] = resource.beside
        self._prepared: frozenset[str] = resource.prepared
        self._first: tuple[int, str, dict[str, Cell]] = (-1, "", {})
        self._never: frozenset[str] = resource.never_filled
        self._above: dict[str, Cell] = {}

    def read(self, at: int, row: Sequence[Cell]) -> dict[str, Cell]:
        """Empty where the row is no record: it says nothing, or nothing but formulas that came to nothing."""
        cells = {n: row[place] for n, place in self.columns.items() if place < len(row) and row[place].text}
        for name in self._pieced.keys() & cells.keys():
            texts = [cells[name].text, *(row[place].text for place in self._pieced[name] if place < len(row))]
            if whole := self._pieces(name, [text for text in texts if text]):
                cells[name] = Cell(whole)
        for name in [name for name in self._shared if name in cells]:
            self._part(name, cells)
        is_record = any(cell.says for name, cell in cells.items() if name not in self._beside)
        self.down.fill(at, row, cells)
        if not is_record or self.is_prepared(at, row):
            return {}
        for name, cell in cells.items():
            if "".join(cell.text.split()).strip(_AROUND_DITTO) in DITTO:
                cells[name] = self._as_above(name, cell)
        self._above.update(cells)
        return cells

    def is_prepared(self, at: int, row: Sequence[Cell]) -> bool:
        """Whether the row says but what somebody has filled in down the sheet, for whoever may come."""
        if any(top < at <= bottom for top, bottom in self._ends.items()):
            return False  # who it is stands above, merged
        said = {name for name, place in self.columns.items() if place < len(row) and row[place].says}
        return bool(said) and said <= self._prepared | self._beside

    def _part(self, name: str, cells: dict[str, Cell]) -> None:
        """Give every fact that stands in one cell its own; none where another cell says otherwise."""
        found = self._apart(name, self._shared[name], cells[name].text)
        for field in list(found):
            held = cells.get(field) if field != name else None
            if held is not None and held.text != found[field]:
                other = self._then.get(field, "")
                if not other or other in cells:
                    return
                found[other] = found.pop(field)
        self.added |= found.keys() - self.columns.keys()
        cells |= {field: Cell(text) for field, text in found.items()}

    def _as_above(self, name: str, cell: Cell) -> Cell:
        above = self._above.get(name)
        if above is not None and not above.problem and name not in self._never:
            return above
        return Cell(cell.text, _("“%(value)s”不知道是指什么，请写明。") % {"value": cell.text})

    def is_struck(self, columns: Iterable[int]) -> bool:
        """Whether what says whom the row means is crossed out."""
        return not self._whose.isdisjoint(columns)

    def follow(self, at: int, key: str, cells: dict[str, Cell]) -> str:
        """Key of the row that this one goes on, whose cells it then has as well."""
        begin, first, held = self._first
        if at in self._ends:
            self._runs = at, self._ends[at]
        top, bottom = self._runs
        if not (top == begin < at <= bottom) or any(name in cells for name in self._identifying):
            self._first = (at, key, dict(cells))
            return ""
        for name in self._identifying & set(held):
            cells[name] = held[name]
        return first
