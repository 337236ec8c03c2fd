"""One timeline of every tracked change and every act of the access log, newest first.

Each table gives its newest rows by the index on time, at most as many as the page shows; one UNION ALL of these is
sorted and cut, and the tables that are left are asked what their rows say. So the cost follows the page and the number
of tables, not the number of rows. Pages go on from the last row seen (its time, table and id), because counting pages
of a log that grows would show rows twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.audit.sources import COLUMNS, Part, Source, sources
from core.masking import mask_text
from core.models.access import AccessLog

CHANGES = {"insert": _("新增"), "update": pgettext_lazy("history", "修改"), "delete": _("删除")}
ALARMING = {AccessLog.Kind.SIGN_IN_FAILED, AccessLog.Kind.LOCKED_OUT, AccessLog.Kind.REFUSED}
ACTIONS = CHANGES | dict(AccessLog.Kind.choices)


@dataclass(frozen=True)
class Cursor:
    """The last row seen."""

    at: datetime
    rank: int
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """None for anything but what ``str`` gave."""
        parts = text.split("~")
        try:
            at, rank, number = datetime.fromisoformat(parts[0]), int(parts[1]), int(parts[2])
        except (ValueError, IndexError):
            return None
        return cls(at, rank, number) if at.tzinfo and 0 <= number < 2**63 else None


@dataclass(frozen=True)
class Query:
    """What to look for. ``offices``: only acts of people whose office lies under one of these tree paths; None for all,
    also those of nobody (the system itself, names no account has)."""

    offices: tuple[str, ...] | None
    since: datetime
    until: datetime
    people: tuple[int, ...] | None = None
    name: str = ""  # beside ``people``: what was typed at sign-in
    kind: str = ""  # key of a source
    action: str = ""
    address: str = ""
    text: str = ""


@dataclass(frozen=True)
class Condition:
    """A condition on rows of a table, and the columns it reads beside ``row_id`` and ``row_at``."""

    sql: str
    params: tuple[Any, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One row of the timeline."""

    source: Source
    id: int
    at: datetime
    action: str
    person: str | None
    who: str
    office: str
    url: str
    address: str
    subject: str

    @property
    def action_label(self) -> Any:
        return ACTIONS.get(self.action, self.action)

    @property
    def alarming(self) -> bool:
        """What an auditor looks for first."""
        return self.action in ALARMING

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.source.rank, self.id)


def entries(query: Query, *, limit: int, before: Cursor | None = None) -> list[Entry]:
    """The newest ``limit`` entries, or those older than ``before``; two queries: which they are, and what they say.

    Only the tables they stand in are asked what they say: most have nothing of the last days.
    """
    parts = [_newest(part, limit) for item in sources() for part in _parts(item, query, before)]
    if not parts:
        return []
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        # SQL of the ORM and of this module; what anybody typed stands in the parameters
        every = " UNION ALL ".join(f"({sql})" for sql, _params in parts)
        told = (
            f"SELECT row_rank, row_id FROM ({every}) AS every ORDER BY row_at DESC, row_rank DESC, row_id DESC LIMIT %s"  # noqa: S608
        )
        cursor.execute(told, [*(value for _sql, params in parts for value in params), limit])
        for rank, number in cursor.fetchall():
            found.setdefault(rank, []).append(number)
    return sorted(_read(found), key=lambda entry: (entry.at, entry.source.rank, entry.id), reverse=True)


def _newest(part: Part, limit: int) -> Part:
    sql, params = part
    newest = f"SELECT row_rank, row_id, row_at FROM ({sql}) AS part ORDER BY row_at DESC, row_id DESC LIMIT %s"  # noqa: S608
    return newest, (*params, limit)


