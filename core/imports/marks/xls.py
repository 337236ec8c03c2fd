"""Marks of an xls: rows that are hidden, cells that are crossed out, formulas that came to nothing.

Excel 97 to 2003 and WPS keep a workbook as a stream of records (MS-XLS): a number, a length, and so many bytes.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

import olefile

from core.imports.marks.found import BookMarks, SheetMarks

_FONT, _XF, _MULRK = 0x0031, 0x00E0, 0x00BD
_CELLS = frozenset([0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E])  # row, column, format
_STRUCK = 0x08  # of a font: fStrikeOut
_BOUNDSHEET, _ROW, _BOOLERR, _FORMULA, _EOF = 0x0085, 0x0208, 0x0205, 0x0006, 0x000A
_COLINFO = 0x007D
_HIDDEN = 0x20  # of a row: fDyZero
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
           0x2A: "#N/A"}  # fmt: skip


def is_excel_95(file: IO[bytes]) -> bool:
    """Whether an xls is of the format before Excel 97, whose Chinese the reader does not make out."""
    file.seek(0)
    data = file.read()
    if not data.startswith(olefile.MAGIC):
        return False
    with suppress(OSError), olefile.OleFileIO(data) as document:
        return document.exists("Book") and not document.exists("Workbook")
    return False


def read(file: IO[bytes]) -> BookMarks:
    """Empty for what is no such workbook."""
    file.seek(0)
    try:
        with olefile.OleFileIO(file.read()) as document:
            if not document.exists("Workbook"):
                return BookMarks()
            stream = document.openstream("Workbook").read()
            is_computed = document.exists("\x05SummaryInformation")  # as Excel and WPS write it, and libraries do not
        struck = _struck_formats(stream)
        return BookMarks({name: _sheet(stream, start, struck, is_computed) for name, start in _sheets(stream)})
    except (OSError, struct.error, IndexError, ValueError):
        return BookMarks()


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, data in _records(stream, 0):
        if kind == _BOUNDSHEET:
            length, wide = data[6], data[7] & 1
            name = data[8 : 8 + length * (2 if wide else 1)]
            yield name.decode("utf-16-le" if wide else "latin-1"), struct.unpack_from("<I", data)[0]


def _struck_formats(stream: bytes) -> set[int]:
    """Numbers of the formats whose font crosses out. No font has the number 4."""
    fonts: list[bool] = []
    formats: list[int] = []
    for kind, data in _records(stream, 0):
        if kind == _FONT:
            fonts.append(bool(data[2] & _STRUCK))
        elif kind == _XF:
            formats.append(struct.unpack_from("<H", data)[0])
    struck = {at if at < 4 else at + 1 for at, is_struck in enumerate(fonts) if is_struck}
    return {at for at, font in enumerate(formats) if font in struck}


def _strike(found: SheetMarks, kind: int, data: bytes, struck: set[int]) -> None:
    row, column, style = struct.unpack_from("<HHH", data)
    if kind == _MULRK:  # several numbers side by side, each with its format
        styles = struct.unpack_from("<" + "HI" * ((len(data) - 6) // 6), data, 4)[::2]
        for beside, each in enumerate(styles):
            if each in struck:
                found.strike(row, column + beside)
    elif style in struck:
        found.strike(row, column)


def _sheet(stream: bytes, start: int, struck: set[int], is_computed: bool) -> SheetMarks:
    found = SheetMarks()
    for kind, data in _records(stream, start):
        if struck and (kind in _CELLS or kind == _MULRK):
            _strike(found, kind, data, struck)
        if kind == _ROW and data[12] & _HIDDEN:
            found.hidden.add(struct.unpack_from("<H", data)[0])
        elif kind == _COLINFO and len(data) > 8 and data[8] & 1:
            found.hide_columns(*struct.unpack_from("<HH", data))
        elif kind == _BOOLERR and data[7]:
            _tell(found, data, data[6])
        elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
            _tell(found, data, data[8])
        elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 3 and not is_computed:
            row, column = struct.unpack_from("<HH", data)
            found.tell(row, column, "never", "")
    return found


def _tell(found: SheetMarks, data: bytes, code: int) -> None:
    row, column = struct.unpack_from("<HH", data)
    found.tell(row, column, "failed", _ERRORS.get(code, "#N/A"))
