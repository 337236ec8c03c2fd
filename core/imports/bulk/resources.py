"""The base of every set-based import: which fields there are, what rows mean, how they are written."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from core.imports.bulk.rows import Line, Rows
from core.imports.heads import Topic
from core.imports.resources import Column, Undone

NEW, CHANGED, SAME, WRONG, LEFT = "new", "changed", "same", "wrong", "left"
MOST_BULK_ROWS = 50_000
# What is told of a file: words, or words with the list they are about (``text``, ``url``, ``label``).
Remark = str | dict[str, str]
CHUNK = 1_000  # rows judged and written together: what is in memory at once


@dataclass(slots=True)
class Outcome:
    """What one row comes to.

    :ivar errors, notes: field → why, "" for the row as a whole. Errors keep everything out, notes only ask to look.
    :ivar old: field → the text before, where the row changes it. :ivar shown: field → what the preview shows instead.
    :ivar joins: key of the known record that the row is about, "" where it makes one. :ivar plan: what ``write`` needs.
    """

    line: Line
    kind: str = NEW
    errors: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    joins: str = ""
    plan: Any = None

    def note(self, name: str, text: str) -> None:
        before = self.notes.get(name, "")
        self.notes[name] = f"{before.rstrip('。')}；{text}" if before else text


class BulkResource:
    """Rows of a spreadsheet, judged and written by the thousand.

    A subclass says ``fields()`` and overrides ``judge`` and ``write``. One instance serves one run: ``prepare`` sees
    all rows first (doubles within the file), then ``judge`` and, when it is not a trial, ``write`` get them in turns.
    Nothing but ``write`` changes the database; the caller holds the transaction.

    :ivar made: what a day's undo needs, JSON-able; ``undo`` reads it back.
    """

    undoable = True
    most_rows = MOST_BULK_ROWS
    at_once = 300  # rows done while the person waits; more by a job
    never_filled: frozenset[str] = frozenset()  # fields a merged cell does not fill down
    identifying: frozenset[str] = frozenset()  # fields that say whom a row means
    helpful: Sequence[str] = ()  # fields that are named where a file has but one column
    beside: frozenset[str] = frozenset()  # fields that alone make no row a record
    prepared: frozenset[str] = frozenset()  # nor these, which are filled in down the sheet before anybody is
    always: frozenset[str] = frozenset()  # fields that are shown, to be filled in, also where no file has them
    grouping: Sequence[str] = ()  # fields that may stand only in the first row of each group
    telling: frozenset[str] = frozenset()  # where some sheets have such a column, the others are not read unasked
    serials: Mapping[str, str] = MappingProxyType({})  # heading → field, unless its column counts 1, 2, 3 …
    topics: Sequence[Topic] = ()  # of headings over several columns
    then: Mapping[str, str] = MappingProxyType({})  # field → what a second column of its meaning is
    pieced: frozenset[str] = frozenset()  # fields whose value may stand in several columns (``pieces``)
    halves: Mapping[tuple[str, str], str] = MappingProxyType({})  # two headings → the field that both are: 姓 | 名
    weak: Mapping[str, Sequence[str]] = MappingProxyType({})  # heading → fields; the first that no other column is
    crowded: Mapping[str, Sequence[str]] = MappingProxyType({})  # field → what else people write into its cells
    content: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = MappingProxyType({})  # field → heading, cells
    heading_kind = ""  # what corrected headings are remembered under; empty: they are not

    def __init__(self, *, by: Any) -> None:
        self.by = by
        self.made: Any = {}
        self.trial = True
        self.progress: Callable[[int], None] = lambda done: None
        self.total = 0
        self.columns: dict[str, Column] = self.fields()

    # -- for subclasses -------------------------------------------------------------------------------------
    def fields(self) -> dict[str, Column]:
        raise NotImplementedError

    def of_sheet(self, name: str) -> dict[str, str]:
        """What the name of one of several sheets says of its rows: field → text."""
        return {}

    def of_title(self, texts: Sequence[str]) -> dict[str, str]:
        """The same of what stands above the heading of a sheet."""
        return {}

    def of_heading(self, text: str) -> dict[str, str]:
        """The same of a heading inside the table, merged over it."""
        return {}

    def pieces(self, name: str, texts: Sequence[str]) -> str:
        """What several cells come to together; empty: the first speaks for itself."""
        return ""

    def parts(self, names: Sequence[str]) -> bool:
        """Whether these fields can stand in one cell and be told apart."""
        return False

    def apart(self, name: str, also: Sequence[str], text: str) -> dict[str, str]:
        """Field → text, of a cell that holds more than one; empty: it speaks for ``name`` alone."""
        return {}

    def ignores(self, heading: str) -> bool:
        """Whether a column that is not read is not worth telling about."""
        return False

    def blank_columns(self) -> dict[str, Column]:
        """Of the empty spreadsheet."""
        return self.columns

    def lock(self, rows: Rows) -> None:
        """Keep others from writing the same, before anything is judged that will be written."""

    def prepare(self, lines: Sequence[Line]) -> None:
        """Look at all rows that are to be taken in, before the first is judged."""

    def judge(self, lines: Sequence[Line]) -> list[Outcome]:
        raise NotImplementedError

    def write(self, outcomes: Sequence[Outcome]) -> None:
        raise NotImplementedError

    def remarks(self, rows: Rows) -> list[Remark]:
        """What is to be told of the file as a whole, after the last row was judged."""
        return []

    def undo(self, made: Any, *, reason: str) -> Undone:
        """Take back what an import did, within the caller's transaction."""
        raise NotImplementedError

    def records(self, made: Any) -> QuerySet[Any] | Sequence[Any]:
        """What an import made, to link to; empty for thousands."""
        return []

    # -- what the pages and the blank spreadsheet ask ---------------------------------------------------------
    def offered(self) -> dict[str, list[str]]:
        """Field → what can be picked while its cell is mended."""
        return {name: words for name, column in self.columns.items() if (words := _words(column))}


def _words(column: Column) -> list[str]:
    choices: Sequence[tuple[Any, Any]] = getattr(column.widget, "choices", ())
    return [str(label) for _key, label in choices][:60]


def columns_of(rows: Mapping[str, tuple[Any, str, dict[str, Any]]]) -> dict[str, Column]:
    """``field → (heading, other headings apart by 、, options)`` as columns: a table reads better than calls."""
    return {
        name: Column(name, head, also=also.split("、") if also else (), **more)
        for name, (head, also, more) in rows.items()
    }
