"""The empty spreadsheet people fill in."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from core.exports.xlsx import MEDIA_TYPE, TEXT_ONLY, sheet_name
from core.imports.not_records import EXAMPLE
from core.imports.resources import Column
from core.imports.widgets import Choice, Several
from core.serving import as_download

ROWS = 2_000  # formatted and checked in advance
LONGEST_LIST = 255  # Excel's limit for choices written into a cell; longer ones are read from the second sheet
_FIRST = 4  # of the columns of the second sheet that hold choices


def blank_spreadsheet(shown: Mapping[str, Column], title: str) -> FileResponse:
    """Headings, an example that is not read, lists to choose from, and a second sheet that explains each column.

    Every column is text, so that no digit is lost.
    """
    from xlsxwriter import Workbook  # only imports and exports need it

    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(target, TEXT_ONLY)
    help_name = _("填写说明")
    sheet = book.add_worksheet(sheet_name(title, [help_name]))
    helping = book.add_worksheet(help_name)
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    grey = book.add_format({"num_format": "@", "italic": True, "font_color": "#666666"})
    columns = list(shown.values())
    has_example = any(column.example for column in columns)
    helping.write_row(0, 0, [_("列"), _("要不要填"), _("怎么填"), _("例")], bold)
    helping.set_column(0, 3, 28, text)
    for number, column in enumerate(columns):
        heading = column.column_name + (_("（必填）") if column.required else "")
        sheet.set_column(number, number, max(12, 2 * len(heading) + 2), text)
        sheet.write_string(0, number, heading, bold)
        if column.example:
            sheet.write_comment(0, number, _("例：%(example)s") % {"example": column.example})
        if has_example:
            mark = _("%(mark)s（这一行不会导入）：") % {"mark": EXAMPLE} if number == 0 else ""
            sheet.write_string(1, number, mark + column.example, grey)
        needed = _("必填") if column.required else _("知道就填")
        helping.write_row(number + 1, 0, [column.column_name, needed, _how(column), column.example], text)
        if isinstance(column.widget, Choice) and not isinstance(column.widget, Several):
            _offer(sheet, helping, help_name, number, _words(column))
    sheet.freeze_panes(1, 0)
    book.close()
    target.seek(0)
    return as_download(target, f"{title}.xlsx", MEDIA_TYPE)


def _words(column: Column) -> list[str]:
    return [str(label) for _key, label in column.widget.choices]


def _how(column: Column) -> str:
    if isinstance(column.widget, Choice):
        words = {"words": _("、").join(_words(column))}
        one, several = _("从这些里选一个：%(words)s"), _("可以选几个，用“、”隔开：%(words)s")
        return (several if isinstance(column.widget, Several) else one) % words
    return column.hint


def _offer(sheet: Any, helping: Any, help_name: str, number: int, words: list[str]) -> None:
    """A list to choose from in one column of the sheet."""
    from xlsxwriter.utility import xl_range_abs  # the library is slow to import

    source: Any = words
    if len(",".join(words)) > LONGEST_LIST:
        helping.write_column(0, _FIRST + number, words)
        helping.set_column(_FIRST + number, _FIRST + number, None, None, {"hidden": True})
        source = f"='{help_name}'!{xl_range_abs(0, _FIRST + number, len(words) - 1, _FIRST + number)}"
    sheet.data_validation(1, number, ROWS, number, {"validate": "list", "source": source, "error_type": "warning"})
