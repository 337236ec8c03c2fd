"""Workbooks are opened once by a program of its own before the portal opens them.

The reader keeps a copy of the text for every cell that shows it: a file of forty kilobytes, in which many cells share
one long text, asks for more memory than there is, and the process that opens it ends with everybody's requests in it.
"""

import hashlib
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_PROGRAM = Path(__file__).with_name("book_program.py")
_SECONDS = 40
_SMALL = 128 * 1024  # unpacked; half of it cells that show the other half come to some hundred megabytes
_REPEATS = "content.xml"  # of an ods, where a single cell stands for any number
_passed: "OrderedDict[bytes, None]" = OrderedDict()  # digests of what this process has found in order
_MOST_PASSED = 64
_alone = Lock()  # what the program may take, only one of them takes


def require_light(file: IO[bytes]) -> None:
    """:raises ValidationError: the file is too much to read."""
    if _is_small(file):
        return
    file.seek(0)
    content = file.read()
    file.seek(0)
    digest = hashlib.sha256(content).digest()
    if digest in _passed:
        return
    with _alone:
        light = _reads(content)
    if not light:
        raise ValidationError(_("表格里的文字重复得太多，打开以后大得放不下。请只留名单，另存为新的文件再上传。"))
    _passed[digest] = None
    while len(_passed) > _MOST_PASSED:
        _passed.popitem(last=False)


def _is_small(file: IO[bytes]) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:  # xls, which is not packed
        return file.seek(0, 2) <= _SMALL
    return _REPEATS not in {part.filename for part in parts} and sum(part.file_size for part in parts) <= _SMALL


def _reads(content: bytes) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell, the file only as its input
            [sys.executable, "-I", str(_PROGRAM)], input=content, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
