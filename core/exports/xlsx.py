"""Writes spreadsheets row by row, so that memory stays flat however long the list is."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import XLSX
from core.exports.columns import ExportColumn

if TYPE_CHECKING:
    from core.exports.sheet import RowSheet

MEDIA_TYPE = XLSX.media_type
LONGEST = 32_767  # characters Excel keeps in one cell
WIDEST, NARROWEST = 48, 8
HEAD_ROWS = 2  # what it is, and the headings
REPORT_EVERY = 500
# What people typed stays text: nothing of it is ever a formula or an address to follow.
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False}
_IN_NO_SHEET = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_SHEET = 31


def sheet_name(called: str, others: Collection[str]) -> str:
    """A valid name for a sheet that stands for ``called``: Excel refuses a whole file for a character it does not
    take, or for a name given twice. Empty where nothing is left; the book then numbers the sheet.

    :param others: the names of the book's other sheets.
    """
    first = name = _IN_NO_SHEET.sub(" ", called).strip("' ")[:_LONGEST_SHEET].strip("' ")
    taken, number = {"history", *(other.lower() for other in others)}, 1  # the first is Excel's own
    while name.lower() in taken:
        number += 1
        tail = f" ({number})"
        name = first[: _LONGEST_SHEET - len(tail)] + tail
    return name


def write_xlsx(
    columns: Sequence[ExportColumn],
    records: Iterable[Any],
    *,
    heading: str,
    progress: Callable[[int], None] = lambda done: None,
    created: datetime | None = None,
) -> tuple[IO[bytes], int]:
    """A spreadsheet in a temporary file, and the number of records in it.

    The first row says what it is (list, filters, day, who, when), the second has the headings. Text is written as text
    whatever it begins with, so no cell is ever a formula.

    :param created: the moment the file says it was made; given, the same records give the same bytes.
    """
    from xlsxwriter import Workbook  # only exports need it

    from core.exports.sheet import RowSheet  # as above

    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(target, {"constant_memory": True})
    if created:
        book.set_properties({"created": created})
    sheet: Any = book.add_worksheet(_("列表"), worksheet_class=RowSheet)
    sheet.write_string(0, 0, heading[:LONGEST], book.add_format({"italic": True, "font_color": "#555555"}))
    bold = book.add_format({"bold": True, "bottom": 1})
    for number, column in enumerate(columns):
        sheet.write_string(1, number, column.title, bold)
    sheet.begin_rows(book, HEAD_ROWS, [column.title for column in columns])
    done = 0
    getters = [column.value for column in columns]
    try:
        for done, record in enumerate(records, 1):
            sheet.add_row([getter(record) for getter in getters])
            if done % REPORT_EVERY == 0:
                progress(done)
    except BaseException:
        sheet.end_rows()
        book.close()  # takes its own temporary file away
        target.close()
        raise
    sheet.end_rows()
    _lay_out(sheet, heading, done)
    book.close()
    target.seek(0)
    return target, done


def _lay_out(sheet: "RowSheet", heading: str, records: int) -> None:
    for number, width in enumerate(sheet.widths):
        sheet.set_column(number, number, min(WIDEST, max(NARROWEST, width + 2)))
    sheet.freeze_panes(HEAD_ROWS, 0)
    if sheet.widths:
        sheet.autofilter(1, 0, max(1, records + 1), len(sheet.widths) - 1)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{heading.replace('&', '&&')[:200]}&R&P / &N")
