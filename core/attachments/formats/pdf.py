"""PDF: opened by a program of its own with limits, because PDFium is native code, not thread-safe, and the bytes may
be hostile. A crash, a loop or a greedy page ends that program and nothing else."""

import hashlib
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import PDF, FileKind, Refusal

_PROGRAM = Path(__file__).with_name("pdf_program.py")
_SECONDS = 20
_few = BoundedSemaphore(2)  # each may take a gigabyte; an honest one is opened in a moment


def _problems() -> dict[int, Refusal]:
    return {
        3: Refusal("encrypted", _("PDF 设了密码，请去掉密码后再上传。")),
        4: Refusal("damaged", _("PDF 不完整或已损坏，打不开。")),
        5: Refusal("script", _("PDF 里带有脚本，请用“打印为 PDF”另存一份再上传。")),
    }


def _run(file: BinaryIO, *arguments: str) -> bytes:
    file.seek(0)
    try:
        with _few:
            done = subprocess.run(  # noqa: S603 - our own program, no shell, the file only as its input
                [sys.executable, "-I", str(_PROGRAM), *arguments],
                input=file.read(), capture_output=True, timeout=_SECONDS, check=False,
            )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refusal("damaged", _("PDF 太复杂，打开用时过长，请重新生成一份。")) from error
    if done.returncode != 0:
        problems = _problems()
        raise problems.get(done.returncode, problems[4])
    return done.stdout


# Digests of files this process has found in order. The same bytes are in order again: one scan handed in for three
# teams is not opened three times. Only what passed is remembered.
_passed: "OrderedDict[bytes, None]" = OrderedDict()
_MOST_PASSED = 256


def check_pdf(file: BinaryIO) -> FileKind:
    file.seek(0)
    digest = hashlib.sha256(file.read()).digest()
    if digest not in _passed:
        _run(file)
        _passed[digest] = None
        while len(_passed) > _MOST_PASSED:
            _passed.popitem(last=False)
    return PDF


def first_page_png(file: BinaryIO, side: int) -> bytes:
    """The first page as PNG, its longer side ``side`` pixels. Raises ``Refusal``."""
    return _run(file, str(side))
