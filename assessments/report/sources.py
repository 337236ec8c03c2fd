"""What reports are made of: reviews with their latest snapshot, the scores of the three sides, adjustments and what
came of objections. Never the records themselves, which go on changing (domain.md §11.16)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, JSONField, QuerySet, TextField, Value

from assessments.choices import AdjustmentKind, Method, ScoredBy
from assessments.models import Adjustment, Campaign, Indicator, Objection, Review, ReviewScore, Snapshot
from assessments.rules import made
from assessments.scoring import NOUGHT, Answer, Rules, ScoreSheet, score
from assessments.states import REVIEW_DECIDED, ReviewState

_SIDES = {
    ScoredBy.TEAM: (ScoredBy.TEAM,),
    ScoredBy.LEAGUE: (ScoredBy.LEAGUE,),
    # where the region changed nothing, the league's score stands
    ScoredBy.REGION: (ScoredBy.LEAGUE, ScoredBy.REGION),
}


_LONG_TEXTS = ("report", "league_opinion", "region_opinion")  # of a review
_LONG_LISTS = ["members", "drills", "trainings", "awards", "grades", "posts"]  # of a snapshot
_TEXTS = ArrayField(TextField())


@dataclass(frozen=True)
class Frame:
    """What the reviews of a campaign have in common: the standard in tree order."""

    campaign: Campaign
    indicators: tuple[Indicator, ...]
    rules: Rules


@dataclass(frozen=True)
class Source:
    """One review with all that is printed of it."""

    frame: Frame
    review: Review
    snapshot: Snapshot | None
    scores: Mapping[str, Mapping[str, ReviewScore]]  # side → indicator code → row
    adjustments: tuple[Adjustment, ...]
    objections: tuple[Objection, ...]

    @property
    def values(self) -> Mapping[str, Any]:
        return self.snapshot.values if self.snapshot is not None else {}

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.snapshot.facts if self.snapshot is not None else {}

    @property
    def is_settled(self) -> bool:
        """Nothing more is to come: the result is final, or the team takes no part."""
        return self.review.state in (ReviewState.FINAL, ReviewState.EXEMPT)

    @property
    def name(self) -> str:
        """The team's, as it was called on the snapshot's day."""
        known = dict(tuple(row[:2]) for row in self.facts.get("team", ()))
        return known.get("队伍名称") or known.get("名称") or self.review.organization.name

    def has(self, side: str) -> bool:
        """Whether this side has come to a score."""
        if side == ScoredBy.TEAM:
            return self.review.self_total is not None
        return (self.review.league_total if side == ScoredBy.LEAGUE else self.review.total) is not None

    def answers(self, side: str) -> dict[str, Answer]:
        """The snapshot's values, and what the side itself said instead or besides."""
        found = {
            line.code: Answer(value=Decimal(self.values[line.metric]))
            for line in self.frame.indicators
            if line.metric in self.values and line.method != Method.JUDGED
        }
        for each in _SIDES[ScoredBy(side)]:
            for code, row in self.scores.get(each, {}).items():
                if row.not_applicable or row.value is not None or row.points is not None:  # else only a remark
                    found[code] = Answer(row.value, row.points, row.not_applicable)
        return found

    def sheet(self, side: str) -> ScoreSheet:
        """For the conclusion that was decided, where one was."""
        counted = self.adjusting(side)
        aim = self.review.result.key if self.review.result is not None else None
        added = sum((_signed(one) for one in counted), NOUGHT)
        vetoed = any(one.kind == AdjustmentKind.VETO for one in counted)
        return score(self.frame.rules, self.answers(side), aim=aim, adjustment=added, vetoed=vetoed)

    def adjusting(self, side: str) -> list[Adjustment]:
        """Beside the standard the offices add and take, the league what there was when it scored."""
        if side == ScoredBy.TEAM:
            return []
        scored_at = self.review.scored_at if side == ScoredBy.LEAGUE else None
        return [one for one in self.adjustments if scored_at is None or one.made_at <= scored_at]

    @property
    def last_side(self) -> str | None:
        """Whose score counts by now; the team's own never does."""
        if self.review.state in REVIEW_DECIDED:
            return ScoredBy.REGION
        return ScoredBy.LEAGUE if self.has(ScoredBy.LEAGUE) else None


def _signed(one: Adjustment) -> Decimal:
    signs = {AdjustmentKind.BONUS: 1, AdjustmentKind.PENALTY: -1}
    return (one.points or NOUGHT) * signs.get(AdjustmentKind(one.kind), 0)


def frame_of(campaign: Campaign) -> Frame:
    standard = campaign.standard
    indicators = in_tree_order(standard.indicators.all())
    return Frame(campaign, indicators, made(indicators, standard.conclusions.all()))


def in_tree_order(indicators: Iterable[Indicator]) -> tuple[Indicator, ...]:
    below: dict[int | None, list[Indicator]] = defaultdict(list)
    for indicator in indicators:
        below[indicator.parent_id].append(indicator)

    def walk(parent: int | None) -> Iterable[Indicator]:
        for indicator in below[parent]:
            yield indicator
            yield from walk(indicator.pk)

    return tuple(walk(None))


def is_heading(indicator: Indicator) -> bool:
    return indicator.method == Method.HEADING


def sources_of(campaign: Campaign, reviews: "QuerySet[Review]", *, whole: bool = True) -> list[Source]:
    """In the order of the tree of offices, never by points. The same queries however many there are.

    :param whole: with the long lists and texts, which only the report of a team prints.
    """
    asked = reviews.filter(campaign=campaign).select_related("organization", "office", "result")
    rows = list((asked if whole else asked.defer(*_LONG_TEXTS)).order_by("organization__path"))
    frame, keys = frame_of(campaign), [row.pk for row in rows]
    latest = {one.review_id: one for one in _latest(keys, whole=whole)}
    scores: dict[int, dict[str, dict[str, ReviewScore]]] = defaultdict(lambda: defaultdict(dict))
    for one in ReviewScore.objects.filter(review__in=keys).select_related("indicator"):
        scores[one.review_id][one.scored_by][one.indicator.code] = one
    adjustments = _grouped(Adjustment.objects.filter(review__in=keys, ended_at=None).order_by("made_at", "pk"))
    objections = _grouped(Objection.objects.filter(review__in=keys).order_by("received_on", "pk"))
    return [
        Source(
            frame, row, latest.get(row.pk), scores.get(row.pk, {}),
            tuple(adjustments.get(row.pk, ())), tuple(objections.get(row.pk, ())),
        )
        for row in rows
    ]  # fmt: skip


def _latest(keys: list[int], *, whole: bool) -> Iterable[Snapshot]:
    """By key: ordering by the review itself would follow the order of reviews."""
    newest = Snapshot.objects.filter(review__in=keys).order_by("review_id", "-taken_at", "-pk").distinct("review_id")
    if whole:
        yield from newest
        return
    for one in newest.defer("facts").annotate(short=_Without("facts", Value(_LONG_LISTS, _TEXTS))):
        one.facts = one.short  # type: ignore[attr-defined]
        yield one


class _Without(Func):
    """A JSON object less some of its keys."""

    template, arg_joiner, output_field = "(%(expressions)s::text[])", " - ", JSONField()


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.review_id].append(row)
    return found
