"""The sheet an export is written to: whole rows at a time.

The library handles every cell several times before it is in the file, which for a long list takes longer than
reading the rows. Here a row is put together once, and goes where the library puts its own rows while it keeps none of
them (``constant_memory``). Everything else of the book is the library's.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from core.exports.xlsx import LONGEST, WIDEST

EXACT = 10**15  # beyond it Excel forgets digits
# Places, states and roles come again and again: short texts are remembered as they are written.
SHORT, ALIKE = 100, 4_096  # characters, texts
_ODD = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\s|\s$")

Written = tuple[str, int]  # what follows the place of a cell, and how wide its content is


class RowSheet(Worksheet):
    """Takes rows of values under the rows that were written to it cell by cell.

    Text is written as text whatever it begins with, so no cell is ever a formula.
    """

    fh: Any

    def begin_rows(self, book: Workbook, first: int, titles: Iterable[str]) -> None:
        """Rows of values follow from row ``first`` on, one column for each of ``titles``."""
        self.widths = [width_of(title) for title in titles]
        self._letters = [xl_col_to_name(number) for number in range(len(self.widths))]
        self._at = first
        self._zone = timezone.get_current_timezone()
        self._day = _style(book, "yyyy-mm-dd")
        self._moment = _style(book, "yyyy-mm-dd hh:mm")
        self._text = lru_cache(ALIKE)(self._any_text)
        self._words = {True: _("是"), False: _("否")}
        self._write_single_row(first)  # what was written before

    def add_row(self, values: Iterable[Any]) -> None:
        self._at += 1  # in the file they are counted from one
        number, widths, cells = self._at, self.widths, []
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            written, width = self._told(value) if isinstance(value, str) else self._written(value)
            cells.append(f'<c r="{self._letters[column]}{number}"{written}')
            if width > widths[column]:
                widths[column] = width
        self.fh.write(f'<row r="{number}">{"".join(cells)}</row>')

    def end_rows(self) -> None:
        self._text.cache_clear()
        if self.widths:
            self._check_dimensions(self._at - 1, len(self.widths) - 1)

    def _told(self, text: str) -> Written:
        return self._text(text) if len(text) < SHORT else self._any_text(text)

    def _written(self, value: Any) -> Written:
        if isinstance(value, bool):
            return self._text(self._words[value])
        if isinstance(value, int | float | Decimal) and -EXACT < value < EXACT:
            return f"><v>{value:.16G}</v></c>", len(str(value))
        if isinstance(value, datetime):
            # spreadsheets know no time zones: the portal's own time
            local = value.astimezone(self._zone).replace(tzinfo=None) if value.tzinfo else value
            return self._dated(local, self._moment, 16)
        if isinstance(value, date):
            return self._dated(value, self._day, 10)
        if isinstance(value, list | tuple | set):
            return self._told(_("、").join(force_str(item) for item in value))
        return self._told(force_str(value))

    def _dated(self, value: date, style: str, width: int) -> Written:
        return f"{style}><v>{self._convert_date_time(value):.16G}</v></c>", width

    def _any_text(self, text: str) -> Written:
        width, kept = width_of(text[:WIDEST]), ""
        if len(text) > LONGEST // 2:  # Excel counts characters beyond U+FFFF twice
            text = text.encode("utf-16-le")[: LONGEST * 2].decode("utf-16-le", "ignore")
        if _ODD.search(text):
            kept = ' xml:space="preserve"' if text != text.strip() else ""
            text = self._escape_data(self._escape_control_characters(text))
        return f' t="inlineStr"><is><t{kept}>{text}</t></is></c>', width


def width_of(text: str) -> int:
    return len(text) if text.isascii() else sum([2 if character > "\u2e7f" else 1 for character in text])


def _style(book: Workbook, kind: str) -> str:
    return f' s="{book.add_format({"num_format": kind, "align": "left"})._get_xf_index()}"'
