"""Marks of an OpenDocument sheet. LibreOffice writes 0 for a formula that failed, and beside it the text it shows."""

import re
import zipfile

from core.imports.marks.found import BookMarks, SheetMarks
from core.imports.marks.xml import Reader, ending, holds_any, parse

CONTENT = "content.xml"
_SIGNS = (
    (b'visibility="', re.compile(rb'visibility="(?:collapse|filter)"')),
    (b'="error"', re.compile(rb'value-type="error"')),
    (b">#", re.compile(rb">#[A-Z]")),
    (b">Err:", re.compile(rb">Err:")),
    (b"line-through", re.compile(rb'line-through-(?:style|type)="(?!none)')),
)
_CELLS = ("table-cell", "covered-table-cell")
_SHOWN_FAILED = re.compile(r"#[A-Z]|Err:")
_MOST_ROWS = 1_048_576  # of a sheet, in every program
_MOST_ALIKE = 10_000  # hidden rows written as one: more are the empty rest of the sheet
_MOST_TEXT = 40  # of a paragraph: enough to know an error by


def read(archive: zipfile.ZipFile) -> BookMarks:
    content = _Content()
    if holds_any(archive, CONTENT, _SIGNS):
        parse(archive, CONTENT, content)
    return BookMarks(content.sheets)


class _Content(Reader):
    """Rows and cells that are alike are written once, with how many they are."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetMarks] = {}
        self._sheet = SheetMarks()
        self._row, self._rows, self._is_hidden = 0, 1, False
        self._column, self._columns, self._may_fail = 0, 1, False
        self._text, self._in_text = "", False
        self._style, self._struck = "", set[str]()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":1.0 ")[2]
        if name in _CELLS:
            self._begin_cell(attributes)
        elif name == "p":
            self._in_text = True
        elif name == "table-column":
            columns = _repeated(attributes, "columns")
            if ending(attributes, " visibility", "visible") != "visible":
                self._sheet.hide_columns(self._column, self._column + columns - 1)
            self._column += columns
        elif name == "table-row":
            self._rows, self._column = _repeated(attributes, "rows"), 0
            self._is_hidden = ending(attributes, " visibility", "visible") != "visible"
        elif name == "table":
            self._sheet, self._row, self._column = SheetMarks(), 0, 0
            self.sheets[ending(attributes, ":1.0 name")] = self._sheet
        elif name == "style":
            self._style = ending(attributes, ":1.0 name")
        elif name == "text-properties" and any("line-through" in k and v != "none" for k, v in attributes.items()):
            self._struck.add(self._style)

    def data(self, piece: str) -> None:
        if self._in_text:
            self._text += piece[:_MOST_TEXT]

    def end(self, tag: str) -> None:
        name = tag.rpartition(":1.0 ")[2]
        if name == "p":
            self._in_text = False
        elif name in _CELLS:
            if self._may_fail and self._columns == 1 and _SHOWN_FAILED.match(self._text):
                self._sheet.tell(self._row, self._column, "failed", self._text)
            self._column += self._columns
        elif name == "table-row":
            if self._is_hidden and self._rows < _MOST_ALIKE and self._row + self._rows <= _MOST_ROWS:
                self._sheet.hidden.update(range(self._row, self._row + self._rows))
            self._row += self._rows

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._columns, self._text = _repeated(attributes, "columns"), ""
        self._may_fail = ending(attributes, " value-type") == "error" or any(k.endswith(" formula") for k in attributes)
        if self._struck and self._columns == 1 and ending(attributes, " style-name") in self._struck:
            self._sheet.strike(self._row, self._column)


def _repeated(attributes: dict[str, str], of: str) -> int:
    return int(ending(attributes, f"number-{of}-repeated", "1"))
