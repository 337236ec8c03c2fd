"""The rows of all sheets under their headings: what is no record left aside, merged cells filled down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.asides import aside
from core.imports.books import Book, FillDown, Grid, Range, open_book
from core.imports.bulk.heads import Head, Heading, Known, aliases, find_head
from core.imports.headers import LOOK_AT, plain
from core.imports.reading import Cell

WIDE = 3  # a text merged over so many columns is a heading inside the table, not a cell


@dataclass(slots=True)
class Line:
    """One row of a sheet.

    :ivar key: sheet and row, as corrections name them. :ivar number: the spreadsheet's own row number.
    :ivar cells: field → text. :ivar problems: field → what is wrong with the cell before anybody asks what it means.
    :ivar follows: key of the row it goes on, where one cell merged over both says whom they mean.
    :ivar repeats: whom it means has come before in this file; the resource says so.
    """

    key: str
    sheet: str
    number: int
    cells: dict[str, str]
    problems: dict[str, str]
    hidden: bool = False
    follows: str = ""
    repeats: bool = False


@dataclass
class SheetFound:
    """What was made of one sheet. ``why``: the reason it cannot be read; empty: it can. ``doubt``: why it is left out
    until the person says otherwise."""

    name: str
    headings: Sequence[Heading] = ()
    rows: int = 0
    why: str = ""
    off: bool = False  # left out
    doubt: str = ""

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

    :param corrections: ``columns`` and ``sheets`` count here; cells and rows left out are for ``corrected``.
    :raises ValidationError: no sheet has a heading, there are no rows, or too many.
    """
    said = {**remembered, **corrections.get("columns", {})}
    chosen = {heading: name for heading, name in said.items() if not name or name in resource.columns}
    reader = _Reader(open_book(file, media_type), resource, chosen)
    reader.read(corrections.get("sheets", {}))
    found = reader.found
    if not any(sheet.headings for sheet in found.sheets):
        wanted = _("、").join(column.column_name for column in resource.columns.values() if column.required)
        raise ValidationError(_("没有找到表头。表格里要有写着列名的一行，列名是：%(wanted)s。") % {"wanted": wanted})
    if not found.lines and not any(sheet.off for sheet in found.sheets):
        raise ValidationError(_("表头下面没有内容。"))
    present = {heading.field for sheet in found.sheets for heading in sheet.headings} | reader.added
    found.names = [name for name in resource.columns if name in present]
    return found


@dataclass
class _Top:
    """A sheet whose heading has been looked for. ``stream`` goes on where ``rows`` end."""

    index: int
    grid: Grid
    rows: list[Sequence[Cell]]
    stream: Iterator[Sequence[Cell]]
    head: Head | None


