"""How far a run is: counts per state and league, what failed, how fast it goes and when it will be done.

All of it for what the reader may see: the region sees the whole run, a league its part, a team its report.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from assessments.choices import DocumentKind
from assessments.models import ReportDocument, ReportRun
from assessments.models.run import PAPERS
from assessments.states import DocumentState, RunState
from core.together import together
from organizations.models import User

MOST_FAILED = 10
PACE = timedelta(minutes=2)  # the speed is what was made within it
QUIET = timedelta(seconds=20)  # without anything at work: the worker is gone
_DRAFT = Q(kind__in=PAPERS, state=DocumentState.READY, code="")


@dataclass
class Tally:
    """Documents by state."""

    by: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.by.total()

    @property
    def ready(self) -> int:
        return self.by[DocumentState.READY]

    @property
    def running(self) -> int:
        return self.by[DocumentState.RUNNING]

    @property
    def queued(self) -> int:
        return self.by[DocumentState.QUEUED]

    @property
    def failed(self) -> int:
        return self.by[DocumentState.FAILED]

    @property
    def cancelled(self) -> int:
        return self.by[DocumentState.CANCELLED]

    @property
    def left(self) -> int:
        return self.queued + self.running


@dataclass
class Line:
    """One league (or the region itself): its reports by state, its own report and its archive."""

    name: str
    tally: Tally = field(default_factory=Tally)
    drafts: int = 0
    report: ReportDocument | None = None
    archive: ReportDocument | None = None


@dataclass
class Progress:
    run: ReportRun
    tally: Tally
    lines: list[Line]
    index: ReportDocument | None
    failed: list[ReportDocument]
    per_minute: int
    last: datetime | None = None  # when the latest was ready

    @property
    def drafts(self) -> int:
        """Reports about what is not final yet."""
        return sum(line.drafts for line in self.lines)

    @property
    def under_way(self) -> bool:
        return self.run.ended_at is None

    @property
    def asks_again(self) -> int:
        """Seconds until the page asks again; 0: it is over."""
        if not self.under_way:
            return 0
        return 2 if self.run.state == RunState.RUNNING or self.tally.running else 15

    @property
    def waits_for_worker(self) -> bool:
        """Something is queued and nothing moves: no worker has taken anything for a while."""
        still = self.last is None or timezone.now() - self.last > QUIET
        waits = self.tally.queued and not self.tally.running and still
        return bool(waits) and self.under_way and self.run.state == RunState.RUNNING

    @property
    def done_at(self) -> datetime | None:
        """When it will be done if it goes on as in the last minutes."""
        if not self.per_minute or not self.under_way or self.run.state != RunState.RUNNING or self.waits_for_worker:
            return None
        return timezone.now() + timedelta(minutes=self.tally.left / self.per_minute)


def progress_of(run: ReportRun, user: User) -> Progress:
    """One query."""
    seen = ReportDocument.objects.filter(run=run).visible_to(user)
    single = [DocumentKind.LEAGUE, DocumentKind.REGION, DocumentKind.ARCHIVE, DocumentKind.INDEX]
    since = timezone.now() - PACE
    recent = Q(ready_at__gte=since)
    found = together(
        counts=seen.order_by()
        .values("league", "league__path", "league__short_name", "kind", "state")
        .annotate(
            n=Count("pk"),
            drafts=Count("pk", filter=_DRAFT),
            lately=Count("pk", filter=recent),
            since=Min("started_at", filter=recent),
            last=Max("ready_at"),
        ),
        single=seen.filter(kind__in=single).order_by("position"),
        failed=seen.filter(state=DocumentState.FAILED)
        .select_related("organization")
        .order_by("position")[:MOST_FAILED],
    )
    for document in [*found["single"], *found["failed"]]:
        document.run = run
    return _assembled(run, found, since)


def _assembled(run: ReportRun, found: dict[str, list[Any]], since: datetime) -> Progress:
    whole, lately, starts = Tally(), 0, [timezone.now()]
    ready: list[datetime] = []
    lines: dict[int, Line] = {}
    for row in sorted(found["counts"], key=lambda row: row["league__path"]):
        whole.by[row["state"]] += row["n"]
        lately += row["lately"]
        starts += [row["since"]] if row["since"] else []
        ready += [row["last"]] if row["last"] else []
        line = lines.setdefault(row["league"], Line(row["league__short_name"]))
        if row["kind"] in PAPERS:
            line.tally.by[row["state"]] += row["n"]
            line.drafts += row["drafts"]
    index = None
    for document in found["single"]:
        line = lines[document.league_id]
        if document.kind == DocumentKind.INDEX:
            index = document
        elif document.kind == DocumentKind.ARCHIVE:
            line.archive = document
        else:
            line.report = document
    # from when the first of them was begun: a run that stood still for a while is not slow
    minutes = max((timezone.now() - max(since, min(starts))).total_seconds(), 10) / 60
    shown = [line for line in lines.values() if line.tally.total]
    return Progress(run, whole, shown, index, found["failed"], round(lately / minutes), max(ready, default=None))
