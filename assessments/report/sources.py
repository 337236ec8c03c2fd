"""What reports are made of: reviews with their latest snapshot, the scores of the three sides, adjustments and what
came of objections. Never the records themselves, which go on changing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, JSONField, QuerySet, TextField, Value

from assessments.annual.answers import Basis, adjustments_of, assembled, scores_of, sheet
from assessments.annual.snapshots import newest
from assessments.choices import Method, ScoredBy
from assessments.models import Adjustment, Campaign, Indicator, Objection, Review, Snapshot
from assessments.scoring import Rules, ScoreSheet
from assessments.standards.tree import in_order
from assessments.states import REVIEW_DECIDED, REVIEW_SETTLED

LONG_TEXTS = ("report", "league_opinion", "region_opinion")  # of a review
_LONG_LISTS = ["members", "drills", "trainings", "awards", "grades", "posts"]  # of a snapshot
_TEXTS = ArrayField(TextField())


@dataclass(frozen=True)
class Source:
    """One review with all that is printed of it."""

    campaign: Campaign
    basis: Basis
    objections: tuple[Objection, ...] = ()

    @property
    def review(self) -> Review:
        return self.basis.review

    @property
    def rules(self) -> Rules:
        return self.basis.rules

    @property
    def indicators(self) -> Sequence[Indicator]:
        """In tree order."""
        return self.basis.indicators

    @property
    def snapshot(self) -> Snapshot | None:
        return self.basis.snapshot

    @property
    def adjustments(self) -> Sequence[Adjustment]:
        return self.basis.adjustments

    @property
    def values(self) -> Mapping[str, Any]:
        return self.snapshot.values if self.snapshot is not None else {}

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.snapshot.facts if self.snapshot is not None else {}

    @property
    def is_settled(self) -> bool:
        """Nothing more is to come: the result is final, or the team takes no part."""
        return self.review.state in REVIEW_SETTLED

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

    def sheet(self, side: str) -> ScoreSheet:
        """As the portal shows it, to the point."""
        return sheet(self.review, side, self.basis)

    @property
    def last_side(self) -> str | None:
        """Whose score counts by now; the team's own never does."""
        if self.review.state in REVIEW_DECIDED:
            return ScoredBy.REGION
        return ScoredBy.LEAGUE if self.has(ScoredBy.LEAGUE) else None


def is_heading(indicator: Indicator) -> bool:
    return indicator.method == Method.HEADING


def sources_of(campaign: Campaign, reviews: "QuerySet[Review]", *, whole: bool = True) -> list[Source]:
    """In the order of the tree of offices, never by points. The same queries however many there are.

    :param whole: with the long lists and texts, which only the report of a team prints.
    """
    asked = reviews.filter(campaign=campaign).select_related("organization", "office", "result")
    rows = list((asked if whole else asked.defer(*LONG_TEXTS)).order_by("organization__path"))
    keys, standard = [row.pk for row in rows], campaign.standard
    bases = assembled(
        rows, indicators=in_order(standard.indicators.all()), conclusions=list(standard.conclusions.all()),
        snapshots=_newest(keys, whole=whole), scores=scores_of(keys), adjustments=adjustments_of(keys),
    )  # fmt: skip
    objections: dict[int | None, list[Objection]] = defaultdict(list)
    for one in Objection.objects.filter(review__in=keys).order_by("received_on", "pk"):
        objections[one.review_id].append(one)
    return [Source(campaign, bases[key], tuple(objections[key])) for key in keys]


def _newest(keys: list[int], *, whole: bool) -> Iterable[Snapshot]:
    if whole:
        yield from newest(keys)
        return
    for one in newest(keys).defer("facts").annotate(short=_Without("facts", Value(_LONG_LISTS, _TEXTS))):
        one.facts = one.short  # type: ignore[attr-defined]
        yield one


class _Without(Func):
    """A JSON object less some of its keys."""

    template, arg_joiner, output_field = "(%(expressions)s::text[])", " - ", JSONField()
