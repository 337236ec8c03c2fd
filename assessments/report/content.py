"""What a report says, as values: built once (``team``, ``league``, ``region``), written as PDF (``page``) and as Word
(``word``). The same values are the same document; their digest stands on every page."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class Text:
    """Running text, in the type and spacing of GB/T 9704."""

    paragraphs: tuple[str, ...]
    heading: str = ""
    block: ClassVar[str] = "text"


@dataclass(frozen=True)
class Remark:
    """A line of small type: how to read what stands above it."""

    words: str
    block: ClassVar[str] = "remark"


@dataclass(frozen=True)
class Facts:
    """Labels and what they say, two to a line where both are short."""

    rows: tuple[tuple[str, str], ...]
    heading: str = ""
    block: ClassVar[str] = "facts"

    @property
    def lines(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        lines: list[tuple[tuple[str, str], ...]] = []
        for row in self.rows:
            if lines and len(lines[-1]) == 1 and _is_short(lines[-1][0]) and _is_short(row):
                lines[-1] = (lines[-1][0], row)
            else:
                lines.append((row,))
        return tuple(lines)


def _is_short(row: tuple[str, str]) -> bool:
    return len(row[0]) <= 8 and len(row[1]) <= 18 and "\n" not in row[1]


@dataclass(frozen=True)
class Column:
    """:ivar share: of the width, in parts of the sum. :ivar align: left or middle."""

    label: str
    share: int
    align: str = "left"


def centred(label: str, share: int) -> Column:
    return Column(label, share, "middle")


_TALL = 120  # letters in a cell
_PER_LINE, _MANY_LINES = 36, 10  # of an opinion


@dataclass(frozen=True)
class Table:
    """A head that is repeated on every page, rows that are not cut. A row of one cell is a heading across."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    note: str = ""
    empty: str = ""
    block: ClassVar[str] = "table"

    @property
    def middle(self) -> str:
        """Classes of the sheet for the columns that are centred: m1 m4."""
        return " ".join(f"m{place}" for place, column in enumerate(self.columns, 1) if column.align == "middle")

    @property
    def is_tall(self) -> bool:
        """Whether a row may be so high that three of them leave a page: they are kept together only where not."""
        return any(len(cell) > _TALL for row in self.rows for cell in row)

    @property
    def widths(self) -> tuple[float, ...]:
        """In percent."""
        whole = sum(column.share for column in self.columns)
        return tuple(round(column.share * 100 / whole, 2) for column in self.columns)


@dataclass(frozen=True)
class Figures:
    """The year in numbers: (label, number, unit), a few to a line."""

    items: tuple[tuple[str, str, str], ...]
    heading: str = ""
    per_line: ClassVar[int] = 4
    block: ClassVar[str] = "figures"

    @property
    def lines(self) -> tuple[tuple[tuple[str, str, str], ...], ...]:
        """Filled up with blanks, so that every line has the same width."""
        blanks = (("", "", ""),) * (-len(self.items) % self.per_line)
        filled = self.items + blanks
        return tuple(filled[start : start + self.per_line] for start in range(0, len(filled), self.per_line))


@dataclass(frozen=True)
class Bars:
    """Upright bars, one for each label, the number above it."""

    heading: str
    unit: str
    labels: tuple[str, ...]
    values: tuple[str, ...]
    block: ClassVar[str] = "bars"


@dataclass(frozen=True)
class Shares:
    """Bars across, one below the other, each with its number and its part of the whole."""

    heading: str
    unit: str
    parts: tuple[tuple[str, int], ...]
    whole: int
    block: ClassVar[str] = "shares"


@dataclass(frozen=True)
class Opinion:
    """What somebody says of it, with room for hands and stamp. No seal is ever drawn: it is stamped on paper."""

    heading: str
    paragraphs: tuple[str, ...]
    hand: str
    stamp: str
    block: ClassVar[str] = "opinion"

    @property
    def is_tall(self) -> bool:
        """Whether kept whole it would leave much of a page empty: it goes on over the page then."""
        return sum(-(-len(words) // _PER_LINE) for words in self.paragraphs) > _MANY_LINES


Block = Text | Remark | Facts | Table | Figures | Bars | Shares | Opinion


@dataclass(frozen=True)
class Section:
    """:ivar annex: begins a page of its own and counts as 附件."""

    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True)
class Report:
    """:ivar subject: whom it is about. :ivar mark: why it is no document yet, on cover and foot; empty when it is one.
    :ivar facts: what the cover says below the title. :ivar issuer: the office in whose name it is.
    """

    kind: str
    title: str
    subject: str
    number: str
    dated: date
    issuer: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    mark: str = ""

    @property
    def body(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if not section.annex)

    @property
    def annexes(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.annex)


@dataclass(frozen=True)
class Verify:
    """Where anybody can check the paper: the code printed on it, its page, the page for typing it in."""

    code: str
    url: str
    lookup_url: str

    @property
    def printed_code(self) -> str:
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))
