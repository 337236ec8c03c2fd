"""Marks of an Excel sheet: rows that are hidden, formulas without a result, numbers in full, pictures, comments."""

import re
import zipfile
from collections.abc import Iterator

from core.imports.marks.found import BookMarks, SheetMarks
from core.imports.marks.styles import Formats, formats_of
from core.imports.marks.xml import Reader, ending, holds_any, parse

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_MOST_BOOK = 4 * 1024 * 1024
_PICTURE = re.compile(r"xl/media/[^/]+")
_COMMENTS = re.compile(r"xl/(?:comments/)?comments?\d*\.xml")
_COMMENT = re.compile(rb"<(?:\w+:)?comment\s")
_MOST_COMMENTS = 1024 * 1024  # of the part that holds them
_RELATION = "/relationships id"  # of Microsoft's namespace, or of the strict standard's
_WRITTEN_OUT = re.compile(r"\d{16,18}")
_SHARE = re.compile(r"-?\d{1,9}(?:\.\d+)?(?:E-\d{1,2})?")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_SIGNS = (
    (b"hidden=", re.compile(rb'<(?:\w+:)?row[^<>]*\shidden="(?:1|true)"')),
    (b't="e"', re.compile(rb'\st="e"')),
    (b"v>", re.compile(rb"v>\d{16,18}<")),
    (b"f>", re.compile(rb"f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|</(?:\w+:)?c>)")),
    (b"<f ", re.compile(rb"<f [^<>]*/>\s*(?:<v\s*/>|<v></|</c>)")),
)
_MOST_ABOVE = 64 * 1024  # of a sheet, before its rows
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^<>]*>")
_SAID = re.compile(rb'(min|max|hidden)="(\w{1,6})"')
_MOST_TEXT = 40  # of a cell: more than any number has


def read(archive: zipfile.ZipFile) -> BookMarks:
    names = set(archive.namelist())
    if _BOOK not in names:
        return BookMarks()
    formats = formats_of(archive)
    sheets = {name: _read_sheet(archive, path, formats) for name, path in _paths(archive).items() if path in names}
    pictures = sum(bool(_PICTURE.fullmatch(name)) for name in names)
    return BookMarks(sheets, pictures, sum(_comments(archive, name) for name in names if _COMMENTS.fullmatch(name)))


def _comments(archive: zipfile.ZipFile, path: str) -> int:
    with archive.open(path) as part:
        return len(_COMMENT.findall(part.read(_MOST_COMMENTS)))


def _read_sheet(archive: zipfile.ZipFile, path: str, formats: Formats) -> SheetMarks:
    told = formats.struck | formats.percent
    formatted = re.compile(rb's="(?:%s)"' % "|".join(sorted(told)).encode())
    signs = (*_SIGNS, (b's="', formatted)) if told else _SIGNS
    sheet = _Sheet(formats)
    for first, last in _hidden_columns(archive, path):
        sheet.marks.hide_columns(first - 1, last - 1)
    if holds_any(archive, path, signs):
        parse(archive, path, sheet)
    return sheet.marks


def _hidden_columns(archive: zipfile.ZipFile, path: str) -> Iterator[tuple[int, int]]:
    """First and last, from 1; they stand before the rows."""
    with archive.open(path) as part:
        above = part.read(_MOST_ABOVE).partition(b"<sheetData")[0]
    for column in _COLUMN.findall(above):
        said = dict(_SAID.findall(column))
        if said.get(b"hidden") in (b"1", b"true") and b"min" in said and b"max" in said:
            yield int(said[b"min"]), int(said[b"max"])


class _Sheet(Reader):
    """A place may be left out: then a row or cell stands behind the one before it."""

    def __init__(self, formats: Formats) -> None:
        self.marks = SheetMarks()
        self._formats, self._is_percent = formats, False
        self._row = self._column = -1
        self._kind, self._value, self._inside = "n", "", ""
        self._formula: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c":
            self._row, self._column = _place(attributes.get("r", ""), self._row, self._column + 1)
            self._kind, self._value, self._formula = attributes.get("t", "n"), "", None
            self._is_percent = attributes.get("s") in self._formats.percent
            if attributes.get("s") in self._formats.struck:
                self.marks.strike(self._row, self._column)
        elif name == "v":
            self._inside = name
        elif name == "f":
            self._inside, self._formula = name, ""
        elif name == "row":
            self._row, self._column = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1, -1
            if attributes.get("hidden") in ("1", "true"):
                self.marks.hidden.add(self._row)

    def data(self, piece: str) -> None:
        if self._inside == "v":
            self._value += piece[:_MOST_TEXT]
        elif self._inside == "f" and self._formula is not None:
            self._formula += piece[:_MOST_TEXT]

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("v", "f"):
            self._inside = ""
        elif name == "c" and self._kind in ("e", "n"):
            self._end_cell()

    def _end_cell(self) -> None:
        if self._kind == "e":
            self.marks.tell(self._row, self._column, "failed", self._value)
        elif self._formula is not None and not self._value:
            self.marks.tell(self._row, self._column, "never", self._formula)
        elif len(self._value) >= 16 and _WRITTEN_OUT.fullmatch(self._value):
            self.marks.tell(self._row, self._column, "digits", self._value)
        elif self._is_percent and _SHARE.fullmatch(self._value):
            self.marks.tell(self._row, self._column, "percent", self._value)


def _place(reference: str, row: int, column: int) -> tuple[int, int]:
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        return row, column
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - 64
    return int(parts[2]) - 1, column - 1


class _Links(Reader):
    """``targets``: key of a part → where it lies; ``sheets``: name of a sheet → key of its part."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.sheets: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")
        elif tag.endswith(" sheet"):
            self.sheets[attributes.get("name", "")] = ending(attributes, _RELATION)


def _paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of a sheet → its part."""
    links = _Links()
    parse(archive, _RELATIONS, links, most=_MOST_BOOK)
    parse(archive, _BOOK, links, most=_MOST_BOOK)
    return {name: _absolute(links.targets.get(key, "")) for name, key in links.sheets.items()}


def _absolute(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
