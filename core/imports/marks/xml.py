"""One part of an archive, read as a stream within limits. A DOCTYPE ends the parse, so no entity is ever defined."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.parsers import expat  # safe here: see above

MOST_BYTES = 400 * 1024 * 1024  # of one part, unpacked: 50,000 wide rows take a quarter of it
_CHUNK = 256 * 1024
_OVERLAP = 512


class TooMuch(Exception):  # noqa: N818 - ends a parse
    """The part is longer than anything a person made."""


class Reader:
    """Takes the elements of a part, one after the other; each what it needs. Names stand as ``namespace local``."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def data(self, piece: str) -> None: ...

    def end(self, tag: str) -> None: ...


def parse(archive: zipfile.ZipFile, path: str, reader: Reader, *, most: int = MOST_BYTES) -> None:
    """:raises TooMuch: more than ``most`` bytes, or a DOCTYPE. :raises xml.parsers.expat.ExpatError: no XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _refuse
    for chunk in _chunks(archive, path, most):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def holds_any(archive: zipfile.ZipFile, path: str, signs: Sequence[tuple[bytes, re.Pattern[bytes]]]) -> bool:
    """Whether there is anything to find: looking is fifty times faster than parsing, and most sheets have nothing.

    :param signs: patterns, each behind bytes that are looked for first: a regex alone takes seconds over a long sheet.
    """
    tail = b""
    for chunk in _chunks(archive, path, MOST_BYTES):
        piece = tail + chunk
        if any(sign in piece and pattern.search(piece) for sign, pattern in signs):
            return True
        tail = chunk[-_OVERLAP:]
    return False


def ending(attributes: Mapping[str, str], end: str, default: str = "") -> str:
    """The value of the attribute whose name ends so; namespaces differ between standards and versions."""
    return next((value for name, value in attributes.items() if name.endswith(end)), default)


def _chunks(archive: zipfile.ZipFile, path: str, most: int) -> Iterator[bytes]:
    with archive.open(path) as stream:
        while chunk := stream.read(_CHUNK):
            most -= len(chunk)
            if most < 0:
                raise TooMuch
            yield chunk


def _refuse(*_declared: Any) -> None:
    raise TooMuch
