"""What the spreadsheet reader does not tell of a file: rows that are hidden, cells that are crossed out, formulas that
came to nothing (it gives an empty cell), numbers written out in full, pictures.
"""

import zipfile
from typing import IO
from xml.parsers import expat

from olefile import MAGIC

from core.imports.marks import ods, xls, xlsx
from core.imports.marks.found import BookMarks
from core.imports.marks.xml import TooMuch


def read_marks(file: IO[bytes]) -> BookMarks:
    """Empty for anything that cannot be read: these are extras, never a reason to refuse a file."""
    file.seek(0)
    try:
        if file.read(8) == MAGIC:
            return xls.read(file)
        with zipfile.ZipFile(file) as archive:
            return ods.read(archive) if ods.CONTENT in archive.namelist() else xlsx.read(archive)
    except (zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, TooMuch, OSError):
        return BookMarks()
    finally:
        file.seek(0)
