"""WebM: the header, then the elements of the one segment (RFC 8794, RFC 9559), nothing is decoded."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.attachments.formats.kinds import WEBM, FileKind, Refusal

EBML = b"\x1a\x45\xdf\xa3"
_HEADER, _DOC_TYPE = 0x1A45DFA3, 0x4282
_SEGMENT, _TRACKS, _CLUSTER = 0x18538067, 0x1654AE6B, 0x1F43B675
_TRACK, _TRACK_TYPE = 0xAE, 0x83
_PICTURES = b"\x01"
_MOST_ELEMENTS = 200_000


@dataclass(frozen=True)
class _Element:
    key: int
    start: int  # of its content
    end: int
    open_ended: bool = False  # a recorder in a browser does not know how long it will become


def _damaged() -> Refusal:
    return Refusal("damaged", _("视频不完整或已损坏，打不开。"))


def check_webm(file: BinaryIO) -> FileKind:
    size = file.seek(0, os.SEEK_END)
    top = list(_elements(file, 0, size))
    if not top or top[0].key != _HEADER:
        raise _damaged()
    if _doc_type(file, top[0]) != b"webm":
        raise Refusal("unsupported", _("MKV 视频在多数电脑上打不开，请另存为 MP4。"))
    segment = next((element for element in top if element.key == _SEGMENT), None)
    if segment is None:
        raise _damaged()
    parts = {element.key: element for element in _elements(file, segment.start, segment.end)}
    if _TRACKS not in parts or _CLUSTER not in parts:
        raise _damaged()
    if not any(_shows_pictures(file, track) for track in _elements(file, parts[_TRACKS].start, parts[_TRACKS].end)):
        raise Refusal("unsupported", _("文件里没有视频画面。"))
    return WEBM


def _elements(file: BinaryIO, start: int, end: int) -> Iterator[_Element]:
    at = start
    for _count in range(_MOST_ELEMENTS):
        if at >= end:
            return
        key, key_length = _number(file, at, keep_marker=True)
        length, length_length = _number(file, at + key_length)
        content = at + key_length + length_length
        if length == (1 << 7 * length_length) - 1:  # all ones: unknown
            yield _Element(key, content, end, open_ended=True)
            return
        if content + length > end:
            raise _damaged()
        yield _Element(key, content, content + length)
        at = content + length
    raise _damaged()


def _number(file: BinaryIO, at: int, *, keep_marker: bool = False) -> tuple[int, int]:
    """A number of variable length and how many bytes it takes: the zeros at the front tell."""
    file.seek(at)
    first = file.read(1)
    if not first or first[0] == 0:
        raise _damaged()
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    if len(rest) < length - 1 or (keep_marker and length > 4):
        raise _damaged()
    value = int.from_bytes(first + rest, "big")
    return (value if keep_marker else value & (1 << 7 * length) - 1), length


def _doc_type(file: BinaryIO, header: _Element) -> bytes:
    for element in _elements(file, header.start, header.end):
        if element.key == _DOC_TYPE:
            return _content(file, element).rstrip(b"\0")
    return b""


def _shows_pictures(file: BinaryIO, track: _Element) -> bool:
    if track.key != _TRACK:
        return False
    facts = _elements(file, track.start, track.end)
    return any(fact.key == _TRACK_TYPE and _content(file, fact) == _PICTURES for fact in facts)


def _content(file: BinaryIO, element: _Element) -> bytes:
    file.seek(element.start)
    return file.read(min(64, element.end - element.start))
