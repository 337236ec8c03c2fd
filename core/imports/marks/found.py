"""What is found beside the values: of a sheet, of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.imports.reading import MOST_COLUMNS


@dataclass
class SheetMarks:
    """Rows and columns count from 0.

    :ivar hidden: rows nobody sees. :ivar hidden_columns: columns nobody sees.
    :ivar struck: row → columns that are crossed out.
    :ivar told: row → column → kind and text. Kinds: ``digits`` (a number of 16 digits and more, as it was written),
        ``failed`` (what a formula shows instead of a result), ``never`` (a formula without any), ``percent`` (a share,
        shown as so many %).
    """

    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: dict[int, set[int]] = field(default_factory=dict)
    told: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def tell(self, row: int, column: int, kind: str, text: str) -> None:
        self.told.setdefault(row, {})[column] = (kind, text)

    def hide_columns(self, first: int, last: int) -> None:
        self.hidden_columns.update(range(first, min(last, MOST_COLUMNS) + 1))

    def strike(self, row: int, column: int) -> None:
        self.struck.setdefault(row, set()).add(column)


@dataclass
class BookMarks:
    """:ivar sheets: name of a sheet → what was found in it. :ivar pictures: how many lie in the cells.
    :ivar comments: how many hang on them."""

    sheets: Mapping[str, SheetMarks] = field(default_factory=dict)
    pictures: int = 0
    comments: int = 0
