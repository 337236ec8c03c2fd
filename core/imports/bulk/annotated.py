"""The uploaded rows as a spreadsheet with what is wrong marked: red cells with the reason as a comment."""

from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from core.exports.xlsx import MEDIA_TYPE, sheet_name
from core.imports.bulk.checking import rows_of
from core.imports.bulk.resources import BulkResource
from core.imports.bulk.rows import Line
from core.imports.bulk.sealing import read_marked
from core.models import Import
from core.serving import as_download

WHOLE = 5_000  # of a longer file only the rows that something is said about
_LONGEST = 32_000


def annotated_spreadsheet(item: Import, resource: BulkResource, place: str) -> FileResponse:
    """Every column as text, in the order of the file; can be mended there and sent again."""
    from xlsxwriter import Workbook  # only imports and exports need it

    rows = rows_of(item, resource, place)
    marks = {mark["key"]: mark for mark in read_marked(item)}
    lines = rows.lines if len(rows.lines) <= WHOLE else [line for line in rows.lines if line.key in marks]
    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(target)
    sheets: dict[str, _Sheet] = {}
    for line in lines:
        if line.sheet not in sheets:
            sheets[line.sheet] = _Sheet(book, line.sheet, rows.names, resource)
        sheets[line.sheet].write(line, marks.get(line.key))
    if not sheets:
        book.add_worksheet()
    book.close()
    target.seek(0)
    name = item.name.rpartition(".")[0] or item.name
    return as_download(target, _("%(name)s（核对结果）.xlsx") % {"name": name}, MEDIA_TYPE)


class _Sheet:
    def __init__(self, book: Any, name: str, names: list[str], resource: BulkResource) -> None:
        self.sheet = book.add_worksheet(sheet_name(name, book.sheetnames))
        self.names, self.row = names, 0
        self.text = book.add_format({"num_format": "@"})
        self.red = book.add_format({"num_format": "@", "bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1})
        self.yellow = book.add_format({"num_format": "@", "bg_color": "#FFEB9C", "border": 1})
        bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        for place, heading in enumerate([*(resource.columns[n].column_name for n in names), _("核对说明")]):
            self.sheet.write_string(0, place, heading, bold)
            self.sheet.set_column(place, place, max(12, 2 * len(heading) + 2), self.text)
        self.sheet.freeze_panes(1, 1)

    def write(self, line: Line, mark: dict[str, Any] | None) -> None:
        self.row += 1
        why, note = (mark["why"], mark["note"]) if mark else ({}, {})
        for place, name in enumerate(self.names):
            form = self.red if name in why else self.yellow if name in note else self.text
            text = line.cells.get(name, "")[:_LONGEST]
            if text:
                self.sheet.write_string(self.row, place, text, form)
            elif form is not self.text:
                self.sheet.write_blank(self.row, place, None, form)
            if said := why.get(name) or note.get(name):
                self.sheet.write_comment(self.row, place, said[:_LONGEST], {"author": "", "x_scale": 2})
        about = [text for part in (why, note) for name, text in part.items() if name not in self.names]
        if about:
            self.sheet.write_string(
                self.row, len(self.names), "；".join(about)[:_LONGEST], self.red if why else self.text
            )
