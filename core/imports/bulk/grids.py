"""The sheets of a file as streams of rows, with what is merged and hidden."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.bulk.parts import Part, read_parts
from core.imports.extent import require_near
from core.imports.reading import MOST_COLUMNS, Cell, csv_rows, read_cell

Range = tuple[tuple[int, int], tuple[int, int]]
_ZEROES = re.compile(r"000$")  # how a spreadsheet fills up what it could not keep
_POWER = re.compile(r"\d(?:\.\d+)?[Ee]\+?1\d")  # 1.50404E+17, 1.38E+10: as a csv saved from such a cell says


def lost() -> str:
    return _("Excel 把号码存成了数字，后几位已丢失，请照证件重填。")


@dataclass
class Grid:
    """One sheet. ``rows`` is read once."""

    name: str
    rows: Iterable[Sequence[Cell]]
    merged: Sequence[Range] = ()
    hidden: set[int] = field(default_factory=set)


@dataclass
class Book:
    """:ivar unseen: names of hidden sheets, which are not read. :ivar pictures: how many lie in the cells."""

    grids: list[Grid]
    unseen: list[str] = field(default_factory=list)
    pictures: int = 0


def open_book(file: IO[bytes], media_type: str) -> Book:
    """:raises ValidationError: it cannot be read."""
    file.seek(0)
    if media_type.startswith("text/"):
        return Book([Grid("", _marked(csv_rows(file.read())))])
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # only imports need it

    require_near(file)
    parts = read_parts(file)
    try:
        book = CalamineWorkbook.from_filelike(file)
        grids, unseen = [], []
        for about in book.sheets_metadata:
            if about.visible != SheetVisibleEnum.Visible:
                unseen.append(about.name)
                continue
            sheet = book.get_sheet_by_name(about.name)
            part = parts.sheets.get(about.name, Part())
            grids.append(Grid(about.name, _cells(sheet, part), list(sheet.merged_cell_ranges or ()), part.hidden))
        return Book(grids, unseen, parts.pictures)
    except (CalamineError, ValueError, OSError) as error:
        raise ValidationError(_("表格打不开，可能已损坏。请用 Excel 或 WPS 打开后另存为 xlsx 再试。")) from error


def _cells(sheet: Any, part: Part) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(sheet.iter_rows()):
        cells = [read_cell(value) for value in row[:MOST_COLUMNS]]
        for place, cell in enumerate(cells):
            if cell.problem:
                cells[place] = Cell(cell.text, lost())
        for column, text in part.digits.get(number, {}).items():
            if column < len(cells) and not _ZEROES.search(text):
                cells[column] = Cell(text)  # a program wrote all digits; only reading it as a number loses them
        yield cells


def _marked(rows: Iterable[list[Cell]]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        yield [Cell(cell.text, lost()) if _POWER.fullmatch(cell.text) else cell for cell in row]
