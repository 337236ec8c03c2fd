"""The three columns of a review, line by line, in words: what the records say, the team, the office, the region."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.annual.answers import LEAGUE, REGION, TEAM, Basis, alike, said_in, sheet
from assessments.choices import Method
from assessments.models import Campaign, Indicator, Review
from assessments.scoring import Answer, Line, ScoreSheet, plain
from assessments.standards import measures
from assessments.standards.tree import depths
from core import metrics

SIDES = (TEAM, LEAGUE, REGION)


@dataclass(frozen=True)
class Said:
    """One side of one line. ``own``: the side has a line of its own; otherwise the records', or for the region the
    office's. ``differs``: from the side before it."""

    text: str
    points: str
    reason: str
    note: str = ""
    own: bool = False
    differs: bool = False


@dataclass
class Row:
    """:ivar frozen: the number of the records in words, empty where none knows. :ivar url: the list behind it."""

    indicator: Indicator
    depth: int
    is_heading: bool
    frozen: str = ""
    url: str = ""
    sides: dict[str, Said] = field(default_factory=dict)
    files: list[Any] = field(default_factory=list)
    changed: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def team(self) -> Said | None:
        return self.sides.get(TEAM)

    @property
    def league(self) -> Said | None:
        return self.sides.get(LEAGUE)

    @property
    def region(self) -> Said | None:
        return self.sides.get(REGION)


def in_words(indicator: Indicator, answer: Answer | None) -> str:
    """An answer as a person reads it."""
    if answer is None:
        return ""
    if answer.not_applicable:
        return _("不适用")
    if indicator.method == Method.JUDGED:
        return _("%(n)s 分") % {"n": plain(answer.points)} if answer.points is not None else ""
    if answer.value is None:
        return ""
    if indicator.method == Method.YES_NO:
        return measures.of_one(indicator, answer.value) or (_("有") if answer.value >= 1 else _("没有"))
    return measures.of_one(indicator, answer.value) or number(answer.value, indicator.unit)


def number(value: Decimal, unit: str) -> str:
    return f"{plain(value)}{unit}" if unit == "%" else f"{plain(value)} {unit}".strip()


def sheets_of(review: Review, basis: Basis, sides: Any = SIDES) -> dict[str, ScoreSheet]:
    return {side: sheet(review, side, basis) for side in sides}


def rows_of(review: Review, basis: Basis, sheets: dict[str, ScoreSheet]) -> list[Row]:
    """Every line of the standard, headings too, with the sides whose sheets are given."""
    depth = depths(basis.indicators)
    lines = {side: {line.rule.code: line for line in each.lines} for side, each in sheets.items()}
    rows = []
    for one in basis.indicators:
        row = Row(one, depth[one.pk], one.method == Method.HEADING)
        if not row.is_heading:
            _fill(row, review, basis, lines)
        rows.append(row)
    return rows


def _fill(row: Row, review: Review, basis: Basis, lines: dict[str, dict[str, Line]]) -> None:
    one = row.indicator
    frozen = basis.frozen(one)
    if frozen is not None:
        row.frozen = in_words(one, Answer(value=frozen))
        row.url = url_of(one.metric, review)
    before: Answer | None = None
    for number_, side in enumerate(lines):
        answer, own = basis.answer(side, one), basis.row(side, one)
        line = lines[side][one.code]
        row.sides[side] = Said(
            in_words(one, answer), _points(line, answer), line.reason,
            own.note if own is not None else "", said_in(own) is not None,
            number_ > 0 and not alike(before, answer),
        )  # fmt: skip
        before = answer


def _points(line: Line, answer: Answer | None) -> str:
    """Nothing where nobody has answered or there are none to get; points given by hand are the answer already."""
    if answer is None or not line.rule.points or (line.rule.method == Method.JUDGED and not answer.not_applicable):
        return ""
    return plain(line.points)


def url_of(name: str, review: Review) -> str:
    """The list of the records behind a metric's number."""
    try:
        metric = metrics.get(name)
    except KeyError:
        return ""
    return metric.url(review.organization, period_of(review.campaign))


def period_of(campaign: Campaign) -> metrics.Period:
    return metrics.Period.of_year(campaign.year)


@dataclass(frozen=True)
class Figure:
    """A number of the snapshot in words."""

    label: Any
    text: str
    note: Any
    url: str
    asked: bool  # the standard reads it


def figures_of(review: Review, basis: Basis) -> list[Figure]:
    """What was read from the records, the standard's own numbers first."""
    wanted = {one.metric for one in basis.scored if one.metric}
    found = []
    for metric in metrics.every():
        if metric.name in basis.values:
            value, one = basis.values[metric.name], metric.of_one
            label, text = (one.label, one.said(value)) if one else (metric.label, number(value, str(metric.unit)))
            url = metric.url(review.organization, period_of(review.campaign))
            found.append(Figure(label, text, metric.note, url, metric.name in wanted))
    return sorted(found, key=lambda each: not each.asked)
