"""The sheets of a file as streams of rows, with what is merged and hidden: one reader for every import."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.extent import require_near
from core.imports.marks import read_marks
from core.imports.marks.found import SheetMarks
from core.imports.marks.xls import is_excel_95
from core.imports.opening import require_light
from core.imports.reading import (
    EMPTY,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Sheet,
    as_percent,
    csv_rows,
    failed,
    lost_by,
    read_cell,
)

Range = tuple[tuple[int, int], tuple[int, int]]
_WPS_OWN = "WpsReserved_"  # sheets that WPS keeps for itself (pictures in cells); nobody wrote them or sees them


@dataclass
class Grid:
    """One sheet. ``rows`` is read once; row and column 0 of it are the sheet's own first ones."""

    name: str
    rows: Iterable[Sequence[Cell]]
    merged: Sequence[Range] = ()
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: Mapping[int, set[int]] = field(default_factory=dict)  # row → columns that are crossed out


@dataclass
class Book:
    """:ivar unseen: names of hidden sheets, which are not read. :ivar pictures: how many lie in the cells.
    :ivar comments: how many hang on cells."""

    grids: list[Grid]
    unseen: list[str] = field(default_factory=list)
    pictures: int = 0
    comments: int = 0


def open_book(file: IO[bytes], media_type: str) -> Book:
    """:param file: accepted by ``core.attachments.checks.check`` or ``is_ods``.
    :raises ValidationError: it cannot be read.
    """
    file.seek(0)
    if media_type == "text/html":
        from core.imports.pages import read_page  # which gives books

        return read_page(file.read())
    if media_type.startswith("text/"):
        return Book([Grid("", csv_rows(file.read()))])
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # only imports need it

    if is_excel_95(file):
        raise ValidationError(_("这是 Excel 95 的旧格式，里面的汉字读不准。请用 Excel 或 WPS 另存为 xlsx 再上传。"))
    require_near(file)
    require_light(file)
    marks = read_marks(file)
    try:
        file.seek(0)
        book = CalamineWorkbook.from_filelike(file)
        grids, unseen = [], []
        for about in book.sheets_metadata:
            if about.visible != SheetVisibleEnum.Visible:
                if not about.name.startswith(_WPS_OWN):
                    unseen.append(about.name)
                continue
            sheet = book.get_sheet_by_name(about.name)
            found = marks.sheets.get(about.name, SheetMarks())
            merged = list(sheet.merged_cell_ranges or ())
            hidden = (found.hidden, found.hidden_columns, found.struck)
            grids.append(Grid(about.name, _cells(sheet, found), merged, *hidden))
    except (CalamineError, ValueError, OSError) as error:
        raise damaged() from error
    if not book.sheet_names:
        raise damaged()
    return Book(grids, unseen, marks.pictures, marks.comments)


def read_book(file: IO[bytes], media_type: str) -> tuple[list[Sheet], list[str]]:
    """All sheets that are not hidden, for lists short enough to be held whole; and the names of the hidden ones.

    :raises ValidationError: it cannot be read, or is longer than ``MOST_ROWS``.
    """
    book = open_book(file, media_type)
    return [
        Sheet(grid.name, _limited(grid.rows), grid.merged, frozenset(grid.hidden)) for grid in book.grids
    ], book.unseen


def damaged() -> ValidationError:
    return ValidationError(_("表格打不开，可能已损坏。请用 Excel 或 WPS 打开后另存为 xlsx 再试。"))


def _limited(rows: Iterable[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Formatted rows without content may follow in any number: the file counts to its last filled row."""
    kept: list[Sequence[Cell]] = []
    filled = end = 0
    for row in rows:
        kept.append(row)
        if any(cell.text for cell in row):
            filled, end = filled + 1, len(kept)
        if filled > MOST_ROWS + 20:  # some rows above the heading
            raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": f"{MOST_ROWS:,}"})
    return kept[:end]


def _cells(sheet: Any, found: SheetMarks) -> Iterator[Sequence[Cell]]:
    """The library gives rows from the first one on, but columns from the first filled one."""
    before = [EMPTY] * min(MOST_COLUMNS, sheet.start[1] if sheet.start else 0)
    most = MOST_COLUMNS - len(before)
    for number, row in enumerate(sheet.iter_rows()):
        told = found.told.get(number)
        if told is None and row.count("") == len(row):
            yield ()  # a million formatted rows cost next to nothing
            continue
        cells = before + [read_cell(value) for value in row[:most]]
        for column, (kind, text) in (told or {}).items():
            if column < MOST_COLUMNS:
                cells += [EMPTY] * (column + 1 - len(cells))
                cells[column] = _told(kind, text, cells[column])
        yield cells if any(cell.text for cell in cells) else ()


def _told(kind: str, text: str, read: Cell) -> Cell:
    if kind == "digits":  # a program wrote all digits; only reading it as a number loses them
        return read if lost_by(text) else Cell(text)
    if kind == "percent":
        return as_percent(text)
    return failed(text) if kind == "failed" else failed(text, never=True)


class FillDown:
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
            elif cell.text and not (name in cells and cells[name].text):
                cells[name] = cell
