"""Workbooks are opened once by a program of its own before the portal opens them.

The reader keeps a copy of the text for every cell that shows it: a file of forty kilobytes, in which many cells share
one long text, asks for more memory than there is, and the process that opens it ends with everybody's requests in it.
"""

import subprocess
import zipfile
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.sandbox import Sandbox

_SMALL = 128 * 1024  # unpacked; half of it cells that show the other half come to some hundred megabytes
_REPEATS = "content.xml"  # of an ods, where a single cell stands for any number
_SANDBOX = Sandbox(Path(__file__).with_name("book_program.py"), seconds=40, at_once=1, most_passed=64)


def require_light(file: IO[bytes]) -> None:
    """:raises ValidationError: the file is too much to read."""
    if _is_small(file):
        return
    file.seek(0)
    content = file.read()
    file.seek(0)
    _SANDBOX.once(content, _look)


def _is_small(file: IO[bytes]) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:  # xls, which is not packed
        return file.seek(0, 2) <= _SMALL
    return _REPEATS not in {part.filename for part in parts} and sum(part.file_size for part in parts) <= _SMALL


def _look(content: bytes) -> None:
    try:
        is_light = _SANDBOX.run(content).returncode == 0
    except subprocess.TimeoutExpired:
        is_light = False
    if not is_light:
        raise ValidationError(_("表格里的文字重复得太多，打开以后大得放不下。请只留名单，另存为新的文件再上传。"))
