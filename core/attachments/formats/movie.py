"""MP4 and QuickTime: the boxes are walked from end to end (ISO/IEC 14496-12), nothing is decoded.

A film that was cut off while it was sent, or whose recording broke off, lacks a box or ends inside one; what merely
calls itself a film has no picture track.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import MOV, MP4, FileKind, Refusal

# What may stand first. QuickTime files of older cameras begin without ``ftyp``.
BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_STILLS = {b"crx "}  # a camera's raw picture in the same wrapping
_MOST_BOXES = 50_000
_WITHIN = {b"moov", b"trak", b"mdia"}  # the boxes on the way to the handler of a track


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int  # of its content
    end: int


def _damaged() -> Refusal:
    return Refusal("damaged", _("视频不完整或已损坏，打不开。"))


def check_movie(file: BinaryIO) -> FileKind:
    size = file.seek(0, os.SEEK_END)
    seen: set[bytes] = set()
    brand, pictures, count = b"qt  ", False, 0
    for count, box in enumerate(_boxes(file, 0, size)):
        if count > _MOST_BOXES:
            raise _damaged()
        seen.add(box.kind)
        if box.kind == b"ftyp":
            brand = _content(file, box, 4)
        if box.kind == b"moov":
            pictures = pictures or _has_pictures(file, box)
    if b"moov" not in seen or not seen & {b"mdat", b"moof"}:
        raise _damaged()
    if not pictures or brand in _STILLS:
        raise Refusal("unsupported", _("文件里没有视频画面。"))
    return MOV if brand == b"qt  " else MP4


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """Boxes that fill ``start`` to ``end`` without a gap."""
    at = start
    while at < end:
        file.seek(at)
        head = file.read(min(16, end - at))
        if len(head) < 8:
            if head.strip(b"\0"):
                raise _damaged()
            return  # QuickTime ends a list with four zero bytes
        length, kind = struct.unpack(">I4s", head[:8])
        content = at + 8
        if length == 1 and len(head) == 16:
            length, content = struct.unpack(">Q", head[8:])[0], at + 16
        elif length == 0:
            length = end - at
        if not _is_name(kind) or length < content - at or at + length > end:
            raise _damaged()
        yield _Box(kind, content, at + length)
        at += length


def _is_name(kind: bytes) -> bool:
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind)


def _has_pictures(file: BinaryIO, box: _Box, depth: int = 0) -> bool:
    """Whether a track within ``box`` says that it holds pictures (``hdlr`` of ``vide``)."""
    found = False
    for count, inner in enumerate(_boxes(file, box.start, box.end)):
        if count > _MOST_BOXES or depth > len(_WITHIN):
            raise _damaged()
        if inner.kind in _WITHIN:
            found = _has_pictures(file, inner, depth + 1) or found
        elif inner.kind == b"hdlr" and _content(file, inner, 12)[8:] == b"vide":
            found = True
    return found


def _content(file: BinaryIO, box: _Box, length: int) -> bytes:
    file.seek(box.start)
    return file.read(min(length, box.end - box.start))
