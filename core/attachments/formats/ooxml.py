"""docx, xlsx, pptx: a zip whose directory is judged before a byte is unpacked and whose parts are then read through,
counted, against what the directory said."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat  # safe here: a DOCTYPE ends the parse, so no entity is ever defined

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import DOCX, PPTX, XLSX, FileKind, Refusal

MAX_PARTS = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200  # office XML packs 5 to 40 to one; a bomb a thousand
_RATIO_FROM = 5 * 1024 * 1024  # below this a high ratio does no harm
_MAX_DEPTH = 2
_CHUNK = 64 * 1024
_TYPES = "[Content_Types].xml"
_NS = "http://schemas.openxmlformats.org/package/2006/content-types"
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": XLSX,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": PPTX,
}
_PROGRAMS = (
    ".exe",
    ".dll",
    ".js",
    ".jse",
    ".vbs",
    ".vbe",
    ".bat",
    ".cmd",
    ".ps1",
    ".scr",
    ".jar",
    ".lnk",
    ".hta",
    ".msi",
)


def _bomb() -> Refusal:
    return Refusal("bomb", _("文件解开后大得不正常，可能是“压缩炸弹”，系统没有打开它。"))


def _damaged() -> Refusal:
    return Refusal("damaged", _("文件不完整或已损坏，打不开。"))


def _macro() -> Refusal:
    return Refusal("macro", _("文件带有宏，请另存为不带宏的文件（docx、xlsx、pptx）再上传。"))


def check_ooxml(file: BinaryIO) -> FileKind:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            kind = _declared_kind(archive)
            _read_through(archive, _Budget(), depth=0)
            return kind
    except Refusal:
        raise
    except Exception as error:  # a parser of hostile bytes raises whatever it likes
        raise _damaged() from error


class _Budget:
    """What may still be unpacked, over all levels of zips in zips."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _bomb()


def _judge_directory(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > _RATIO_FROM and unpacked > packed * MAX_RATIO):
        raise _bomb()
    for part in parts:
        if part.flag_bits & 0x1:
            raise Refusal("encrypted", _("文件设了密码，请去掉密码后再上传。"))
        # bzip2 and lzma, which Office never writes, unpack without a bound per read
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or ".." in part.filename.split("/"):
            raise _damaged()
        if part.file_size > _RATIO_FROM and part.file_size > part.compress_size * MAX_RATIO:
            raise _bomb()


def _declared_kind(archive: zipfile.ZipFile) -> FileKind:
    _judge_directory(archive)
    names = {name.lower() for name in archive.namelist()}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _macro()
    if any(name.endswith(_PROGRAMS) for name in names):
        raise Refusal("embedded", _("文件里嵌有程序，不能上传。"))
    if _TYPES not in archive.namelist():
        if "ofd.xml" in names:
            raise Refusal("unsupported", _("OFD 版式文件请另存为 PDF 再上传。"))
        raise Refusal("unsupported", _("这是压缩包，请解开后把里面的文件逐个上传。"))
    declared = _content_types(archive)
    if any("macroenabled" in kind.lower() for kind in declared.values()):
        raise _macro()
    for part, media_type in declared.items():
        if media_type in _MAIN and part.lstrip("/").lower() in names:
            return _MAIN[media_type]
    raise Refusal("unsupported", _("不是 Word、Excel 或 PPT 文件。"))


def _content_types(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part name → media type, from the Override elements."""
    if archive.getinfo(_TYPES).file_size > 1024 * 1024:
        raise _bomb()
    found: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == f"{_NS} Override":
            found[attributes.get("PartName", "")] = attributes.get("ContentType", "")

    def doctype(*_args: object) -> None:
        raise _damaged()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    parser.Parse(archive.read(_TYPES), True)
    return found


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    # zipfile stops at the size the directory declared and then checks the checksum, so a lying size is found
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _read_through(archive: zipfile.ZipFile, budget: _Budget, depth: int) -> None:
    _judge_directory(archive)
    for part in archive.infolist():
        inner = None
        for number, chunk in enumerate(_chunks(archive, part)):
            budget.take(len(chunk))
            if number == 0:
                inner = _first_look(part, chunk)
            if inner is not None:
                inner.write(chunk)
        if inner is not None:
            with inner:
                _inside(inner, budget, depth + 1)


def _first_look(part: zipfile.ZipInfo, head: bytes) -> BinaryIO | None:
    """A place to collect the part when it is a zip itself (an Excel table inside a Word file)."""
    if head.startswith(b"MZ") and not part.filename.lower().endswith((".xml", ".rels")):
        raise Refusal("embedded", _("文件里嵌有程序，不能上传。"))
    if part.filename.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in head[:2048]:
        raise _damaged()
    return tempfile.TemporaryFile() if head.startswith(b"PK\x03\x04") else None


def _inside(file: BinaryIO, budget: _Budget, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise _bomb()
    with zipfile.ZipFile(file) as archive:
        if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
            raise _macro()
        _read_through(archive, budget, depth)
