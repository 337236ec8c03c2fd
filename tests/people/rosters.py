"""Spreadsheets as teams send them, made in the test."""

import struct
from collections.abc import Sequence
from datetime import date
from html import escape
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from tests.core.sample_files import ole
from tests.people.builders import NAMES, citizen

ODS = "application/vnd.oasis.opendocument.spreadsheet"

BASIC = ["序号", "姓名", "性别", "身份证号", "联系电话", "入队时间", "职务", "应急救护证编号", "发证日期", "保险公司",
         "保单号", "保险起期", "保险止期"]  # fmt: skip


def basic_row(number: int, **cells: Any) -> list[Any]:
    """A plain row of ``BASIC``; ``cells`` by heading."""
    name = NAMES[number % len(NAMES)]
    gender = "男" if number % 2 else "女"
    row = [number, name, gender, citizen(number), f"1380000{number:04d}", "2024-03-01", "队员", f"YS-{number:05d}",
           "2025-01-10", "演示保险公司", "YSBX-1", "2026-01-01", "2026-12-31"]  # fmt: skip
    return [cells.get(head, value) for head, value in zip(BASIC, row, strict=True)]


def workbook(
    *sheets: Sequence[Sequence[Any]], names: Sequence[str] = (), name: str = "花名册.xlsx", **edit: Any
) -> Any:
    """Each sheet a list of rows. ``edit``: ``sheet_<n>`` is a function of the worksheet, for merges and the like."""
    target = BytesIO()
    book = Workbook(target)
    day = book.add_format({"num_format": "yyyy.m.d"})
    for place, rows in enumerate(sheets):
        page = book.add_worksheet(names[place] if place < len(names) else None)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(at, column, value, day)
                elif value is not None:
                    page.write(at, column, value)
        if f"sheet_{place}" in edit:
            edit[f"sheet_{place}"](page)
    book.close()
    return SimpleUploadedFile(name, target.getvalue())


def ods(rows: Sequence[Sequence[Any]], name: str = "花名册.ods", *, struck: int = -1) -> Any:
    """As LibreOffice writes it: a zip whose first part is the type, uncompressed, and the sheet as XML.

    :param struck: row that is crossed out, from 0.
    """
    lines = "".join(
        f"<table:table-row>{''.join(_ods_cell(value, at == struck) for value in row)}</table:table-row>"
        for at, row in enumerate(rows)
    )
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} office:version="1.2">'
        '<office:automatic-styles><style:style style:name="ce1" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
        "<office:body>"
        f'<office:spreadsheet><table:table table:name="花名册">{lines}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    part = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f"{part.format('/', ODS)}{part.format('content.xml', 'text/xml')}</manifest:manifest>"
    )
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS, ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return SimpleUploadedFile(name, target.getvalue())


def _ods_cell(value: Any, is_struck: bool) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        shown, facts = f"{value:%Y年%m月%d日}", f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int):
        shown, facts = str(value), f'office:value-type="float" office:value="{value}"'
    else:
        shown, facts = escape(value), 'office:value-type="string"'
    style = ' table:style-name="ce1"' if is_struck else ""
    return f"<table:table-cell{style} {facts}><text:p>{shown}</text:p></table:table-cell>"


class Formula(str):
    """A cell whose formula the program that wrote the file has not worked out."""

    __slots__ = ()


def xls(rows: Sequence[Sequence[Any]], name: str = "花名册.xls", *, struck: int = -1) -> Any:
    """As Excel 97 writes it: BIFF8 records of one sheet in a compound file. Days are numbers in a date format.

    :param struck: row that is crossed out, from 0.
    """
    cells = b"".join(
        _biff_cell(at, column, value, 2 if at == struck else 0)
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet = _biff(0x0809, _BOF + struct.pack("<H", 0x0010) + _BUILD) + _biff(0x0200, size) + cells + _biff(0x000A)
    title = "花名册".encode("utf-16-le")
    head = _biff(0x0809, _BOF + struct.pack("<H", 0x0005) + _BUILD) + _biff(0x0042, struct.pack("<H", 1200))
    head += _font(0) + _font(0x08)
    head += _biff(0x00E0, struct.pack("<HH", 0, 0).ljust(20, b"\0"))  # format 0: as it is
    head += _biff(0x00E0, struct.pack("<HH", 0, 14).ljust(20, b"\0"))  # format 14: a day
    head += _biff(0x00E0, struct.pack("<HH", 1, 0).ljust(20, b"\0"))  # format 2: crossed out
    start = len(head) + 4 + 8 + len(title) + len(_biff(0x000A))
    sheets = _biff(0x0085, struct.pack("<IBBBB", start, 0, 0, len(title) // 2, 1) + title)
    return SimpleUploadedFile(name, ole({"Workbook": head + sheets + _biff(0x000A) + sheet}))


_BOF, _BUILD = struct.pack("<H", 0x0600), struct.pack("<HHII", 0x0DBB, 1996, 0, 6)


def _biff(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _font(options: int) -> bytes:
    name = "宋体".encode("utf-16-le")
    return _biff(0x0031, struct.pack("<HHHHHBBBBBB", 240, options, 8, 400, 0, 0, 0, 134, 0, 2, 1) + name)


def _biff_cell(row: int, column: int, value: Any, style: int = 0) -> bytes:
    if value is None:
        return b""
    if isinstance(value, Formula):
        blank = struct.pack("<BxxxxxH", 3, 0xFFFF)  # an empty text: what is written before anything is worked out
        return _biff(0x0006, struct.pack("<HHH", row, column, style) + blank + struct.pack("<HIH", 0, 0, 1) + b"\x16")
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _biff(0x0204, struct.pack("<HHHHB", row, column, style, len(text) // 2, 1) + text)
    number, style = ((value - date(1899, 12, 30)).days, 1) if isinstance(value, date) else (value, style)
    return _biff(0x0203, struct.pack("<HHHd", row, column, style, number))
