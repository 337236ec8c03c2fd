"""Cells as the text a person would say they hold, whatever program and format they came from."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.words import yes_no

MOST_ROWS = 5_000
MOST_COLUMNS = 200
_EXACT = 10**15  # spreadsheets keep 15 digits; of a longer number the last ones are gone
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_LINES = 1_200_000  # a whole sheet of Excel, most of it formatted and empty
_MOST_UNPACKED = 100 * 1024 * 1024
# Full-width letters and digits are typing habits. Full-width brackets are not touched: names of offices have them.
_HALF_WIDTH = {
    code: code - 0xFEE0
    for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(start, end + 1)
}
_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xAD)
# Marks of direction and the like. What joins the letters of Mongolian script stays.
_MARKS = (0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
_INVISIBLE = dict.fromkeys((*_CONTROLS, *_MARKS))
# A formula that came to nothing, or (in a csv) a column too narrow to show what it holds.
_FAILED = re.compile(r"#(REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!)|#{3,}|Err:\d{3}", re.IGNORECASE)
_POWER = re.compile(r"\d\.\d+[Ee]\+?1\d|\d[Ee]\+1\d")  # 1.50404E+17, 1.38E+10: as a file saved from such a cell says
_ZEROES = re.compile(r"\d{13,15}000")  # how a spreadsheet fills up what it could not keep
_QUOTED = re.compile(r'="([^"]*)"')  # ="13800000000": how a csv tells Excel that digits are text
_APOSTROPHE = re.compile(r"^['\s]+")
_SPACE = {0xA0: " ", 0x3000: " "}


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, and what is wrong with it before anybody asks what it means.

    :ivar is_failed: the text is what a failed formula shows: it is reported, and does not make the row a record.
    """

    text: str
    problem: str = ""
    is_failed: bool = False

    @property
    def says(self) -> bool:
        return bool(self.text) and not self.is_failed


EMPTY = Cell("")


@dataclass(frozen=True)
class Sheet:
    """``rows[n]`` is the spreadsheet's own row ``n + 1``.

    :ivar merged: ranges of cells, each (top, left) and (bottom, right), from 0. :ivar hidden: rows, from 0.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    hidden: frozenset[int] = frozenset()


def failed(text: str, *, never: bool = False) -> Cell:
    """A cell whose formula came to nothing.

    :param never: the program that wrote the file has not worked it out at all; ``text`` is the formula.
    """
    if never:
        shown = f"={text.removeprefix('=')}"[:40]
        said = _("这一格的公式没有存下结果。请用 Excel 或 WPS 打开、保存一次再上传，或填上内容。")
        return Cell(shown, said, is_failed=True)
    said = _("表格里这一格显示“%(value)s”，读不出内容。请填上内容，或清空这一格。")
    return Cell(text, said % {"value": text[:10]}, is_failed=True)


def as_percent(text: str) -> Cell:
    """0.9 as its cell shows it: 90%. ``text`` is the file's own: a float of it would give 28.999…"""
    share = (Decimal(text) * 100).quantize(Decimal("0.0001"))
    return Cell(f"{share.normalize():f}%")


def lost() -> str:
    return _("Excel 把号码存成了数字，后几位已丢失，请照证件重填。")


def lost_by(digits: str) -> bool:
    """Whether a number written out in full has lost its last digits before."""
    return bool(_ZEROES.fullmatch(digits))


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


def csv_rows(content: bytes) -> Iterator[Sequence[Cell]]:
    """Rows of a csv in any encoding and with any separator that office programs write.

    :raises ValidationError: at once where the encoding, at its row where the format cannot be made out.
    """
    text = decoded(content)
    if text.count("\n") > _MOST_LINES:
        raise too_much()
    lines = [line for line in text.split("\n", 20)[:20] if line.strip()]
    # what stands in most lines: a cell with a list in it has more of another
    delimiter = max(",\t;|，", key=lambda mark: (sum(mark in line for line in lines), "".join(lines).count(mark)))
    if 2 * sum(delimiter in line for line in lines) < len(lines):
        return _spaced_rows(text)
    return _csv_rows(text, delimiter)


def _spaced_rows(text: str) -> Iterator[Sequence[Cell]]:
    """Columns pasted from a page or a chat, with nothing but spaces between them."""
    for line in text.splitlines():
        yield [read_cell(value) for value in re.split(r"[ \u3000]+", line.strip())[:MOST_COLUMNS]]


def _csv_rows(text: str, delimiter: str) -> Iterator[Sequence[Cell]]:
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [read_cell(_QUOTED.sub(r"\1", value)) for value in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise ValidationError(_("CSV 文件的格式有误，请用 Excel 打开后另存为 xlsx 再试。")) from error


def too_much() -> ValidationError:
    return ValidationError(_("表格太大，系统没有打开它。请只留名单，另存为 xlsx 再上传。"))


def decoded(content: bytes) -> str:
    """UTF-16 where its mark says so, UTF-8 where it is valid, else what Excel on a Chinese Windows writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        content, encodings = content.removeprefix(b"\xef\xbb\xbf"), ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("看不出文件的文字编码，请另存为 xlsx 再试。"))


def read_cell(value: Any) -> Cell:
    """The text a person would say the cell holds: no ``.0`` behind a phone number, dates as 2026-01-31."""
    if isinstance(value, str):
        return _text(value) if value else EMPTY
    if value is None:
        return EMPTY
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


def _text(value: str) -> Cell:
    text = clean_text(value)
    if text[:1] in "#E" and _FAILED.fullmatch(text):
        return failed(text)
    if text[:1].isdigit() and _POWER.fullmatch(text):
        return Cell(text, lost())
    return Cell(text)


def _number(value: int | float) -> Cell:
    if value != value or value in (float("inf"), float("-inf")):
        return Cell(str(value), _("这一格不是有效的数字。"))
    if abs(value) >= _EXACT:
        return Cell(str(int(Decimal(f"{value:.14e}"))), lost())  # as the spreadsheet shows it
    return Cell(str(int(value)) if value == int(value) else repr(value))


def clean_text(text: str) -> str:
    """Without invisible characters and outer spaces, letters and digits in half width; everything else as it was.

    An apostrophe in front is how Excel is told that digits are text; some programs write it into the cell.
    """
    return _APOSTROPHE.sub("", text.translate(_INVISIBLE | _HALF_WIDTH).translate(_SPACE)).strip()
