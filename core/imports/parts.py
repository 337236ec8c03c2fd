"""What the spreadsheet reader does not tell: hidden rows, formulas that came to nothing (it gives an empty cell),
numbers written out in full, pictures. Of xlsx and ods here, of xls in ``core.imports.biff``.

Reads the parts as a stream within limits. A DOCTYPE ends the parse, so no entity is ever defined.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat  # safe here: see above

from core.imports.biff import Part, read_biff
from core.imports.striking import STYLES, struck_formats

MOST_BYTES = 400 * 1024 * 1024  # of one sheet, unpacked: 50,000 wide rows take a quarter of it
MOST_BOOK = 4 * 1024 * 1024
_CHUNK = 256 * 1024
_WRITTEN_OUT = re.compile(r"\d{16,18}")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION = "/relationships id"  # of Microsoft's namespace, or of the strict standard's
# What is worth a parse, each behind bytes that are looked for first: a regex alone takes seconds over a long sheet.
_WORTH = (
    (b"hidden=", re.compile(rb'<(?:\w+:)?row[^<>]*\shidden="(?:1|true)"')),
    (b't="e"', re.compile(rb'\st="e"')),
    (b"v>", re.compile(rb"v>\d{16,18}<")),
    (b"f>", re.compile(rb"f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|</(?:\w+:)?c>)")),
    (b"<f ", re.compile(rb"<f [^<>]*/>\s*(?:<v\s*/>|<v></|</c>)")),
)
_WORTH_ODS = (
    (b'visibility="', re.compile(rb'visibility="(?:collapse|filter)"')),
    (b'="error"', re.compile(rb'value-type="error"')),
    (b">#", re.compile(rb">#[A-Z]")),
    (b">Err:", re.compile(rb">Err:")),
    (b"line-through", re.compile(rb'line-through-(?:style|type)="(?!none)')),
)
_OVERLAP = 512
_MOST_ROWS = 1_048_576  # of a sheet, in every program
_PICTURE = re.compile(r"xl/media/[^/]+")
_SHOWN_FAILED = re.compile(r"#[A-Z]|Err:")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class TooMuch(Exception):  # noqa: N818 - ends a parse
    """The part is longer than anything a person made."""


@dataclass
class Parts:
    """:ivar sheets: name of a sheet → what was found in it."""

    sheets: Mapping[str, Part] = field(default_factory=dict)
    pictures: int = 0


def read_parts(file: IO[bytes]) -> Parts:
    """Empty for anything that cannot be read: these are extras, never a reason to refuse a file."""
    file.seek(0)
    try:
        if file.read(8) == _OLE:
            return Parts(read_biff(file))
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "content.xml" in names:
                return Parts(_ods(archive))
            if "xl/workbook.xml" not in names:
                return Parts()
            pictures = sum(bool(_PICTURE.fullmatch(name)) for name in names)
            struck = struck_formats(archive) if STYLES in names else frozenset()
            sheets = {name: _sheet(archive, path, struck) for name, path in _paths(archive).items() if path in names}
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
            target = next((value for key, value in attributes.items() if key.endswith(_RELATION)), "")
            names[attributes.get("name", "")] = target

    _parse(archive, "xl/_rels/workbook.xml.rels", MOST_BOOK, start=relation)
    _parse(archive, "xl/workbook.xml", MOST_BOOK, start=sheet)
    return {name: _absolute(targets.get(key, "")) for name, key in names.items()}


def _absolute(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _is_worth_parsing(archive: zipfile.ZipFile, path: str, worth: Sequence[tuple[bytes, re.Pattern[bytes]]]) -> bool:
    """Whether there is anything to find: looking is fifty times faster than parsing, and most sheets have nothing."""
    left, tail = MOST_BYTES, b""
    with archive.open(path) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise TooMuch
            piece = tail + chunk
            if any(sign in piece and pattern.search(piece) for sign, pattern in worth):
                return True
            tail = chunk[-_OVERLAP:]
    return False


def _sheet(archive: zipfile.ZipFile, path: str, struck: frozenset[str] = frozenset()) -> Part:
    found = Part()
    crossed = re.compile(rb's="(?:%s)"' % "|".join(struck).encode())
    worth = (*_WORTH, (b's="', crossed)) if struck else _WORTH
    if not _is_worth_parsing(archive, path, worth):
        return found
    row, column, kind, text, inside = -1, -1, "", "", ""
    formula: str | None = None

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, formula, text, inside
        name = tag.rpartition(" ")[2]
        if name == "c":
            row, column = _place(attributes.get("r", ""), row, column + 1)
            kind, formula, text = attributes.get("t", "n"), None, ""
            if attributes.get("s") in struck:
                found.strike(row, column)
        elif name in ("v", "f"):
            inside = name
            formula = "" if name == "f" else formula
        elif name == "row":
            row, column = int(attributes["r"]) - 1 if "r" in attributes else row + 1, -1
            if attributes.get("hidden") in ("1", "true"):
                found.hidden.add(row)

    def data(piece: str) -> None:
        nonlocal text, formula
        if inside == "v":
            text += piece[:40]
        elif inside == "f" and formula is not None:
            formula += piece[:40]

    def end(tag: str) -> None:
        nonlocal inside
        name = tag.rpartition(" ")[2]
        if name in ("v", "f"):
            inside = ""
        elif name == "c" and (kind == "e" or (kind == "n" and (formula is not None or len(text) >= 16))):
            if kind == "e":
                found.tell(row, column, "failed", text)
            elif formula is not None and not text:
                found.tell(row, column, "never", formula)
            elif _WRITTEN_OUT.fullmatch(text):
                found.tell(row, column, "digits", text)

    _parse(archive, path, MOST_BYTES, start=start, data=data, end=end)
    return found


def _ods(archive: zipfile.ZipFile) -> dict[str, Part]:
    """LibreOffice writes nought for a formula that failed, and what it shows beside it."""
    if not _is_worth_parsing(archive, "content.xml", _WORTH_ODS):
        return {}
    sheets: dict[str, Part] = {}
    part, row, rows, column, columns = Part(), 0, 1, 0, 1
    text, is_error, inside, hides = "", False, False, False
    style, struck = "", set[str]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal part, row, rows, column, columns, text, is_error, inside, hides, style
        name = tag.rpartition(":1.0 ")[2]
        if name == "table":
            part, row = Part(), 0
            sheets[_ending(attributes, ":1.0 name")] = part
        elif name == "table-row":
            rows, column = _number_of(attributes, "rows"), 0
            hides = any(k.endswith(" visibility") and v != "visible" for k, v in attributes.items())
        elif name in ("table-cell", "covered-table-cell"):
            columns, text = _number_of(attributes, "columns"), ""
            is_error = any(k.endswith(" value-type") and v == "error" for k, v in attributes.items())
            is_error = is_error or any(k.endswith(" formula") for k in attributes)
            if struck and columns == 1 and _ending(attributes, " style-name") in struck:
                part.strike(row, column)
        elif name == "style":
            style = _ending(attributes, ":1.0 name")
        elif name == "text-properties" and any("line-through" in k and v != "none" for k, v in attributes.items()):
            struck.add(style)
        elif name == "p":
            inside = True

    def data(piece: str) -> None:
        nonlocal text
        if inside:
            text += piece[:40]

    def end(tag: str) -> None:
        nonlocal row, column, inside
        name = tag.rpartition(":1.0 ")[2]
        if name == "p":
            inside = False
        elif name in ("table-cell", "covered-table-cell"):
            if is_error and columns == 1 and _SHOWN_FAILED.match(text):
                part.tell(row, column, "failed", text)
            column += columns
        elif name == "table-row":
            if hides and rows < 10_000 and row + rows <= _MOST_ROWS:
                part.hidden.update(range(row, row + rows))
            row += rows

    _parse(archive, "content.xml", MOST_BYTES, start=start, data=data, end=end)
    return sheets


def _ending(attributes: Mapping[str, str], end: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith(end)), "")


def _number_of(attributes: dict[str, str], of: str) -> int:
    return int(next((v for k, v in attributes.items() if k.endswith(f"number-{of}-repeated")), "1"))


def _place(reference: str, row: int, column: int) -> tuple[int, int]:
    """Where a cell stands; where it does not say so, behind the one before it."""
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        return row, column
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - 64
    return int(parts[2]) - 1, column - 1


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
