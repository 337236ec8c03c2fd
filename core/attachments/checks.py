"""Whether a file is accepted, judged by its bytes: never by its name or by the type a browser claims."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from olefile import MAGIC as OLE

from core.attachments.formats.images import check_image
from core.attachments.formats.kinds import CSV, KNOWN_EXTENSIONS, TXT, USUAL, VIDEOS, Check, FileKind, Refusal
from core.attachments.formats.movie import BOXES, check_movie
from core.attachments.formats.ole import check_ole
from core.attachments.formats.ooxml import check_ooxml
from core.attachments.formats.pdf import check_pdf
from core.attachments.formats.text import check_text
from core.attachments.formats.webm import EBML, check_webm
from core.attachments.names import file_name, shown_name
from core.attachments.takes import Takes, hint_of, limit_of, megabytes

HEAD = 64  # bytes that tell what a file is
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heif", b"avif"}
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A "}
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
    b"FLV\x01": "film",
    b"0&\xb2u\x8ef\xcf\x11": "film",  # WMV
    b"\x00\x00\x01\xba": "film",  # MPEG
}


@dataclass(frozen=True)
class CheckedFile:
    """What a file was found to be, and the name it is shown and downloaded under."""

    name: str
    media_type: str
    size: int


def accepted() -> str:
    """One sentence: what may be uploaded where nothing else is said."""
    return hint_of(USUAL)


def check(file: BinaryIO, name: str, size: int, *, hint: StrOrPromise = "", takes: Takes = USUAL) -> CheckedFile:
    """Judge a whole file.

    :param name: what the sender called it; only for messages and the name shown.
    :param hint: one sentence on what may be uploaded here, where the one that follows from ``takes`` says too much.
    :param takes: the sorts of file that are taken here.
    :raises ValidationError: which file, what is wrong, what is accepted. Codes: ``empty``, ``too_large``,
        ``encrypted``, ``damaged``, ``script``, ``macro``, ``embedded``, ``bomb``, ``pixels``, ``polyglot``,
        ``unsupported``, ``unknown``.
    """
    try:
        judge_size(size, limit_of(takes))
        kind = _judge_bytes(file, name, size, takes)
    except Refusal as refusal:
        raise ValidationError(
            _("“%(name)s”没有上传：%(problem)s%(accepted)s"),
            params={"name": shown_name(name), "problem": refusal.problem, "accepted": hint or hint_of(takes)},
            code=refusal.code,
        ) from refusal
    finally:
        file.seek(0)
    return CheckedFile(file_name(name, kind.extensions, KNOWN_EXTENSIONS), kind.media_type, size)


def judge_size(size: int, limit: int) -> None:
    """Refuse what is empty or above ``limit``; the announced size is judged so before anything is sent."""
    if size == 0:
        raise Refusal("empty", _("文件是空的。"))
    if size > limit:
        words = {"size": megabytes(size), "limit": megabytes(limit)}
        raise Refusal("too_large", _("文件有 %(size)s，超过了 %(limit)s 的限制。") % words)


def judge_head(head: bytes, takes: Takes) -> None:
    """Refuse what its first ``HEAD`` bytes already tell, so that nobody sends the rest for nothing.

    :raises Refusal: never for a file that ``check`` would take.
    """
    _check_for(head, takes)


def _judge_bytes(file: BinaryIO, name: str, size: int, takes: Takes) -> FileKind:
    file.seek(0)
    head = file.read(HEAD)
    check_format = _check_for(head, takes)
    if check_format not in (check_movie, check_webm):  # only a film may be longer than what these read into memory
        if takes <= VIDEOS and size > settings.UPLOAD_MAX_BYTES:
            raise Refusal("damaged", _("内容不是视频，或者视频已损坏，打不开。"))
        judge_size(size, settings.UPLOAD_MAX_BYTES)
    kind = check_format(file)
    if check_format not in (check_ooxml, check_ole):  # an old Word file may rightly hold a zip: an embedded docx
        _refuse_hidden_archive(file)
    kind = CSV if kind is TXT and name.lower().endswith(".csv") else kind
    if kind not in takes:
        raise Refusal("unsupported", _("这里不收这种文件。"))
    return kind


def _check_for(head: bytes, takes: Takes) -> Check:
    if head[4:8] in BOXES or head.startswith(EBML):
        return _check_for_film(head, takes)
    for start, what in _KNOWN_OTHERS.items():
        if head.startswith(start):
            raise _other(what, takes)
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        raise _other("film", takes)
    if head.startswith(b"%PDF-"):
        return check_pdf
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return check_image
    if head.startswith(b"PK\x03\x04"):
        return check_ooxml
    if head.startswith(OLE):
        return check_ole
    return check_text


def _refuse_hidden_archive(file: BinaryIO) -> None:
    """A PDF or picture that is a zip as well (read from its end) is made to get past checks like this one."""
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise Refusal("polyglot", _("文件后面还藏着一个压缩包，请重新生成一份。"))


def _check_for_film(head: bytes, takes: Takes) -> Check:
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise Refusal("unsupported", _("HEIC 照片在多数电脑上打不开，请在手机上改存为 JPG（相机格式选“兼容性最佳”）。"))
    if not takes & VIDEOS or (head[4:8] == b"ftyp" and head[8:12] in _AUDIO_BRANDS):
        raise Refusal("unsupported", _("音频和视频不能上传。") if not takes & VIDEOS else _("音频不能上传。"))
    return check_webm if head.startswith(EBML) else check_movie


def _other(what: str, takes: Takes) -> Refusal:
    film = _("这种视频格式不能上传，请在电脑上转成 MP4 再传。") if takes & VIDEOS else _("音频和视频不能上传。")
    return {
        "program": Refusal("script", _("这是程序文件，不能上传。")),
        "archive": Refusal("unsupported", _("这是压缩包，请解开后把里面的文件逐个上传。")),
        "image": Refusal("unsupported", _("这种图片格式不能上传，请另存为 JPG 或 PNG。")),
        "film": Refusal("unsupported", film),
        "rtf": Refusal("unsupported", _("RTF 文件请另存为 docx 或 PDF。")),
    }[what]
