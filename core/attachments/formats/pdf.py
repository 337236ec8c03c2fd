"""PDF: opened apart, because PDFium is native code, not thread-safe, and the bytes may be hostile."""

import subprocess
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import PDF, FileKind, Refusal
from core.sandbox import Sandbox

# each may take a gigabyte; an honest one is opened in a moment
_SANDBOX = Sandbox(Path(__file__).with_name("pdf_program.py"), seconds=20, at_once=2, most_passed=256)


def _problems() -> dict[int, Refusal]:
    return {
        3: Refusal("encrypted", _("PDF 设了密码，请去掉密码后再上传。")),
        4: Refusal("damaged", _("PDF 不完整或已损坏，打不开。")),
        5: Refusal("script", _("PDF 里带有脚本，请用“打印为 PDF”另存一份再上传。")),
    }


def _run(content: bytes, *arguments: str) -> bytes:
    try:
        done = _SANDBOX.run(content, *arguments)
    except subprocess.TimeoutExpired as error:
        raise Refusal("damaged", _("PDF 太复杂，打开用时过长，请重新生成一份。")) from error
    if done.returncode != 0:
        problems = _problems()
        raise problems.get(done.returncode, problems[4])
    return done.stdout


def check_pdf(file: BinaryIO) -> FileKind:
    file.seek(0)
    _SANDBOX.once(file.read(), _run)
    return PDF


def first_page_png(file: BinaryIO, side: int) -> bytes:
    """The first page as PNG, its longer side ``side`` pixels. Raises ``Refusal``."""
    file.seek(0)
    return _run(file.read(), str(side))
