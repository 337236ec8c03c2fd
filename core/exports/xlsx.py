"""Writes spreadsheets row by row, so that memory stays flat however long the list is."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from core.exports.columns import ExportColumn

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767  # characters Excel keeps in one cell
EXACT = 10**15  # beyond it Excel forgets digits
WIDEST, NARROWEST = 48, 8
HEAD_ROWS = 2  # what it is, and the headings
REPORT_EVERY = 500


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

    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(target, {"constant_memory": True})
    if created:
        book.set_properties({"created": created})
    sheet = book.add_worksheet(_("列表"))
    cells = _Cells(book, sheet)
    sheet.write_string(0, 0, heading[:LONGEST], book.add_format({"italic": True, "font_color": "#555555"}))
    bold = book.add_format({"bold": True, "bottom": 1})
    widths = [_width(column.title) for column in columns]
    for number, column in enumerate(columns):
        sheet.write_string(1, number, column.title, bold)
    done = 0
    getters = [column.value for column in columns]
    for done, record in enumerate(records, 1):
        row = done + HEAD_ROWS - 1
        for number, getter in enumerate(getters):
            width = cells.write(row, number, getter(record))
            if width > widths[number]:
                widths[number] = width
        if done % REPORT_EVERY == 0:
            progress(done)
    _lay_out(sheet, widths, heading, done)
    book.close()
    target.seek(0)
    return target, done


class _Cells:
    """Writes values by their kind. Asked for every cell of a long list, so what does not change is looked up once."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self._string, self._number, self._moment = sheet.write_string, sheet.write_number, sheet.write_datetime
        self._day_format = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._moment_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._zone = timezone.get_current_timezone()
        self._words = {True: _("是"), False: _("否")}

    def write(self, row: int, column: int, value: Any) -> int:
        """Writes one cell; returns how wide its content is."""
        if value is None or value == "":
            return 0
        if isinstance(value, str):
            text = value
        elif isinstance(value, bool):
            text = self._words[value]
        elif isinstance(value, int | float | Decimal) and -EXACT < value < EXACT:
            self._number(row, column, value)
            return len(str(value))
        elif isinstance(value, datetime):
            # spreadsheets know no time zones: the portal's own time
            local = value.astimezone(self._zone).replace(tzinfo=None) if value.tzinfo else value
            self._moment(row, column, local, self._moment_format)
            return 16
        elif isinstance(value, date):
            self._moment(row, column, value, self._day_format)
            return 10
        elif isinstance(value, list | tuple | set):
            text = _("、").join(force_str(item) for item in value)
        else:
            text = force_str(value)
        self._string(row, column, text[:LONGEST])
        return _width(text[:WIDEST])


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if character > "\u2e7f" else 1 for character in text)


def _lay_out(sheet: Any, widths: list[int], heading: str, records: int) -> None:
    for number, width in enumerate(widths):
        sheet.set_column(number, number, min(WIDEST, max(NARROWEST, width + 2)))
    sheet.freeze_panes(HEAD_ROWS, 0)
    if widths:
        sheet.autofilter(1, 0, max(1, records + 1), len(widths) - 1)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{heading.replace('&', '&&')[:200]}&R&P / &N")
