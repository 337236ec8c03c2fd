"""How far the filled cells of a workbook reach, looked at before the reader opens it.

The reader keeps a place for every cell between the first and the last one: a single letter in the last row of the last
column asks for more memory than there is, and ends the process. Real parts are read, not what the directory says.
"""

import re
import zipfile
import zlib
from functools import lru_cache
from typing import IO, Any
from xml.parsers import expat  # a DOCTYPE ends the parse, so no entity is ever defined

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_CELLS = 12_000_000  # 50,000 rows of 200 columns fit; the reader takes some 30 bytes for each
_CHUNK = 256 * 1024
_OVERLAP = 64
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})(\d{1,10})[\"']")
_REPEATED = re.compile(rb"-repeated\s*=\s*[\"']\d{4,}[\"']")


def require_near(file: IO[bytes]) -> None:
    """:raises ValidationError: a sheet reaches too far. Says nothing of what is no zip: xls has few places."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            far = any(_is_far(archive, part) for part in archive.infolist())
    except zipfile.BadZipFile:
        far = False
    except (expat.ExpatError, ValueError, RuntimeError, NotImplementedError, OSError, zlib.error):
        return  # the reader says that it cannot be read
    finally:
        file.seek(0)
    if far:
        raise ValidationError(_("表格里有内容写在离名单很远的行或列，系统没有打开它。请删去那些内容，另存后再试。"))


def _is_far(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """By every reference there is, which is fast; only if that is too much, by the cells that hold something."""
    height = width = 0
    repeats = False
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            piece = tail + chunk
            for letters, digits in _REFERENCE.findall(piece):
                height, width = max(height, int(digits)), max(width, _column(letters))
            repeats = repeats or bool(_REPEATED.search(piece))
            tail = piece[-_OVERLAP:]
    if height * max(width, 1) <= MOST_CELLS and not repeats:
        return False
    reach = _Reach()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reach.start, reach.end
    parser.StartDoctypeDeclHandler = _refuse
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return reach.height * reach.width > MOST_CELLS


def _refuse(*_declared: Any) -> None:
    raise ValueError


@lru_cache(maxsize=1024)
def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column


class _Reach:
    """The last row and the last column that hold something; of xlsx and of ods."""

    def __init__(self) -> None:
        self.height = self.width = self.row = self.column = self._times = 0
        self._holds = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "c":
            found = re.fullmatch(r"([A-Za-z]{1,3})(\d{1,10})", attributes.get("r", ""))
            self.column = _column(found[1].encode()) if found else self.column + 1
            self.row = int(found[2]) if found else self.row
        elif name in ("v", "is"):
            self._hold(self.row, self.column)
        elif name == "table":
            self.row = 0
        elif name == "table-row":
            self._times, self.column, self._holds = _times(attributes, "rows"), 0, False
        elif name in ("table-cell", "covered-table-cell"):
            self.column += _times(attributes, "columns")
            if any(key.endswith("value-type") for key in attributes):
                self._holds, self.width = True, max(self.width, self.column)

    def end(self, tag: str) -> None:
        if tag.endswith(" table-row"):
            self.row += self._times
            if self._holds:
                self.height = max(self.height, self.row)

    def _hold(self, row: int, column: int) -> None:
        self.height, self.width = max(self.height, row), max(self.width, column)


def _times(attributes: dict[str, str], of: str) -> int:
    found = next((value for key, value in attributes.items() if key.endswith(f"number-{of}-repeated")), "1")
    return int(found)
