"""Plain text and CSV: readable as UTF-8, GB18030 or, where its mark says so, UTF-16 (“Unicode 文本” of Excel); without
anything a browser or a system would run."""

import codecs
import re
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import TXT, FileKind, Refusal

_CHUNK = 256 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(
    r"<\s*(script|svg|html|body|iframe|object|embed|!doctype)\b|<\?(xml|php)|javascript:", re.IGNORECASE
)
_OVERLAP = 64  # so that a tag cut by a chunk's edge is seen


def check_text(file: BinaryIO) -> FileKind:
    file.seek(0)
    is_wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        file.seek(0)
        try:
            _read(file, encoding)
        except UnicodeDecodeError:
            continue
        return TXT
    raise Refusal("unknown", _("认不出这是什么文件。"))


def _read(file: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    before = ""
    while True:
        chunk = file.read(_CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        if _CONTROL.search(text):
            raise Refusal("unknown", _("认不出这是什么文件。"))
        if _MARKUP.search(before + text):
            raise Refusal("script", _("这是网页或带脚本的文件（HTML、SVG、XML），不能上传。"))
        before = text[-_OVERLAP:]
        if not chunk:
            return
