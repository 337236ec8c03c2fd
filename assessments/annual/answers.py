"""The answers of the three sides (team, office, region) for one team's year, and the score they lead to.

A number read from the records is the one frozen in the latest snapshot, for every side, unless a side's own line gives
another number and the reason. What no record holds is answered by hand:

- the team answers first;
- the office answers anew. The team's answer does not count as the office's until the office agrees (同意自评), which
  writes a line of its own; if the team changes its answer later, that line stays as it was agreed to;
- the region decides on the office's answers, which stand wherever the region writes nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet

from assessments.annual.snapshots import newest, numbers_in
from assessments.choices import AdjustmentKind, Method, ScoredBy
from assessments.models import Adjustment, Conclusion, Indicator, Review, ReviewScore, Snapshot
from assessments.scoring import NOUGHT, UNANSWERED, Answer, Rules, ScoreSheet, score
from assessments.scoring.rules import made
from core.together import together

TEAM, LEAGUE, REGION = ScoredBy.TEAM, ScoredBy.LEAGUE, ScoredBy.REGION


@dataclass
class Basis:
    """Everything the sheets of one review are made of.

    :ivar indicators: of the standard, in their order, headings too. :ivar values: metric → frozen number.
    :ivar rows: side → indicator → line. :ivar adjustments: those in force.
    """

    review: Review
    indicators: list[Indicator]
    conclusions: list[Conclusion]
    rules: Rules
    snapshot: Snapshot | None
    rows: Mapping[str, Mapping[int, ReviewScore]]
    adjustments: list[Adjustment] = field(default_factory=list)

    @cached_property
    def values(self) -> dict[str, Decimal]:
        return numbers_in(self.snapshot.values) if self.snapshot else {}

    @cached_property
    def scored(self) -> list[Indicator]:
        return [one for one in self.indicators if one.method != Method.HEADING]

    def frozen(self, indicator: Indicator) -> Decimal | None:
        """The number of the records; None where the line is answered by hand."""
        return None if indicator.method == Method.JUDGED else self.values.get(indicator.metric)

    def by_hand(self) -> list[Indicator]:
        return [one for one in self.scored if self.frozen(one) is None]

    def row(self, side: str, indicator: Indicator) -> ReviewScore | None:
        return self.rows.get(side, {}).get(indicator.pk)

    def answer(self, side: str, indicator: Indicator) -> Answer | None:
        """What the side says; None where it has said nothing and no record does."""
        said = said_in(self.row(side, indicator))
        if said is None and side == REGION:
            return self.answer(LEAGUE, indicator)
        frozen = self.frozen(indicator)
        return Answer(value=frozen) if said is None and frozen is not None else said


def said_in(row: ReviewScore | None) -> Answer | None:
    return None if row is None or row.answer == UNANSWERED else row.answer


def answers(review: Review, side: str, basis: Basis | None = None) -> dict[str, Answer]:
    """Indicator code → answer of one side. One query, or none with ``basis``."""
    basis = basis or basis_of(review)
    found = {one.code: basis.answer(side, one) for one in basis.scored}
    return {code: answer for code, answer in found.items() if answer is not None}


def sheet(review: Review, side: str, basis: Basis | None = None, *, aim: str | None = None) -> ScoreSheet:
    """What the answers of one side come to. Adjustments are the offices': the team's own sheet has none, the office's
    those that were there when it scored."""
    basis = basis or basis_of(review)
    counted = adjusting(basis, side)
    added = sum((_signed(one) for one in counted), NOUGHT)
    vetoed = any(one.kind == AdjustmentKind.VETO for one in counted)
    return score(basis.rules, answers(review, side, basis), aim=aim, adjustment=added, vetoed=vetoed)


def adjusting(basis: Basis, side: str) -> list[Adjustment]:
    """The adjustments that count on a side's sheet."""
    scored_at = basis.review.scored_at
    if side == TEAM:
        return []
    if side == LEAGUE and scored_at is not None:
        return [one for one in basis.adjustments if one.made_at <= scored_at]
    return basis.adjustments


def _signed(one: Adjustment) -> Decimal:
    points = one.points or NOUGHT
    return {AdjustmentKind.BONUS: points, AdjustmentKind.PENALTY: -points}.get(AdjustmentKind(one.kind), NOUGHT)


def differing(basis: Basis, one: str, other: str) -> list[Indicator]:
    """Indicators on which two sides do not say the same."""
    return [each for each in basis.scored if not alike(basis.answer(one, each), basis.answer(other, each))]


def alike(one: Answer | None, other: Answer | None) -> bool:
    return (one or Answer()) == (other or Answer())


# -- reading ----------------------------------------------------------------------------------------------------
def basis_of(review: Review) -> Basis:
    """One query."""
    return bases_of([review])[review.pk]


def bases_of(reviews: Iterable[Review]) -> dict[int, Basis]:
    """The same for several reviews of one campaign, still one query: key → basis."""
    rows = list(reviews)
    if not rows:
        return {}
    keys, standard = [one.pk for one in rows], rows[0].campaign.standard_id
    found = together(
        indicators=Indicator.objects.filter(standard=standard),
        conclusions=Conclusion.objects.filter(standard=standard),
        snapshots=newest(keys),
        scores=scores_of(keys),
        adjustments=adjustments_of(keys),
    )
    return assembled(rows, **found)


def scores_of(keys: Iterable[int]) -> "QuerySet[ReviewScore]":
    return ReviewScore.objects.filter(review__in=keys)


def adjustments_of(keys: Iterable[int]) -> "QuerySet[Adjustment]":
    """Those in force."""
    return Adjustment.objects.filter(review__in=keys, ended_at=None)


def assembled(
    reviews: Iterable[Review], *, indicators: list[Indicator], conclusions: list[Conclusion],
    snapshots: Iterable[Snapshot], scores: Iterable[ReviewScore], adjustments: Iterable[Adjustment],
) -> dict[int, Basis]:  # fmt: skip
    """Bases of what was read already, of one standard: key → basis."""
    rules, taken = made(indicators, conclusions), {one.review_id: one for one in snapshots}
    lines: dict[int, dict[str, dict[int, ReviewScore]]] = {}
    for line in scores:
        lines.setdefault(line.review_id, {}).setdefault(line.scored_by, {})[line.indicator_id] = line
    beside: dict[int, list[Adjustment]] = {}
    for one in adjustments:
        beside.setdefault(one.review_id, []).append(one)
    return {
        one.pk: Basis(
            one, indicators, conclusions, rules, taken.get(one.pk), lines.get(one.pk, {}), beside.get(one.pk, [])
        )
        for one in reviews
    }
