"""Forms for one person each, 登记表: labels with their values at the right. One to a sheet, one below the other, side
by side, or with a column for each person.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.imports.books import Range
from core.imports.headers import plain
from core.imports.heads import ANYBODYS, Head, Heading, Known, Meaning, beside, key_of, meaning
from core.imports.not_records import aside, is_somebodys
from core.imports.reading import EMPTY, Cell

LEAST = 3  # facts that make a form
MOST_ROWS = 20_000  # of a sheet of forms
_COLON = ("：", ":")


@dataclass
class Card:
    """One form. ``row``: where the name stands. ``values``: label → what it means, and the cells beside it."""

    row: int
    block: int = 0
    values: dict[str, tuple[Meaning, list[Cell]]] = field(default_factory=dict)

    @property
    def is_somebodys(self) -> bool:
        """Whether it is filled in for somebody: an empty form, or one with instructions, holds nobody's number."""
        said = ("".join(cell.text for cell in cells) for _means, cells in self.values.values())
        return len(self.fields) >= LEAST and any(map(is_somebodys, said))

    @property
    def fields(self) -> set[str]:
        return {name for said, cells in self.values.values() for name in said.fields if any(c.text for c in cells)}


@dataclass(frozen=True)
class _Label:
    row: int
    column: int
    text: str
    means: Meaning
    cells: list[Cell]
    end: int  # the first column behind it and its value

    @property
    def is_filled(self) -> bool:
        return any(cell.text for cell in self.cells)


def read_cards(rows: Sequence[Sequence[Cell]], merged: Sequence[Range], known: Known) -> list[Card]:
    """The forms of a sheet; none where it is no such sheet."""
    labels = list(_Labels(rows, merged, known))
    cards = _in_columns(rows, labels, known)
    if cards is None:
        cards = _in_blocks(labels, known)
    return cards if cards and cards[0].is_somebodys else []


class _Labels:
    def __init__(self, rows: Sequence[Sequence[Cell]], merged: Sequence[Range], known: Known) -> None:
        self._rows, self._known = rows, known
        self._right = {start: right for start, (_bottom, right) in merged}
        self._beside: dict[int, list[str]] = {}  # row → what a label merged over several rows says of it
        for (top, left), (bottom, _right) in merged:
            if bottom > top and top < len(rows) and left < len(rows[top]):
                for at in range(top, min(bottom, len(rows)) + 1):
                    self._beside.setdefault(at, []).append(plain(rows[top][left].text))

    def __iter__(self) -> Iterator[_Label]:
        for at, row in enumerate(self._rows):
            before = list(self._beside.get(at, ()))
            column = 0
            while column < len(row):
                label = self._label(at, row, column, before)
                if label is not None:
                    before.append(plain(label.text))
                    yield label
                column = label.end if label else column + 1

    def _label(self, at: int, row: Sequence[Cell], column: int, before: Sequence[str]) -> _Label | None:
        text = row[column].text
        word, value = _split(text)
        means = self._means(word or text, before) if text else Meaning("")
        if not means.fields:
            return None
        if value:
            return _Label(at, column, word, means, [Cell(value)], column + 1)
        place = self._right.get((at, column), column) + 1
        most = 18 if means.field in self._known.pieced else 1
        cells: list[Cell] = []
        for cell in row[place : place + most]:
            if not cell.text or self._is_label(cell.text):
                break
            cells.append(cell)
        return _Label(at, column, means.text, means, cells, place + len(cells))

    def _means(self, text: str, before: Sequence[str]) -> Meaning:
        """电话 behind 紧急联系人 is theirs."""
        for first in before:
            if (found := beside(first, plain(text), self._known)) and found != self._known.fields.get(plain(text)):
                return Meaning(f"{first} {text}", (found,))
        return meaning([text], self._known, Counter(), is_group=False)

    def _is_label(self, text: str) -> bool:
        return plain(text) in self._known.fields or key_of(text) in self._known.chosen or bool(_split(text)[1])


def _split(text: str) -> tuple[str, str]:
    """姓名：张三"""
    for mark in _COLON:
        word, found, value = text.partition(mark)
        if found and plain(word):
            return word.strip(), value.strip()
    return "", ""


def _in_columns(rows: Sequence[Sequence[Cell]], labels: Sequence[_Label], known: Known) -> list[Card] | None:
    """Labels in one column alone, a column for each person behind it. None where labels stand elsewhere as well."""
    names = [label for label in labels if label.means.field in known.leads]
    if len(names) != 1 or len({label.column for label in labels}) > 1 or len(labels) < LEAST:
        return None
    (name,) = names
    cards = []
    for number, column in enumerate(range(name.column + 1, len(rows[name.row]))):
        if any(column < len(row) and aside([row[column]]) for row in rows[: name.row]):
            continue  # 例
        card = Card(name.row, number)
        for label in labels:
            row = rows[label.row]
            card.values.setdefault(label.text, (label.means, [row[column] if column < len(row) else EMPTY]))
        if known.leads <= card.fields and card.is_somebodys:
            cards.append(card)
    return cards


def _in_blocks(labels: Sequence[_Label], known: Known) -> list[Card]:
    """Each begins with its name, where the first has it; a name at another place is somebody else's."""
    cards: list[Card] = []
    places: list[int] = []
    open_cards: dict[int, Card] = {}
    for at, row in _by_row(labels):
        names = [label for label in row if label.means.field in known.leads and label.is_filled]
        places = places or [label.column for label in names]
        for label in names:
            if label.column in places:
                open_cards[label.column] = Card(at, places.index(label.column))
                cards.append(open_cards[label.column])
        others = min((label.column for label in names if label.column not in places), default=10**6)
        for label in row:
            is_others = label.column >= others and plain(label.text) in ANYBODYS
            whose = places[bisect(places, label.column) - 1] if places and label.column >= places[0] else None
            card = open_cards.get(whose if whose is not None else places[0]) if places else None
            if card is not None and label.is_filled and not is_others:
                card.values.setdefault(label.text, (label.means, label.cells))
    return cards


def _by_row(labels: Sequence[_Label]) -> Iterator[tuple[int, list[_Label]]]:
    found: dict[int, list[_Label]] = {}
    for label in labels:
        found.setdefault(label.row, []).append(label)
    yield from found.items()


def as_row(card: Card, known: Known) -> tuple[Head, list[Cell]]:
    """The form as the heading and the one row of a list."""
    headings: list[Heading] = []
    row: list[Cell] = []
    taken: set[str] = set()
    for label, (said, cells) in card.values.items():
        name = said.field if said.field not in taken else known.then.get(said.field, "")
        if name and name not in taken:
            taken.add(name)
            more = tuple(range(len(row) + 1, len(row) + len(cells)))
            headings.append(Heading(len(row), label, name, more=more, also=said.fields[1:]))
            row += cells
    return Head(0, headings), row
