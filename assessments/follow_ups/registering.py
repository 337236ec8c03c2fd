"""Registering 后续动作: on one decided review, or the same on many of a campaign at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from assessments.annual.enrolling import scorer_above
from assessments.annual.rights import manages
from assessments.choices import CarriedOutBy
from assessments.follow_ups.needed import lacking
from assessments.follow_ups.workflow import tell
from assessments.models import Campaign, FollowUp, Review
from assessments.states import REVIEW_DECIDED
from core.decisions import Decision, not_now
from core.refusals import refusal
from core.workflow import MoveNotAllowed
from organizations.models import Organization, User
from organizations.nearest import nearest_holders
from organizations.region import region
from organizations.roles import Right


def may_add(review: Review, user: User) -> Decision:
    decision = manages(review, user)
    if decision and review.state not in REVIEW_DECIDED:
        return not_now(_("审定以后才能登记后续动作。"))
    return decision


def may_edit(one: FollowUp, user: User) -> Decision:
    decision = manages(one, user)
    return not_now(_("已经了结，不能再改。")) if decision and not one.is_open else decision


def places_for(review: Review) -> "QuerySet[Organization]":
    """Who may carry it out: the team, and the offices above it."""
    return Organization.objects.filter(path__in=review.organization.line).exclude(level="national").order_by("-path")


def place_of(review: Review, who: str) -> Organization:
    """The same, as it is said of many teams."""
    if who == CarriedOutBy.TEAM:
        return review.organization
    if who == CarriedOutBy.OFFICE:
        return Organization.objects.get(path=review.organization.parent_path)
    return region() if who == CarriedOutBy.REGION else scorer_above(review.organization)


@transaction.atomic
def add(one: FollowUp, *, by: User) -> FollowUp:
    """:raises MoveNotAllowed: the person may not, or the result does not stand any more.
    :raises ValidationError: the very same is registered and not done yet."""
    made = _add(one, by)
    _tell_given([made], by)
    return made


@dataclass(frozen=True)
class Choice:
    key: str
    label: StrOrPromise
    n: int


@dataclass(frozen=True)
class Choices:
    """:ivar result: key of the result whose teams are offered, or "": those that have to lead to something."""

    result: str
    choices: list[Choice]
    rows: "QuerySet[Review]"


def to_choose_from(campaign: Campaign, result: str) -> Choices:
    """Decided reviews of a campaign, by their results; first of all those that must lead to something."""
    decided = Review.objects.filter(campaign=campaign, state__in=REVIEW_DECIDED)
    n = dict(decided.order_by().values_list("result__key").annotate(n=Count("pk")))
    choices = [Choice("", _("不合格，还没有登记"), lacking(decided).count())]
    choices += [Choice(one.key, one.name, n.get(one.key, 0)) for one in campaign.standard.conclusions.all()]
    there = next((one.key for one in choices if one.key == result), "")
    rows = decided.filter(result__key=there) if there else lacking(decided)
    rows = rows.select_related("organization", "office", "result").order_by("organization__path")
    return Choices(there, choices, rows)


@transaction.atomic
def add_all(
    campaign: Campaign, shown: Mapping[int, int], like: FollowUp, who: str, *, by: User
) -> tuple[int, list[str]]:
    """The same for many teams, each by itself: one that is refused does not stop the others. Returns how many were
    registered, and of the rest why not. One transaction: nobody is left without the notice.

    :param shown: keys of reviews, with the versions that were seen. :param like: kind, words and day of each.
    :param who: ``CarriedOutBy``; whoever it falls to is told once of all of them.
    """
    made: list[FollowUp] = []
    wrong = []
    rows = Review.objects.filter(campaign=campaign, pk__in=shown).select_related("organization")
    for review in rows.order_by("pk"):  # locked in this order
        one = FollowUp(
            review=review, responsible=place_of(review, who), kind=like.kind, what=like.what, due_on=like.due_on
        )
        if why := refusal(partial(_add, one, by, shown[review.pk])):
            wrong.append(_("“%(title)s”没有登记：%(why)s") % {"title": review.organization, "why": why})
        else:
            made.append(one)
    _tell_given(made, by)
    return len(made), wrong


@transaction.atomic
def _add(one: FollowUp, by: User, version: int | None = None) -> FollowUp:
    """:param version: of the review whose result was seen."""
    rows = Review.objects.select_for_update(of=("self",)).select_related("campaign", "organization")
    one.review = rows.get(pk=one.review_id)
    MoveNotAllowed.unless(may_add(one.review, by))
    if version not in (None, one.review.version):
        raise MoveNotAllowed("state", _("您打开之后，这条记录改过。请看过最新内容再办理。"))
    same = one.review.follow_ups.open().filter(kind=one.kind, what=one.what, responsible=one.responsible)
    if same.exists():
        raise ValidationError({"what": _("已经登记过同样的后续动作，还没有了结。")})
    one.made_by = by
    one.save()
    return one


def _tell_given(made: list[FollowUp], by: User) -> None:
    """Whoever has to carry it out; who has it of several teams at once, once."""
    by_place: dict[Organization, list[FollowUp]] = {}
    for one in made:
        by_place.setdefault(one.responsible, []).append(one)
    for place, ones in by_place.items():
        people = nearest_holders(Right.REPORT_ASSESSMENT, place, without=by.pk)
        tell(people, ones, gettext_lazy("请落实"))
