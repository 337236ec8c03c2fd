"""What a team says of each indicator, with the numbers the portal knows, and the score that comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Max, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from assessments.choices import Method
from assessments.models import Conclusion, Grading, GradingClaim, Indicator
from assessments.panel.words import told
from assessments.scoring import Answer, Line, ScoreSheet, score
from assessments.scoring.rules import made
from assessments.standards import measures
from assessments.standards.tree import depths
from assessments.states import GRADING_WITH_AUTHOR
from core.metrics import Metric, Period, counted, numbers_at
from core.models import Attachment
from core.together import together


def period_until(day: date) -> Period:
    """Numbers of a year count the twelve months up to the day: an application is made on any day. [P]"""
    end = day + timedelta(days=1)
    last = 28 if (end.month, end.day) == (2, 29) else end.day
    return Period(end.replace(year=end.year - 1, day=last), end)


@dataclass
class Row:
    """One indicator as pages show it.

    :ivar number: what the portal counts (live until the hand-in, then as frozen). :ivar depth: in the tree, from 0.
    :ivar url: the list of records behind the number.
    """

    indicator: Indicator
    claim: GradingClaim | None
    metric: Metric | None
    number: Decimal | None
    depth: int
    url: str = ""
    line: Line | None = None

    @property
    def is_heading(self) -> bool:
        return self.indicator.method == Method.HEADING

    @property
    def counted(self) -> str:
        """What the records say, in words."""
        return "" if self.number is None else told(self.indicator, Answer(value=Decimal(str(self.number))))

    @property
    def answer(self) -> Answer:
        claim = self.claim
        if claim is not None and claim.not_applicable:
            return Answer(not_applicable=True)
        if self.metric is not None:
            return Answer(value=self.number)
        if claim is None:
            return Answer()
        return Answer(points=claim.points) if self.indicator.method == Method.JUDGED else Answer(value=claim.value)


@dataclass
class Filled:
    """An application with everything that was filled in. Made by ``filled``.

    :ivar day: of which the numbers are. :ivar evidence: claim → files in use. :ivar brought: claim → when the latest of
        them came.
    """

    grading: Grading
    rows: list[Row]
    conclusions: list[Conclusion]
    sheet: ScoreSheet
    day: date
    evidence: dict[int, int]
    brought: dict[int, datetime]
    sections: list["Section"] = field(default_factory=list)

    @property
    def scored(self) -> list[Row]:
        return [row for row in self.rows if not row.is_heading]


@dataclass(frozen=True)
class Section:
    """A top-level indicator with all below it: a page of the form."""

    key: str
    title: str
    rows: tuple[Row, ...]

    @property
    def scored(self) -> list[Row]:
        return [row for row in self.rows if not row.is_heading]


def asked(grading: Grading) -> dict[str, QuerySet[Any]]:
    """What ``filled`` reads, for whoever reads it together with more (``core.together``)."""
    return {
        "indicators": Indicator.objects.filter(standard=grading.standard_id).order_by("position", "pk"),
        "conclusions": Conclusion.objects.filter(standard=grading.standard_id).order_by("position", "pk"),
        "claims": GradingClaim.objects.filter(grading=grading).order_by("pk"),
        "evidence": _evidence_of(grading),
    }


def _evidence_of(grading: Grading) -> QuerySet[Any]:
    """(claim, files in use, when the latest came) of an application."""
    claims = GradingClaim.objects.filter(grading=grading).order_by().annotate(key=Cast("pk", CharField()))
    rows = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(GradingClaim), object_id__in=claims.values("key"), ended_at=None
    )
    return rows.order_by().values_list("object_id").annotate(n=Count("pk"), last=Max("uploaded_at"))


def filled(grading: Grading, found: Mapping[str, list[Any]] | None = None, *, live: bool | None = None) -> Filled:
    """Two queries: the rows, and the numbers while the application is still with the team.

    :param live: whether numbers are counted now; by the state where it is not said.
    """
    found = together(**asked(grading)) if found is None else found
    live = grading.state in GRADING_WITH_AUTHOR if live is None else live
    day = timezone.localdate() if live or grading.submitted_at is None else timezone.localdate(grading.submitted_at)
    indicators: list[Indicator] = found["indicators"]
    claims: dict[int, GradingClaim] = {claim.indicator_id: claim for claim in found["claims"]}
    for claim in claims.values():
        claim.grading = grading
    rows = _rows(grading, indicators, claims, period_until(day), live=live)
    answers = {row.indicator.code: row.answer for row in rows if not row.is_heading}
    sheet = score(made(indicators, found["conclusions"]), answers, aim=grading.applied_grade or None)
    lines = {line.rule.code: line for line in sheet.lines}
    for row in rows:
        row.line = lines.get(row.indicator.code)
    evidence = {int(key): n for key, n, _last in found["evidence"]}
    brought = {int(key): last for key, _n, last in found["evidence"]}
    return Filled(grading, rows, list(found["conclusions"]), sheet, day, evidence, brought, _sections(rows))


def _rows(
    grading: Grading, indicators: list[Indicator], claims: dict[int, GradingClaim], period: Period, *, live: bool
) -> list[Row]:
    place = grading.team.organization
    metrics = {one.pk: metric for one in indicators if (metric := measures.of(one)) is not None}
    numbers: dict[str, Decimal] = {}
    if live and metrics:
        found = counted(dict.fromkeys(metrics.values()), place, period)
        numbers = {name: Decimal(str(measure.value)) for name, measure in found.items()}
    depth, rows = depths(indicators), []
    for one in indicators:
        claim, metric = claims.get(one.pk), metrics.get(one.pk)
        number = numbers.get(metric.name) if metric and live else claim.value if metric and claim else None
        url = metric.url(place, period) if metric else ""
        rows.append(Row(one, claim, metric, number, depth[one.pk], url))
    return rows


def _sections(rows: Iterable[Row]) -> list[Section]:
    groups: dict[int, list[Row]] = {}
    root: dict[int, int] = {}
    for row in rows:
        one = row.indicator
        root[one.pk] = root.get(one.parent_id or 0, one.pk)
        groups.setdefault(root[one.pk], []).append(row)
    return [Section(str(pk), str(group[0].indicator), tuple(group)) for pk, group in groups.items()]


def lay_claims(grading: Grading) -> None:
    """A row for every scored indicator that has none: evidence hangs on it. Within the caller's transaction."""
    there = GradingClaim.objects.filter(grading=grading).values("indicator")
    missing = Indicator.objects.filter(standard=grading.standard_id).exclude(method=Method.HEADING)
    rows = [GradingClaim(grading=grading, indicator=one) for one in missing.exclude(pk__in=there)]
    GradingClaim.objects.bulk_create(rows)


def freeze_numbers(grading: Grading, day: date) -> None:
    """Write the portal's numbers into the claims, as at the day of the hand-in."""
    lay_claims(grading)
    place = grading.team.organization
    claims = list(GradingClaim.objects.filter(grading=grading).select_related("indicator"))
    read = {claim.pk: metric for claim in claims if (metric := measures.of(claim.indicator)) is not None}
    numbers = numbers_at(dict.fromkeys(read.values()), [place], period_until(day))[place.pk] if read else {}
    changed = []
    for claim in claims:
        metric = read.get(claim.pk)
        value = Decimal(str(numbers[metric.name])) if metric else claim.value
        if claim.value != value or claim.comment:
            claim.value, claim.comment = value, ""
            claim.version += 1
            changed.append(claim)
    GradingClaim.objects.bulk_update(changed, ["value", "comment", "version"])
