"""Word and Excel 97-2003 (and WPS): a compound file whose streams say what it is."""

from typing import BinaryIO

import olefile
from django.utils.translation import gettext as _

from core.attachments.formats.kinds import DOC, XLS, FileKind, Refusal

_MACROS = {"macros", "_vba_project_cur", "vba", "_vba_project"}
_PACKAGE = "\x01ole10native"
_FILEPASS = 0x002F


def check_ole(file: BinaryIO) -> FileKind:
    file.seek(0)
    try:
        with olefile.OleFileIO(file) as document:
            return _kind(document)
    except Refusal:
        raise
    except Exception as error:  # a parser of hostile bytes raises whatever it likes
        raise Refusal("damaged", _("文件不完整或已损坏，打不开。")) from error


def _kind(document: olefile.OleFileIO) -> FileKind:
    parts = {part.lower() for path in document.listdir(streams=True, storages=True) for part in path}
    if "encryptedpackage" in parts:
        raise _encrypted()
    if parts & _MACROS:
        raise Refusal("macro", _("文件带有宏，请另存为不带宏的文件再上传。"))
    if _PACKAGE in parts:
        raise Refusal("embedded", _("文件里嵌有别的程序或文件，请取出后单独上传。"))
    if document.exists("WordDocument"):
        # MS-DOC FibBase: bit 8 of the word at offset 10 is fEncrypted
        if document.openstream("WordDocument").read(12)[11] & 0x01:
            raise _encrypted()
        return DOC
    for name in ("Workbook", "Book"):
        if document.exists(name):
            if _workbook_encrypted(document.openstream(name).read(4096)):
                raise _encrypted()
            return XLS
    raise Refusal("unsupported", _("不是 Word 或 Excel 文件。旧版 PPT 请另存为 pptx 或 PDF。"))


def _workbook_encrypted(head: bytes) -> bool:
    """MS-XLS: FilePass, when there, follows within the first records of the globals."""
    position, records = 0, 0
    while position + 4 <= len(head) and records < 8:
        record = int.from_bytes(head[position : position + 2], "little")
        if record == _FILEPASS:
            return True
        position += 4 + int.from_bytes(head[position + 2 : position + 4], "little")
        records += 1
    return False


def _encrypted() -> Refusal:
    return Refusal("encrypted", _("文件设了密码，请去掉密码后再上传。"))
