"""One timeline of every tracked change and every act of the access log, newest first.

Each table gives its newest rows by the index on time, at most as many as the page shows; one UNION ALL of these is
sorted and cut. So the cost follows the page and the number of tables, not the number of rows. Pages go on from the last
row seen (its time, table and id), because counting pages of a log that grows would show rows twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.audit.sources import COLUMNS, Source, sources
from core.models.access import AccessLog

CHANGES = {"insert": _("新增"), "update": _("修改"), "delete": _("删除")}
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
    """The newest ``limit`` entries, or those older than ``before``; one query."""
    parts = [part[:limit] for part in _parts(query, before)]
    if not parts:
        return []
    found = parts[0]  # one table alone is in order
    if len(parts) > 1:
        found = parts[0].union(*parts[1:], all=True).order_by("-row_at", "-row_rank", "-row_id")[:limit]
    return [_entry(dict(zip(COLUMNS, row, strict=True))) for row in found]


def walk(query: Query, *, most: int, step: int = 2_000) -> Iterator[Entry]:
    """Entries one after the other, ``step`` at a time, at most ``most``: for exports."""
    before = None
    while most > 0:
        page = entries(query, limit=min(step, most), before=before)
        yield from page
        if len(page) < step:
            return
        before, most = page[-1].cursor, most - len(page)


def one(query: Query, source: Source, number: int) -> Entry | None:
    """A single entry, if ``query`` may see it; its other conditions count as well."""
    row = _filtered(source, query).filter(row_id=number).values_list(*COLUMNS).first()
    return _entry(dict(zip(COLUMNS, row, strict=True))) if row else None


def _parts(query: Query, before: Cursor | None) -> Iterable[QuerySet]:
    for item in sources():
        if query.kind and item.key != query.kind:
            continue
        if query.action and (query.action in CHANGES) == item.is_log:
            continue
        rows = _filtered(item, query)
        if before:
            rows = rows.filter(_older(item, before))
        for whose in _whose(item, query):
            yield rows.filter(whose).order_by("-row_at", "-row_id").values_list(*COLUMNS)


def _older(item: Source, before: Cursor) -> Q:
    older = Q(row_at__lt=before.at)
    if item.rank < before.rank:
        return Q(row_at__lte=before.at)
    if item.rank == before.rank:
        return Q(row_at__lte=before.at) & (older | Q(row_id__lt=before.id))
    return older


def _filtered(item: Source, query: Query) -> QuerySet:
    rows = item.rows().filter(row_at__gte=query.since, row_at__lt=query.until)
    if query.offices is not None:
        under = Q(pk__in=[])
        for path in query.offices:
            under |= Q(row_office__startswith=path)
        rows = rows.filter(under)
    if query.action:
        rows = rows.filter(row_action=query.action)
    if query.address:
        rows = rows.filter(row_address__startswith=query.address)
    for word in query.text.split():
        found = Q(row_subject__icontains=word) | Q(row_url__icontains=word) | Q(row_who__icontains=word)
        rows = rows.filter(found)
    return rows


def _whose(item: Source, query: Query) -> list[Q]:
    """Conditions of which a row meets one, each with its own index: an OR of two would read the table by time."""
    if query.people is None:
        return [Q()]
    if not item.is_log:
        return [Q(row_person__in=[str(person) for person in query.people])]
    theirs = Q(user_id__in=query.people)
    typed = Q(kind__in=AccessLog.FAILURES, user_name=query.name.lower())
    return [theirs, typed & ~theirs] if query.name else [theirs]


def _entry(row: dict[str, Any]) -> Entry:
    values = {name.removeprefix("row_"): value for name, value in row.items()}
    return Entry(source=sources()[values.pop("rank")], **values)
