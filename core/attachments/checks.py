"""Whether a file is accepted, judged by its bytes: never by its name or by the type a browser claims."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.attachments.formats.images import check_image
from core.attachments.formats.kinds import CSV, KNOWN_EXTENSIONS, TXT, Check, FileKind, Refusal
from core.attachments.formats.ole import check_ole
from core.attachments.formats.ooxml import check_ooxml
from core.attachments.formats.pdf import check_pdf
from core.attachments.formats.text import check_text
from core.attachments.names import file_name, shown_name

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heif", b"avif"}
# Things people do send, and what to do instead. Bytes at the start → what it is.
_KNOWN_OTHERS: Mapping[bytes, str] = {
    b"MZ": "program",
    b"\x7fELF": "program",
    b"#!": "program",
    b"\xca\xfe\xba\xbe": "program",
    b"Rar!": "archive",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"\x1f\x8b": "archive",
    b"GIF8": "image",
    b"BM": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"{\\rtf": "rtf",
}


@dataclass(frozen=True)
class CheckedFile:
    """What a file was found to be, and the name it is shown and downloaded under."""

    name: str
    media_type: str
    size: int


def accepted() -> str:
    """One sentence: what may be uploaded."""
    return _("可以上传 PDF、图片（JPG、PNG、WebP）、Word、Excel、PPT（pptx）、CSV 和 TXT，每个不超过 %(limit)s。") % {
        "limit": megabytes(settings.UPLOAD_MAX_BYTES)
    }


def megabytes(size: int) -> str:
    """``20 MB``, ``20.5 MB``, ``300 KB``: as people say it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"


def check(file: BinaryIO, name: str, size: int, *, hint: StrOrPromise = "") -> CheckedFile:
    """Judge a whole file.

    :param name: what the sender called it; only for messages and the name shown.
    :param hint: one sentence on what may be uploaded here, where that is less than ``accepted``.
    :raises ValidationError: which file, what is wrong, what is accepted. Codes: ``empty``, ``too_large``,
        ``encrypted``, ``damaged``, ``script``, ``macro``, ``embedded``, ``bomb``, ``pixels``, ``polyglot``,
        ``unsupported``, ``unknown``.
    """
    try:
        _judge_size(size)
        kind = _judge_bytes(file, name)
    except Refusal as refusal:
        raise ValidationError(
            _("“%(name)s”没有上传：%(problem)s%(accepted)s")
            % {"name": shown_name(name), "problem": refusal.problem, "accepted": hint or accepted()},
            code=refusal.code,
        ) from refusal
    finally:
        file.seek(0)
    return CheckedFile(file_name(name, kind.extensions, KNOWN_EXTENSIONS), kind.media_type, size)


def _judge_size(size: int) -> None:
    if size == 0:
        raise Refusal("empty", _("文件是空的。"))
    if size > settings.UPLOAD_MAX_BYTES:
        words = {"size": megabytes(size), "limit": megabytes(settings.UPLOAD_MAX_BYTES)}
        raise Refusal("too_large", _("文件有 %(size)s，超过了 %(limit)s 的限制。") % words)


def _judge_bytes(file: BinaryIO, name: str) -> FileKind:
    file.seek(0)
    head = file.read(64)
    if head[4:8] == b"ftyp":
        raise _media(head[8:12])
    for start, what in _KNOWN_OTHERS.items():
        if head.startswith(start):
            raise _other(what)
    check_format = _check_for(head)
    kind = check_format(file)
    if check_format in (check_pdf, check_image):  # an old Word file may rightly hold a zip: an embedded docx
        _refuse_hidden_archive(file)
    return CSV if kind is TXT and name.lower().endswith(".csv") else kind


def _check_for(head: bytes) -> Check:
    if head.startswith(b"%PDF-"):
        return check_pdf
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return check_image
    if head.startswith(b"PK\x03\x04"):
        return check_ooxml
    if head.startswith(_OLE):
        return check_ole
    return check_text


def _refuse_hidden_archive(file: BinaryIO) -> None:
    """A PDF or picture that is a zip as well (read from its end) is made to get past checks like this one."""
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise Refusal("polyglot", _("文件后面还藏着一个压缩包，请重新生成一份。"))


def _media(brand: bytes) -> Refusal:
    if brand in _HEIF_BRANDS:
        return Refusal(
            "unsupported", _("HEIC 照片在多数电脑上打不开，请在手机上改存为 JPG（相机格式选“兼容性最佳”）。")
        )
    return Refusal("unsupported", _("音频和视频不能上传。"))


def _other(what: str) -> Refusal:
    return {
        "program": Refusal("script", _("这是程序文件，不能上传。")),
        "archive": Refusal("unsupported", _("这是压缩包，请解开后把里面的文件逐个上传。")),
        "image": Refusal("unsupported", _("这种图片格式不能上传，请另存为 JPG 或 PNG。")),
        "rtf": Refusal("unsupported", _("RTF 文件请另存为 docx 或 PDF。")),
    }[what]
