"""Spreadsheets as rows of text, whatever program and format they came from."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.imports.extent import require_near
from core.words import yes_no

MOST_ROWS = 5_000
MOST_COLUMNS = 200
_EXACT = 10**15  # spreadsheets keep 15 digits; of a longer number the last ones are gone
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_UNPACKED = 100 * 1024 * 1024
# Full-width letters and digits are typing habits. Full-width brackets are not touched: names of offices have them.
_HALF_WIDTH = {
    code: code - 0xFEE0
    for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(start, end + 1)
}
_INVISIBLE = dict.fromkeys(
    (
        *range(0x09),
        0x0B,
        0x0C,
        *range(0x0E, 0x20),
        0x7F,
        0x200B,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        0x2060,
        0xFEFF,
    )
)
_FAILED = re.compile(r"#(REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!)")  # a formula that came to nothing
_APOSTROPHE = re.compile(r"^['\s]+")
_SPACE = {0xA0: " ", 0x3000: " "}


@dataclass(frozen=True)
class Cell:
    """The text of one cell, and what is wrong with it before anybody asks what it means."""

    text: str
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """``rows[n]`` is the spreadsheet's own row ``n + 1``."""

    name: str
    rows: Sequence[Sequence[Cell]]


def read_sheets(file: IO[bytes], media_type: str) -> list[Sheet]:
    """All sheets that are not hidden.

    :param file: accepted by ``core.attachments.checks.check`` or ``is_ods``.
    :raises ValidationError: it cannot be read, or is longer than ``MOST_ROWS``.
    """
    file.seek(0)
    if media_type.startswith("text/"):
        return [Sheet("", _limited(csv_rows(file.read())))]
    return _workbook(file)


def is_ods(file: IO[bytes]) -> bool:
    """Whether this is a LibreOffice spreadsheet; raises ``ValidationError`` when it unpacks to an absurd size."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.infolist()[0].filename != "mimetype" or archive.read("mimetype").strip() != _ODS:
                return False
            left = _MOST_UNPACKED
            for part in archive.infolist():
                with archive.open(part) as stream:  # what is really there, not what the directory says
                    while piece := stream.read(65536):
                        left -= len(piece)
                        if left < 0:
                            raise ValidationError(_("文件解开后大得不正常，系统没有打开它。"), code="bomb")
            return True
    except ValidationError:
        raise
    except Exception:  # a parser of hostile bytes raises whatever it likes
        return False
    finally:
        file.seek(0)


def _workbook(file: IO[bytes]) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # only imports need it

    require_near(file)
    try:
        book = CalamineWorkbook.from_filelike(file)
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        sheets = []
        for name in shown:
            sheet = book.get_sheet_by_name(name)
            # one row more than allowed, to know; from row 1 on, so that numbers are those the person sees
            rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 101)
            sheets.append(Sheet(name, _limited([[read_cell(value) for value in row[:MOST_COLUMNS]] for row in rows])))
        return sheets
    except CalamineError as error:
        raise ValidationError(_("表格打不开，可能已损坏。请用 Excel 或 WPS 打开后另存为 xlsx 再试。")) from error


def csv_rows(content: bytes) -> list[list[Cell]]:
    """Rows of a csv in any encoding and with any separator that office programs write."""
    text = _decoded(content)
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ValidationError(_("CSV 文件的格式有误，请用 Excel 打开后另存为 xlsx 再试。")) from error
    return [[read_cell(value) for value in row[:MOST_COLUMNS]] for row in rows]


def _decoded(content: bytes) -> str:
    """UTF-8 where it is valid, else what Excel on a Chinese Windows writes."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("看不出文件的文字编码，请另存为 xlsx 再试。"))


def _limited(rows: list[list[Cell]]) -> list[list[Cell]]:
    filled = sum(any(cell.text for cell in row) for row in rows)
    if filled > MOST_ROWS + 20:  # some rows above the heading
        raise ValidationError(_("一次最多导入 %(most)s 行，请分几个文件。") % {"most": f"{MOST_ROWS:,}"})
    return rows


def read_cell(value: Any) -> Cell:
    """The text a person would say the cell holds: no ``.0`` behind a phone number, dates as 2026-01-31."""
    if isinstance(value, str):
        text = clean_text(value)
        return Cell("" if _FAILED.fullmatch(text) else text)
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell(yes_no(value))
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        whole_day = value.time() == time.min
        return Cell(value.date().isoformat() if whole_day else value.isoformat(" ", "seconds"))
    if isinstance(value, date | time):
        return Cell(value.isoformat())
    if isinstance(value, timedelta):
        return Cell(str(value))
    return Cell(clean_text(str(value)))


def _number(value: int | float) -> Cell:
    if value != value or value in (float("inf"), float("-inf")):
        return Cell(str(value), _("这一格不是有效的数字。"))
    if abs(value) >= _EXACT:
        return Cell(f"{value:.0f}", _("这一格是数字格式，末几位已经丢失。请把这一列改成文本格式再重填。"))
    return Cell(str(int(value)) if value == int(value) else repr(value))


def clean_text(text: str) -> str:
    """Without invisible characters and outer spaces, letters and digits in half width; everything else as it was.

    An apostrophe in front is how Excel is told that digits are text; some programs write it into the cell.
    """
    return _APOSTROPHE.sub("", text.translate(_INVISIBLE | _HALF_WIDTH).translate(_SPACE)).strip()
