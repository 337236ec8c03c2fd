"""Writing the lines of one side: what was typed, and what the office takes from the team's answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, QuerySet

from assessments.annual.answers import Basis, basis_of, said_in
from assessments.annual.rights import writes
from assessments.annual.section_writing import mark_of
from assessments.annual.sections import SCORES
from assessments.choices import ScoredBy
from assessments.models import Indicator, Review, ReviewScore
from assessments.scoring import plain
from core.workflow import MoveNotAllowed
from organizations.models import User

FACTS = ("value", "points", "not_applicable", "note")
OPINION: dict[str, str] = {ScoredBy.LEAGUE: "league_opinion", ScoredBy.REGION: "region_opinion"}


@dataclass(frozen=True)
class Given:
    """A line as somebody gave it. ``seen``: sign of the line the page was opened with (``sign_of``)."""

    value: Decimal | None = None
    points: Decimal | None = None
    not_applicable: bool = False
    note: str = ""
    seen: str = ""

    @property
    def facts(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in FACTS}


@dataclass(frozen=True)
class Opinion:
    """The words beside the lines. ``seen``: sign of those the page was opened with (``section_writing.mark_of``)."""

    text: str
    seen: str = ""


@dataclass(frozen=True)
class Kept:
    """What became of a page's lines.

    :ivar review: as it is now. :ivar overtaken: lines somebody else has changed meanwhile, which stay as they are.
    :ivar before: version of the review when it was locked. :ivar opinion_overtaken: the same of the opinion.
    """

    review: Review
    overtaken: list[Indicator]
    before: int
    opinion_overtaken: bool = False

    def seen(self, shown: int | None) -> int | None:
        """The version a page that was opened with ``shown`` has seen: what it wrote itself, and nobody else's."""
        return None if shown is None else shown + self.review.version - self.before


def sign_of(line: ReviewScore | Given | None) -> str:
    """What a line says, short enough to travel with a form."""
    line = line or Given()
    numbers = [plain(one) if one is not None else "" for one in (line.value, line.points)]
    return "|".join([*numbers, "1" if line.not_applicable else "", line.note])


def _locked(review: Review, side: str, by: User) -> Review:
    rows = Review.objects.select_for_update(of=("self",)).select_related("campaign", "office", "organization")
    fresh: Review = rows.get(pk=review.pk)
    MoveNotAllowed.unless(writes(fresh, by, side))
    return fresh


@transaction.atomic
def keep(review: Review, side: str, given: Mapping[int, Given], *, by: User, opinion: Opinion | None = None) -> Kept:
    """Save the lines that were changed on the page, and the office's or the region's opinion beside them.

    :param given: indicator → line, of the standard. :raises MoveNotAllowed: this side may not be written now.
    """
    fresh = _locked(review, side, by)
    basis, before = basis_of(fresh), fresh.version
    overtaken, changed = [], False
    for indicator in basis.scored:
        line, now = given.get(indicator.pk), basis.row(side, indicator)
        if line is None or sign_of(line) == line.seen or sign_of(line) == sign_of(now):
            continue
        if line.seen != sign_of(now):
            overtaken.append(indicator)
            continue
        _write(fresh, indicator, side, now, line)
        changed = True
    if changed:
        _moved_on(fresh, side)
    stays = opinion is not None and not _keep_opinion(fresh, side, opinion)
    return Kept(fresh, overtaken, before, stays)


def _keep_opinion(review: Review, side: str, opinion: Opinion) -> bool:
    """False: somebody else has written it anew since the page was opened."""
    name = OPINION[side]
    now: str = getattr(review, name)
    if opinion.text == now or mark_of(opinion.text) == opinion.seen:
        return True
    if opinion.seen and opinion.seen != mark_of(now):
        return False
    setattr(review, name, opinion.text)
    review.version += 1
    review.save(update_fields=[name, "version"])
    return True


@transaction.atomic
def agree(review: Review, *, by: User, only: Iterable[int] | None = None) -> int:
    """同意自评: the office takes the team's answer as its own, in a line of its own.

    :param only: indicators; without, all by-hand ones the office has not answered. Returns how many lines were written.
    """
    fresh = _locked(review, ScoredBy.LEAGUE, by)
    basis = basis_of(fresh)
    wanted = None if only is None else set(only)
    written = 0
    for indicator in basis.scored if wanted is not None else basis.by_hand():
        said = basis.row(ScoredBy.TEAM, indicator)
        now = basis.row(ScoredBy.LEAGUE, indicator)
        if said is None or said_in(said) is None:
            continue
        if (indicator.pk not in wanted) if wanted is not None else said_in(now) is not None:
            continue
        kept = now.note if now is not None else ""
        # where the team says another number than the records, the office takes over why as well
        note = kept or (said.note if basis.frozen(indicator) is not None else "")
        _write(fresh, indicator, ScoredBy.LEAGUE, now, Given(said.value, said.points, said.not_applicable, note))
        written += 1
    if written:
        _moved_on(fresh, ScoredBy.LEAGUE)
    return written


def _write(review: Review, indicator: Indicator, side: str, now: ReviewScore | None, line: Given) -> None:
    """A line is emptied, never removed: files hang on it."""
    if now is None:
        ReviewScore.objects.create(review=review, indicator=indicator, scored_by=side, **line.facts)
        return
    for name, value in line.facts.items():
        setattr(now, name, value)
    now.version += 1
    now.save(update_fields=[*FACTS, "version"])


def _moved_on(review: Review, side: str) -> None:
    """The review counts up as well: who decides has to have seen the lines as they are."""
    review.version += 1
    if side == ScoredBy.TEAM and SCORES in review.carried:
        review.carried = [one for one in review.carried if one != SCORES]  # whoever changes a line has read them
    review.save(update_fields=["version", "carried"])


@transaction.atomic
def line_for_evidence(review: Review, indicator: Indicator, *, by: User) -> ReviewScore:
    """The team's line of an indicator, made where there is none yet, so that files can hang on it."""
    fresh = _locked(review, ScoredBy.TEAM, by)
    line, _made = ReviewScore.objects.get_or_create(review=fresh, indicator=indicator, scored_by=ScoredBy.TEAM)
    return line


def drop_unsent(reviews: QuerySet[Review]) -> None:
    """What an office noted while it scores is its own: where another one scores from now on, that begins anew, for it
    would send it in its own name. Lines are emptied, never removed; what they said stays in the history."""
    empty = {"value": None, "points": None, "not_applicable": False, "note": ""}
    lines = ReviewScore.objects.filter(review__in=reviews, scored_by=ScoredBy.LEAGUE).exclude(**empty)
    noted = Q(pk__in=list(lines.values_list("review", flat=True).distinct())) | ~Q(league_opinion="")
    lines.update(**empty, version=F("version") + 1)
    reviews.filter(noted).update(league_opinion="", version=F("version") + 1)


def unanswered(basis: Basis, side: str) -> list[Indicator]:
    """What a side has still to answer: by hand, and where it does not apply that has to be said as well."""
    return [one for one in basis.by_hand() if basis.answer(side, one) is None]
