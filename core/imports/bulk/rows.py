"""The rows of all sheets under their headings: what is no record left aside, merged cells filled down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.bulk.grids import Book, Grid, Range, open_book
from core.imports.bulk.heads import Head, Heading, aliases, find_head
from core.imports.headers import LOOK_AT, plain
from core.imports.reading import Cell
from core.imports.table import aside

WIDE = 3  # a text merged over so many columns is a heading inside the table, not a cell


@dataclass(slots=True)
class Line:
    """One row of a sheet.

    :ivar key: sheet and row, as corrections name them. :ivar number: the spreadsheet's own row number.
    :ivar cells: field → text. :ivar problems: field → what is wrong with the cell before anybody asks what it means.
    """

    key: str
    sheet: str
    number: int
    cells: dict[str, str]
    problems: dict[str, str]
    hidden: bool = False


@dataclass
class SheetFound:
    """What was made of one sheet. ``why``: the reason it is not read; empty: it is."""

    name: str
    headings: Sequence[Heading] = ()
    rows: int = 0
    why: str = ""
    off: bool = False  # left out by the person

    @property
    def unused(self) -> list[str]:
        return [heading.text for heading in self.headings if not heading.field]


@dataclass
class Rows:
    """:ivar names: fields the file has, in the order of the resource. :ivar passed: rows that are no record."""

    lines: list[Line] = field(default_factory=list)
    sheets: list[SheetFound] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    passed: list[tuple[str, int, str]] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    pictures: int = 0
    hidden: int = 0


def read_rows(
    file: Any, media_type: str, resource: Any, corrections: Mapping[str, Any], remembered: Mapping[str, str]
) -> Rows:
    """All rows of all sheets that have the wanted columns.

    :param corrections: ``columns`` and ``sheets_off`` count here; cells and rows left out are for ``corrected``.
    :raises ValidationError: no sheet has a heading, there are no rows, or too many.
    """
    book = open_book(file, media_type)
    reader = _Reader(book, resource, {**remembered, **corrections.get("columns", {})})
    off = set(corrections.get("sheets_off", ()))
    for number, grid in enumerate(book.grids):
        reader.read(number, grid, off=grid.name in off)
    found = reader.found
    if not any(sheet.headings for sheet in found.sheets):
        wanted = _("、").join(column.column_name for column in resource.columns.values() if column.required)
        raise ValidationError(_("没有找到表头。表格里要有写着列名的一行，列名是：%(wanted)s。") % {"wanted": wanted})
    if not found.lines and not any(sheet.off for sheet in found.sheets):
        raise ValidationError(_("表头下面没有内容。"))
    present = {heading.field for sheet in found.sheets for heading in sheet.headings} | reader.added
    found.names = [name for name in resource.columns if name in present]
    return found


class _Reader:
    def __init__(self, book: Book, resource: Any, chosen: Mapping[str, str]) -> None:
        self.resource, self.chosen = resource, chosen
        self.known = aliases({n: (c.column_name, *c.also) for n, c in resource.columns.items()})
        self.required = [name for name, column in resource.columns.items() if column.required]
        self.found = Rows(unseen=book.unseen, pictures=book.pictures)
        self.several = len(book.grids) > 1
        self.added: set[str] = set()

    def read(self, index: int, grid: Grid, *, off: bool) -> None:
        stream = iter(grid.rows)
        top = list(islice(stream, LOOK_AT + 1))
        head = find_head(top, grid.merged, self.known, self.chosen)
        if head is None or len(head.columns) < min(2, len(self.known)):
            why = "" if not any(cell.text for row in top for cell in row) else _("没有找到表头")
            self.found.sheets.append(SheetFound(grid.name, why=why or _("是空的")))
            return
        sheet = SheetFound(grid.name, head.headings, off=off)
        self.found.sheets.append(sheet)
        missing = [name for name in self.required if name not in head.columns]
        if missing:
            names = _("、").join(self.resource.columns[name].column_name for name in missing)
            sheet.why = _("缺少这些列：%(names)s") % {"names": names}
            return
        if not off:
            self._lines(index, sheet, head, grid, chain(top, stream))

    def _lines(self, index: int, sheet: SheetFound, head: Head, grid: Grid, stream: Iterator[Sequence[Cell]]) -> None:
        blocks = [
            (block, _FillDown(grid.merged, head.first, block, self.resource.never_filled)) for block in head.blocks
        ]
        wide = {top: left for (top, left), (_b, right) in grid.merged if right - left >= WIDE - 1 and top >= head.first}
        of_sheet = self.resource.of_sheet(sheet.name) if self.several else {}
        self.added |= set(of_sheet)
        of_heading: dict[str, str] = {}
        repeated = {name: plain(heading.text) for heading in head.headings if (name := heading.field)}
        for at, row in enumerate(stream):
            if at < head.first:
                continue
            if begins := aside(row):
                self.found.passed.append((sheet.name, at + 1, begins))
            elif at in wide and sum(bool(cell.text) for cell in row) == 1:
                text = row[wide[at]].text
                of_heading = self.resource.of_heading(text)
                self.added |= set(of_heading)
                self.found.passed.append((sheet.name, at + 1, text[:20]))
            else:
                for number, (columns, down) in enumerate(blocks):
                    cells = {n: row[place] for n, place in columns.items() if place < len(row) and row[place].text}
                    is_record = cells and not all(plain(cell.text) == repeated[name] for name, cell in cells.items())
                    down.fill(at, row, cells)
                    if is_record:
                        key = f"{index}.{at + 1}" + (f".{number}" if number else "")
                        self._add(key, sheet, at, cells, {**of_sheet, **of_heading}, at in grid.hidden)

    def _add(
        self, key: str, sheet: SheetFound, at: int, cells: dict[str, Cell], more: dict[str, str], hidden: bool
    ) -> None:
        texts = {**more, **{name: cell.text for name, cell in cells.items()}}
        problems = {name: cell.problem for name, cell in cells.items() if cell.problem}
        self.found.lines.append(Line(key, sheet.name, at + 1, texts, problems, hidden))
        self.found.hidden += hidden
        sheet.rows += 1
        if len(self.found.lines) > self.resource.most_rows:
            most = f"{self.resource.most_rows:,}"
            raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": most})


class _FillDown:
    """A cell merged over several rows says the same in each of them."""

    def __init__(self, merged: Sequence[Range], first: int, columns: Mapping[str, int], never: frozenset[str]) -> None:
        names = {place: name for name, place in columns.items() if name not in never}
        self._starts: dict[int, list[tuple[int, int, str]]] = {}
        for (top, left), (bottom, _right) in merged:
            if bottom > top >= first and left in names:
                self._starts.setdefault(top, []).append((left, bottom, names[left]))
        self._running: dict[str, tuple[int, Cell]] = {}

    def fill(self, at: int, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        for left, bottom, name in self._starts.get(at, ()):
            if left < len(row):
                self._running[name] = (bottom, row[left])
        for name, (bottom, cell) in list(self._running.items()):
            if at > bottom:
                del self._running[name]
            elif cell.text:
                cells.setdefault(name, cell)
