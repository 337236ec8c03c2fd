"""The empty spreadsheet people fill in."""

from tempfile import TemporaryFile

from django.http import FileResponse
from django.utils.translation import gettext as _

from core.exports.xlsx import MEDIA_TYPE
from core.imports.resources import Resource
from core.imports.widgets import Choice
from core.serving import as_download

ROWS = 2_000  # formatted and checked in advance


def blank_spreadsheet(resource: Resource, title: str) -> FileResponse:
    """Headings, a note to each, lists to choose from; every column is text, so that no digit is lost."""
    from xlsxwriter import Workbook  # only imports and exports need it

    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(target)
    sheet = book.add_worksheet(title[:31])
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    for number, column in enumerate(resource.columns.values()):
        heading = column.column_name + (_("（必填）") if column.required else "")
        sheet.set_column(number, number, max(12, 2 * len(heading) + 2), text)
        sheet.write_string(0, number, heading, bold)
        if column.example:
            sheet.write_comment(0, number, _("例：%(example)s") % {"example": column.example})
        if isinstance(column.widget, Choice):
            words = [str(label) for _key, label in column.widget.choices]
            if len(",".join(words)) <= 255:  # Excel's limit
                sheet.data_validation(1, number, ROWS, number, {"validate": "list", "source": words})
    sheet.freeze_panes(1, 0)
    book.close()
    target.seek(0)
    return as_download(target, f"{title}.xlsx", MEDIA_TYPE)