def _read(found: Mapping[int, Sequence[int]]) -> list[Entry]:
    """The entries with these ids, by the rank of their table."""
    read = [sources()[rank].rows(*COLUMNS).filter(row_id__in=ids) for rank, ids in found.items()]
    if not read:
        return []
    rows = read[0].union(*read[1:], all=True) if len(read) > 1 else read[0]
    return [_entry(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def walk(query: Query, *, most: int, step: int = 2_000) -> Iterator[Entry]:
    """Entries one after the other, ``step`` at a time, at most ``most``: for exports."""
    before = None
    while most > 0:
        page = entries(query, limit=min(step, most), before=before)
        yield from page
        if not page:
            return
        before, most = page[-1].cursor, most - len(page)


def one(query: Query, source: Source, number: int) -> Entry | None:
    """A single entry, if ``query`` may see it; its other conditions count as well."""
    for sql, params in _parts(source, query, None):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM ({sql}) AS part WHERE row_id = %s", [*params, number])  # noqa: S608
            if cursor.fetchone():
                return next(iter(_read({source.rank: [number]})), None)
    return None


def _parts(item: Source, query: Query, before: Cursor | None) -> list[Part]:
    """What of a table is looked for: several parts where each has an index of its own (an OR would read by time)."""
    if query.kind and item.key != query.kind:
        return []
    if query.action and (query.action in CHANGES) == item.is_log:
        return []
    return [_part(item, [*_conditions(query), *_older(item, before), *whose]) for whose in _whose(item, query)]


def _part(item: Source, conditions: Sequence[Condition]) -> Part:
    columns = dict.fromkeys(("row_rank", "row_id", "row_at"))
    for condition in conditions:
        columns |= dict.fromkeys(condition.columns)
    sql, given = item.statement(*columns)
    where = " AND ".join(condition.sql for condition in conditions)
    return f"{sql} WHERE {where}", (*given, *(value for condition in conditions for value in condition.params))


def _conditions(query: Query) -> Iterator[Condition]:
    yield Condition("row_at >= %s AND row_at < %s", (query.since, query.until))
    if query.offices is not None:
        paths = [f"{_like(path)}%" for path in query.offices]
        yield Condition("row_office LIKE ANY(%s)", (paths,), ("row_office",))
    if query.action:
        yield Condition("row_action = %s", (query.action,), ("row_action",))
    if query.address:
        yield Condition("row_address LIKE %s", (f"{_like(query.address)}%",), ("row_address",))
    for word in query.text.split():
        like = f"%{_like(word.upper())}%"
        columns = ("row_subject", "row_url", "row_who")
        yield Condition(f"({' OR '.join(f'upper({name}) LIKE upper(%s)' for name in columns)})", (like,) * 3, columns)


def _older(item: Source, before: Cursor | None) -> list[Condition]:
    if before is None:
        return []
    if item.rank < before.rank:
        return [Condition("row_at <= %s", (before.at,))]
    if item.rank > before.rank:
        return [Condition("row_at < %s", (before.at,))]
    return [Condition("(row_at, row_id) < (%s, %s)", (before.at, before.id))]


def _whose(item: Source, query: Query) -> list[list[Condition]]:
    """Conditions of which a row meets one."""
    if query.people is None:
        return [[]]
    if not item.is_log:
        return [[_among("row_person", [str(person) for person in query.people])]]
    theirs = _among("user_id", query.people)
    if not query.name:
        return [[theirs]]
    failures = _among("kind", [str(kind) for kind in AccessLog.FAILURES])
    typed = Condition("user_name = %s", (query.name.lower(),), ("user_name",))
    return [[theirs], [failures, typed, Condition(f"({theirs.sql}) IS NOT TRUE", theirs.params, theirs.columns)]]


def _among(column: str, values: Sequence[Any]) -> Condition:
    """One value stands alone, so that the index on it gives the rows in the order of time."""
    places = ", ".join(["%s"] * len(values))
    return Condition(f"{column} IN ({places})" if values else "FALSE", tuple(values), (column,))


def _like(text: str) -> str:
    return str(connection.ops.prep_for_like_query(text))


def _entry(row: dict[str, Any]) -> Entry:
    values = {name.removeprefix("row_"): value for name, value in row.items()}
    # what it was called is as somebody wrote it, numbers of a person and all
    return Entry(source=sources()[values.pop("rank")], **{**values, "subject": mask_text(values["subject"] or "")})
