"""Tables that a program called .xls and wrote as a web page, as older systems export them, or as XML of Excel 2003."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from core.imports.books import Book, Grid, Range, damaged
from core.imports.reading import MOST_COLUMNS, Cell, decoded, read_cell, too_much

MEDIA_TYPE = "text/html"
_BEGINS = re.compile(rb"[\s\xef\xbb\xbf\xff\xfe]*<")
_TABLE = re.compile(rb"<(?:\w+:)?table[\s>]", re.IGNORECASE)
_MOST_DOWN = 1_000  # rows that one cell is merged over
_MOST_ROWS, _MOST_PLACES, _MOST_TABLES = 100_000, 5_000_000, 20_000  # of a page
_ENDLESS = re.compile("<[^<]{200000}")  # a cell holds 32,767 characters, and the styles of Excel's pages come before
_MIDNIGHT = re.compile(r"T00:00:00(\.0+)?$")
_ROWS, _CELLS, _SILENT = ("tr", "row"), ("td", "th", "cell"), ("script", "style")


def is_page(content: bytes) -> bool:
    """Whether this is a page or such XML, with a table in it."""
    return bool(_BEGINS.match(content)) and _TABLE.search(content.replace(b"\0", b"")) is not None


def read_page(content: bytes) -> Book:
    """Every table as a sheet of its own.

    :raises ValidationError: the encoding or the page cannot be made out.
    """
    tables, text = _Tables(), decoded(content)
    if _ENDLESS.search(text):
        raise too_much()
    try:
        tables.feed(text)
        tables.close()
    except AssertionError as error:  # what the parser of the library says to declarations it does not know
        raise damaged() from error
    if sum(max(row, default=-1) + 1 for table in tables.found for row in table.rows) > _MOST_PLACES:
        raise too_much()
    return Book([table.grid for table in tables.found if table.rows])


class _Table:
    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[dict[int, str]] = []
        self.merged: list[Range] = []
        self._column = 0
        self._open: dict[int, int] = {}  # column → last row that a cell above takes

    def begin_row(self, number: int) -> int:
        """How many rows there are more. :param number: from 1 where it is said; 0: the next one."""
        before = len(self.rows)
        self.rows += [{} for _row in range(min(number - 1 - before, _MOST_DOWN))]
        self.rows.append({})
        self._column = 0
        return len(self.rows) - before

    def add(self, text: str, across: int, down: int, column: int) -> None:
        """:param column: from 1 where it is said; 0: the next free one."""
        at = len(self.rows) - 1
        self._column = column - 1 if column else self._column
        while self._open.get(self._column, -1) >= at:
            self._column += 1
        left, right = self._column, min(self._column + across, MOST_COLUMNS) - 1
        self._column += across
        if right < left:
            return
        self.rows[at][left] = text
        if across > 1 or down > 1:
            self.merged.append(((at, left), (at + down - 1, right)))
            self._open |= dict.fromkeys(range(left, right + 1), at + down - 1)

    @property
    def grid(self) -> Grid:
        return Grid(self.name, [self._line(row) for row in self.rows], self.merged)

    @staticmethod
    def _line(row: dict[int, str]) -> Sequence[Cell]:
        return [read_cell(row.get(column, "")) for column in range(max(row, default=-1) + 1)]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Table] = []
        self._open: list[_Table] = []  # one in another, as pages are laid out
        self._name = ""
        self._cell: tuple[int, int, int] | None = None
        self._text = ""
        self._silent = False
        self._rows = 0

    def _require_few(self) -> None:
        if self._rows > _MOST_ROWS or len(self.found) > _MOST_TABLES:
            raise too_much()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        name = tag.rpartition(":")[2]
        self._silent = self._silent or name in _SILENT
        if name == "worksheet":
            self._name = said.get("name", "")
        elif name == "table":
            self._end_cell()
            self._open.append(_Table(self._name))
            self.found.append(self._open[-1])
            self._require_few()
        elif name in _ROWS and self._open:
            self._end_cell()
            self._rows += self._open[-1].begin_row(_number(said, "index"))
            self._require_few()
        elif name in _CELLS and self._open and self._open[-1].rows:
            self._end_cell()
            across = _number(said, "colspan") or 1 + _number(said, "mergeacross")
            down = _number(said, "rowspan") or 1 + _number(said, "mergedown")
            self._cell = (min(across, MOST_COLUMNS), min(down, _MOST_DOWN), min(_number(said, "index"), MOST_COLUMNS))
        elif name == "br":
            self._text += "\n"

    def handle_endtag(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in _SILENT:
            self._silent = False
        elif name in (*_CELLS, *_ROWS):
            self._end_cell()
        elif name == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._text += data

    def _end_cell(self) -> None:
        if self._cell is not None:
            across, down, column = self._cell
            lines = (" ".join(line.split()) for line in self._text.split("\n"))
            self._open[-1].add(_MIDNIGHT.sub("", "\n".join(lines).strip()), across, down, column)
        self._cell, self._text = None, ""


def _number(said: dict[str, str], name: str) -> int:
    text = said.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