class _Reader:
    def __init__(self, book: Book, resource: Any, chosen: Mapping[str, str]) -> None:
        self.book, self.resource = book, resource
        fields = aliases({n: (c.column_name, *c.also) for n, c in resource.columns.items()})
        self.known = Known(fields, chosen, resource.topics, resource.then)
        self.required = [name for name, column in resource.columns.items() if column.required]
        self.found = Rows(unseen=book.unseen, pictures=book.pictures)
        self.several = len(book.grids) > 1
        self.added: set[str] = set()

    def read(self, said: Mapping[str, bool]) -> None:
        """:param said: sheets somebody has chosen to read or not."""
        tops = [self._top(index, grid) for index, grid in enumerate(self.book.grids)]
        telling = self.resource.telling
        self.found.sheets += map(self._sheet, tops)
        both = list(zip(tops, self.found.sheets, strict=True))
        tells = {top.index for top, sheet in both if not sheet.why and self._tells(top)}
        for top, sheet in both:
            if top.head is None or sheet.why:
                continue
            if tells and top.index not in tells:
                names = _("、").join(c.column_name for n, c in self.resource.columns.items() if n in telling)
                sheet.doubt = _("别的工作表有%(names)s，这一张没有") % {"names": names}
            sheet.off = not said.get(sheet.name, not sheet.doubt)
            if not sheet.off:
                self._lines(top, sheet, top.head)

    def _top(self, index: int, grid: Grid) -> _Top:
        stream = iter(grid.rows)
        rows = list(islice(stream, LOOK_AT + 1))
        head = find_head(rows, grid.merged, self.known)
        if head is not None and len(head.columns) < min(2, len(self.known.fields)):
            head = None
        return _Top(index, grid, rows, stream, head)

    def _tells(self, top: _Top) -> bool:
        """Whether the sheet has a telling column and, below it, a row: an empty form says nothing of the others."""
        head = top.head
        if head is None or not self.resource.telling & set(head.columns):
            return False
        places = [place for name, place in head.columns.items() if name not in self.resource.beside]
        for at, row in enumerate(chain(top.rows, _kept(top))):
            if at >= head.first and any(place < len(row) and row[place].says for place in places) and not aside(row):
                return True
        return False

    def _sheet(self, top: _Top) -> SheetFound:
        if top.head is None:
            is_empty = not any(cell.text for row in top.rows for cell in row)
            return SheetFound(top.grid.name, why=_("是空的") if is_empty else _("没有找到表头"))
        sheet = SheetFound(top.grid.name, top.head.headings)
        missing = [name for name in self.required if name not in top.head.columns]
        if missing:
            names = _("、").join(self.resource.columns[name].column_name for name in missing)
            sheet.why = _("缺少这些列：%(names)s") % {"names": names}
        return sheet

    def _lines(self, top: _Top, sheet: SheetFound, head: Head) -> None:
        grid = top.grid
        blocks = [_Block(grid.merged, head.first, block, self.resource) for block in head.blocks]
        wide = {at: left for (at, left), (_b, right) in grid.merged if right - left >= WIDE - 1 and at >= head.first}
        of_sheet = self.resource.of_sheet(sheet.name) if self.several else {}
        self.added |= set(of_sheet)
        of_heading: dict[str, str] = {}
        above = {_plain(row) for row in top.rows[: head.first]} - {()}
        for at, row in enumerate(chain(top.rows, top.stream)):
            if at < head.first or not any(cell.text for cell in row):
                continue
            if _plain(row) in above:
                continue  # title and heading again, at the top of the next printed page
            if begins := aside(row):
                self.found.passed.append((sheet.name, at + 1, begins))
            elif at in wide and sum(bool(cell.text) for cell in row) == 1:
                text = row[wide[at]].text
                of_heading = self.resource.of_heading(text)
                self.added |= set(of_heading)
                self.found.passed.append((sheet.name, at + 1, text[:20]))
            else:
                for number, block in enumerate(blocks):
                    if cells := block.read(at, row):
                        key = f"{top.index}.{at + 1}" + (f".{number}" if number else "")
                        follows = block.follow(at, key, cells)
                        line = self._add(key, sheet, at, cells, {**of_sheet, **of_heading}, at in grid.hidden)
                        line.follows = follows

    def _add(
        self, key: str, sheet: SheetFound, at: int, cells: dict[str, Cell], more: dict[str, str], hidden: bool
    ) -> Line:
        texts = {**more, **{name: cell.text for name, cell in cells.items()}}
        problems = {n: cell.problem for n, cell in cells.items() if cell.problem and n not in self.resource.beside}
        line = Line(key, sheet.name, at + 1, texts, problems, hidden)
        self.found.lines.append(line)
        self.found.hidden += hidden
        sheet.rows += 1
        if len(self.found.lines) > self.resource.most_rows:
            most = f"{self.resource.most_rows:,}"
            raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": most})
        return line


def _kept(top: _Top) -> Iterator[Sequence[Cell]]:
    for row in top.stream:
        top.rows.append(row)
        yield row


def _plain(row: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(text for cell in row if (text := plain(cell.text)))


class _Block:
    """One list of a sheet: its columns, and what is merged over several of its rows."""

    def __init__(self, merged: Sequence[Range], first: int, columns: Mapping[str, int], resource: Any) -> None:
        self.columns = columns
        self.down = FillDown(merged, first, columns, resource.never_filled)
        whose = [columns[name] for name in resource.identifying if name in columns]
        # first row → last row of the cells that say whom they mean
        self._ends: dict[int, int] = {}
        for (top, left), (bottom, _right) in merged:
            if left in whose and top >= first:
                self._ends[top] = max(bottom, self._ends.get(top, bottom))
        self._runs = (-1, -1)
        self._identifying: frozenset[str] = resource.identifying
        self._beside: frozenset[str] = resource.beside
        self._first: tuple[int, str, dict[str, Cell]] = (-1, "", {})

    def read(self, at: int, row: Sequence[Cell]) -> dict[str, Cell]:
        """Empty where the row is no record: it says nothing, or nothing but formulas that came to nothing."""
        cells = {n: row[place] for n, place in self.columns.items() if place < len(row) and row[place].text}
        is_record = any(cell.says for name, cell in cells.items() if name not in self._beside)
        self.down.fill(at, row, cells)
        return cells if is_record else {}

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
