"""What the spreadsheet reader does not tell of an xlsx: hidden rows, numbers written out in full, pictures.

Reads the parts as a stream within limits. A DOCTYPE ends the parse, so no entity is ever defined.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat  # safe here: see above

MOST_BYTES = 400 * 1024 * 1024  # of one sheet, unpacked: 50,000 wide rows take a quarter of it
MOST_BOOK = 4 * 1024 * 1024
_CHUNK = 256 * 1024
_WRITTEN_OUT = re.compile(r"\d{16,18}")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_WORTH = re.compile(rb'<(?:\w+:)?row[^<>]*\shidden="(?:1|true)"|>\d{16,18}<')
_OVERLAP = 512
_PICTURE = re.compile(r"xl/media/[^/]+")


class TooMuch(Exception):  # noqa: N818 - ends a parse
    """The part is longer than anything a person made."""


@dataclass
class Part:
    """:ivar hidden: rows, from 0. :ivar digits: row → column → a number of 16 digits and more, as it was written."""

    hidden: set[int] = field(default_factory=set)
    digits: dict[int, dict[int, str]] = field(default_factory=dict)


@dataclass
class Parts:
    """:ivar sheets: name of a sheet → what was found in it."""

    sheets: Mapping[str, Part] = field(default_factory=dict)
    pictures: int = 0


def read_parts(file: IO[bytes]) -> Parts:
    """Empty for anything that is no xlsx or cannot be read: these are extras, never a reason to refuse a file."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names:
                return Parts()
            pictures = sum(bool(_PICTURE.fullmatch(name)) for name in names)
            sheets = {name: _sheet(archive, path) for name, path in _paths(archive).items() if path in names}
            return Parts(sheets, pictures)
    except (zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, TooMuch, OSError):
        return Parts()
    finally:
        file.seek(0)


def _paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of a sheet → its part."""
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(" sheet"):
            names[attributes.get("name", "")] = attributes.get(_RELATION, "")

    _parse(archive, "xl/_rels/workbook.xml.rels", MOST_BOOK, start=relation)
    _parse(archive, "xl/workbook.xml", MOST_BOOK, start=sheet)
    return {name: _absolute(targets.get(key, "")) for name, key in names.items()}


def _absolute(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _is_worth_parsing(archive: zipfile.ZipFile, path: str) -> bool:
    """Whether there is anything to find: looking is fifty times faster than parsing, and most sheets have nothing."""
    left, tail = MOST_BYTES, b""
    with archive.open(path) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise TooMuch
            if _WORTH.search(tail + chunk):
                return True
            tail = chunk[-_OVERLAP:]
    return False


def _sheet(archive: zipfile.ZipFile, path: str) -> Part:
    found = Part()
    if not _is_worth_parsing(archive, path):
        return found
    row, cell, text = -1, "", ""
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, cell, text, inside
        if tag.endswith(" c"):
            cell = attributes.get("r", "") if attributes.get("t", "n") == "n" else ""
        elif tag.endswith(" v"):
            inside, text = bool(cell), ""
        elif tag.endswith(" row"):
            row = int(attributes["r"]) - 1 if "r" in attributes else row + 1
            if attributes.get("hidden") in ("1", "true"):
                found.hidden.add(row)

    def data(piece: str) -> None:
        nonlocal text
        if inside:
            text += piece[:40]

    def end(tag: str) -> None:
        nonlocal inside
        if inside and tag.endswith(" v"):
            inside = False
            if len(text) >= 16 and _WRITTEN_OUT.fullmatch(text):
                at, column = _place(cell)
                found.digits.setdefault(at, {})[column] = text

    _parse(archive, path, MOST_BYTES, start=start, data=data, end=end)
    return found


def _place(reference: str) -> tuple[int, int]:
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        return (-1, -1)
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - 64
    return (int(parts[2]) - 1, column - 1)


def _parse(archive: zipfile.ZipFile, path: str, most: int, *, start: Any, data: Any = None, end: Any = None) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, data, end
    parser.buffer_text = True

    def refuse(*_declared: Any) -> None:
        raise TooMuch

    parser.StartDoctypeDeclHandler = refuse
    with archive.open(path) as stream:
        left = most
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise TooMuch
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
