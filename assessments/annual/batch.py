"""Moves of many reviews of a campaign at once, in a handful of statements: publishing and concluding results."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.rights import manages
from assessments.annual.workflow import REVIEW
from assessments.follow_ups.needed import lacking
from assessments.models import Campaign, Objection, Review
from assessments.models.review import ReviewQuerySet
from assessments.publicity.days import check_days
from assessments.publicity.objections import upheld_on
from assessments.states import CampaignState, ReviewState
from core.language import in_chinese
from core.models import WorkflowEvent
from core.notices import notify
from organizations.models import User


@transaction.atomic
def publicise_all(campaign: Campaign, first: date, last: date, *, by: User) -> int:
    """Publish every decided result of the campaign with these days, in a handful of statements. Returns how many."""
    found = _standing(Review.objects.filter(campaign=campaign), "publicise")
    fresh = _managed(campaign, by)
    objections = Objection.objects.filter(review__in=[pk for pk, _state in found])
    check_days(first, last, upheld_on=upheld_on(objections))
    fresh.public_from, fresh.public_until = first, last
    fresh.version += 1
    fresh.save(update_fields=["public_from", "public_until", "version"])
    days = {"public_from": first, "public_until": last}
    moved = _all(found, "publicise", by=by, facts={name: f"{day}" for name, day in days.items()}, **days)
    _tell(fresh, moved, "review_public", gettext_lazy("%(year)s年度考核结果开始公示，到%(until)s止"))
    return len(moved)


def hold_public(campaign: Campaign) -> None:
    """Lock what is public or may be in the same instant, before the campaign is locked, as moves do: so that the days
    of its publicity may be corrected (``move_publicity``)."""
    rows = Review.objects.filter(campaign=campaign, state__in=(ReviewState.DECIDED, ReviewState.PUBLICITY))
    list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def move_publicity(campaign: Campaign, before: tuple[date | None, date | None]) -> int:
    """The campaign's days were corrected: results that are public with the days as they stood before follow. Returns
    how many."""
    now = campaign.public_from, campaign.public_until
    if None in before or None in now or now == before:
        return 0
    rows = Review.objects.filter(campaign=campaign, state=ReviewState.PUBLICITY)
    rows = rows.filter(public_from=before[0], public_until=before[1])
    return rows.update(public_from=now[0], public_until=now[1], version=F("version") + 1)


def concludable(rows: ReviewQuerySet) -> ReviewQuerySet:
    """Of those whose publicity is over: no objection is left unanswered, or upheld and not decided on again, and a
    result that has to lead to something does. ``effects.conclude`` says which it is of one."""
    asked = Exists(Objection.objects.filter(review=OuterRef("pk"), outcome=""))
    public = rows.filter(~asked, state=ReviewState.PUBLICITY)
    held = Q(pk__in=lacking(public).values("pk")) | Q(pk__in=public.upheld().values("pk"))
    return public.exclude(held)


@transaction.atomic
def conclude_all(campaign: Campaign, *, by: User) -> tuple[int, int]:
    """Conclude whose publicity is over and that have no objection open or upheld. Returns how many were, and how many
    an objection keeps, or a result that has to lead to something first."""
    rows = Review.objects.filter(campaign=campaign)
    over = rows.filter(state=ReviewState.PUBLICITY, public_until__lt=timezone.localdate())
    found = _standing(concludable(over), "conclude")
    fresh = _managed(campaign, by)
    first = rows.filter(state=ReviewState.PUBLICITY).aggregate(day=Min("public_until"))["day"]
    if first and first >= timezone.localdate():
        raise ValidationError(_("公示到 %(day)s，还没有结束。") % {"day": first})
    moved = _all(found, "conclude", by=by, facts={})
    _tell(fresh, moved, "review_final", gettext_lazy("%(year)s年度考核已办结"))
    return len(moved), over.count()


def _managed(campaign: Campaign, by: User) -> Campaign:
    manages(campaign, by).require()
    fresh = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if fresh.state != CampaignState.OPEN:
        raise ValidationError(_("这一年的考核现在没有在进行，不能办理。"))
    return fresh


def _standing(rows: "QuerySet[Review]", action: str) -> list[tuple[int, str]]:
    """Key and state of those that stand where the move begins, locked: before the campaign (``workflow``)."""
    there = rows.filter(state__in=REVIEW.move(action).sources).order_by("pk").select_for_update(of=("self",))
    return list(there.values_list("pk", "state"))


def _all(found: list[tuple[int, str]], action: str, *, by: User, facts: Mapping[str, Any], **written: Any) -> list[int]:
    """One move of the table for every row, with a history row each, and what it writes."""
    move = REVIEW.move(action)
    keys = [pk for pk, _state in found]
    Review.objects.filter(pk__in=keys).update(state=move.target, version=F("version") + 1, **written)
    kind = ContentType.objects.get_for_model(Review)
    WorkflowEvent.objects.bulk_create(
        WorkflowEvent(
            content_type=kind, object_id=str(pk), action=action, from_state=state, to_state=move.target, by=by,
            facts=dict(facts),
        )
        for pk, state in found
    )  # fmt: skip
    return keys


def _tell(campaign: Campaign, keys: list[int], kind: str, title: Any) -> None:
    """Those who handed in, each once."""
    people = User.objects.filter(pk__in=Review.objects.filter(pk__in=keys).values("submitted_by"), is_active=True)
    with in_chinese():
        said = str(title) % {"year": campaign.year, "until": campaign.public_until}
    notify(
        people, kind=kind, title=said, url=campaign.get_absolute_url(), once=f"{kind}-{campaign.pk}-{timezone.now():%F}"
    )
