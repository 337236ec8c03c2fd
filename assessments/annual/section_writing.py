"""The team's own words for the year: a first draft from records and last year, then read and confirmed one by one."""

from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.annual.answers import basis_of, said_in
from assessments.annual.rights import writes
from assessments.annual.section_leads import Source, lead
from assessments.annual.sections import LONGEST, SCORES, SECTIONS, Section, text_of
from assessments.choices import ScoredBy
from assessments.models import Review, ReviewScore
from assessments.standards.lineage import Asked, followed
from assessments.states import ReviewState
from core.workflow import MoveNotAllowed
from organizations.models import User
from teams.choices import PostRole
from teams.models import TeamPost

_WITH = ("campaign", "office", "organization", "team__organization", "team__main_category")


def mark_of(text: str) -> str:
    """A short sign of a text, by which a page says what it was opened with."""
    return sha256(text.encode()).hexdigest()[:16]


def locked_for(review: Review, by: User) -> Review:
    """The review under lock, if the person may write the team's part now; else ``MoveNotAllowed``."""
    fresh: Review = Review.objects.select_for_update(of=("self",)).select_related(*_WITH).get(pk=review.pk)
    MoveNotAllowed.unless(writes(fresh, by, ScoredBy.TEAM))
    return fresh


def former_of(review: Review) -> Review | None:
    """The team's assessment of the last year before that it took part in."""
    rows = Review.objects.filter(team=review.team_id, campaign__year__lt=review.campaign.year)
    return rows.exclude(state=ReviewState.EXEMPT).select_related(*_WITH).order_by("-campaign__year").first()


def source_of(review: Review, values: Any, facts: Any = None) -> Source:
    return Source(review.team, review.campaign.year, values, facts or {})


def drafted(section: Section, review: Review, source: Source, former: Review | None, before: Source | None) -> str:
    """What the section would begin with: last year's words with this year's numbers, else the numbers alone.

    Last year's opening sentence is put together again from last year's numbers; where the words still begin with it,
    this year's stands in its place. Where somebody had written it anew, it stays, and is read before the hand-in.
    """
    now = lead(section.key, source)
    words = text_of(former, section.key) if former else ""
    if not words:
        return now
    then = lead(section.key, before) if before else ""
    return now + words[len(then) :] if then and words.startswith(then) else words


def offered(review: Review) -> dict[str, str]:
    """Section → what it would begin with."""
    former = former_of(review)
    source = source_of(review, basis_of(review).values)
    before = source_of(former, basis_of(former).values) if former else None
    return {one.key: drafted(one, review, source, former, before) for one in SECTIONS}


@transaction.atomic
def begin(review: Review, *, by: User) -> Review:
    """Fill in what is still empty: sections, answers by hand, who reports. All of it waits to be read (``carried``)."""
    fresh = locked_for(review, by)
    words = offered(fresh)
    report, carried = dict(fresh.report or {}), list(fresh.carried)
    for section in SECTIONS:
        if not text_of(fresh, section.key).strip() and words[section.key].strip():
            report[section.key] = words[section.key]
            carried.append(section.key)
    if _answers_from(former_of(fresh), fresh):
        carried.append(SCORES)
    fresh.report, fresh.carried = report, list(dict.fromkeys(carried))
    fresh.reporter = fresh.reporter or _captain(fresh)
    fresh.version += 1
    fresh.save(update_fields=["report", "carried", "reporter", "version"])
    return fresh


def _answers_from(former: Review | None, review: Review) -> int:
    """Last year's answers to the same questions, where there are none yet. Returns how many."""
    if former is None:
        return 0
    then, now = basis_of(former), basis_of(review)
    same = followed(map(Asked.by, then.by_hand()), map(Asked.by, now.by_hand()))
    known = {same[one.code]: then.row(ScoredBy.TEAM, one) for one in then.by_hand() if one.code in same}
    rows = []
    for indicator in now.by_hand():
        line = known.get(indicator.code)
        if line is None or said_in(line) is None or now.row(ScoredBy.TEAM, indicator) is not None:
            continue
        facts = {name: getattr(line, name) for name in ("value", "points", "not_applicable", "note")}
        rows.append(ReviewScore(review=review, indicator=indicator, scored_by=ScoredBy.TEAM, **facts))
    return len(ReviewScore.objects.bulk_create(rows))


def _captain(review: Review) -> str:
    post = TeamPost.objects.current().filter(team=review.team_id, role=PostRole.CAPTAIN).first()
    return post.name[:50] if post else ""


@transaction.atomic
def confirm(review: Review, key: str, *, by: User) -> Review:
    """Somebody has read what was carried over and leaves it as it stands."""
    fresh = locked_for(review, by)
    if key in fresh.carried:
        fresh.carried = [one for one in fresh.carried if one != key]
        fresh.version += 1
        fresh.save(update_fields=["carried", "version"])
    return fresh


class Overtaken(Exception):  # noqa: N818 - reads as what it is
    """Somebody else wrote the section meanwhile; ``text``: what stands there now."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@transaction.atomic
def keep_section(review: Review, section: Section, text: str, *, seen: str, by: User) -> Review:
    """Save a section's words; whoever writes it has read it.

    :param seen: sign of the text the page was opened with. :raises Overtaken: it is another now.
    """
    fresh = locked_for(review, by)
    now = text_of(fresh, section.key)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise ValidationError(_("这一节最多 %(n)d 字。") % {"n": LONGEST})
    if text == now:
        return fresh
    if seen != mark_of(now):
        raise Overtaken(now)
    fresh.report = {**(fresh.report or {}), section.key: text}
    fresh.carried = [one for one in fresh.carried if one != section.key]
    fresh.version += 1
    fresh.save(update_fields=["report", "carried", "version"])
    return fresh
