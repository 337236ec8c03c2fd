"""快照: what the records said of a team for a year, frozen with its review.

    take(campaign.reviews.all(), by=user)
    values(review)["members_registered"]

Numbers come from every metric there is of teams and what happens in them; an app that is added brings its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments.annual.snapshot_facts import facts_of
from assessments.models import Campaign, Review, Snapshot
from assessments.standards.measures import subject_of
from core.metrics import Metric, Period, every, numbers_at
from organizations.models import User

BATCH = 500  # reviews read and written at a time


def metrics_of_teams() -> list[Metric]:
    """Those whose scope may be a team, and that can be told of a past day; offices and accounts say nothing of one."""
    return [one for one in every() if one.place and not one.only_now and subject_of(one) != "organizations"]


def period_of(campaign: Campaign) -> Period:
    """The days of the year that count: up to the campaign's day, and no further than the year goes."""
    last = min(campaign.data_until, date(campaign.year, 12, 31))
    return Period(campaign.begins, last + timedelta(days=1))


def take(reviews: QuerySet[Review], *, by: User | None, reason: str = "") -> int:
    """Freeze the year of each review's team as at the campaign's day, or as at today while that has not come.

    Returns how many were taken. Two who start at once take them once: the second waits, and finds them taken.

    :param reason: why they are taken again; kept with each.
    """
    asked = timezone.now()
    with transaction.atomic():
        # reviews before their campaign, as every move does; a snapshot that is written refers to its review
        list(reviews.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))
        campaigns = {campaign.pk: campaign for campaign in _locked(reviews)}
        rows = reviews.exclude(snapshots__taken_at__gte=asked).select_related("organization", "team", "campaign")
        wanted = list(rows.order_by("campaign", "pk"))
        for first in range(0, len(wanted), BATCH):
            read = _read(wanted[first : first + BATCH], campaigns)
            Snapshot.objects.bulk_create(Snapshot(taken_by=by, reason=reason, **told) for told in read)
    return len(wanted)


def _locked(reviews: QuerySet[Review]) -> QuerySet[Campaign]:
    """Their campaigns, kept from others who take; what refers to one of them does not wait."""
    rows = Campaign.objects.filter(pk__in=reviews.order_by().values("campaign"))
    return rows.order_by("pk").select_for_update(no_key=True)


def _read(reviews: list[Review], campaigns: dict[int, Campaign]) -> Iterator[dict[str, Any]]:
    """What is frozen of each; the same queries for however many of one campaign."""
    for campaign in campaigns.values():
        some = [review for review in reviews if review.campaign_id == campaign.pk]
        if some:
            period = period_of(campaign)
            numbers = numbers_at(metrics_of_teams(), [review.organization for review in some], period)
            facts = facts_of(some, period, numbers)
            for review in some:
                told = {name: _text(number) for name, number in numbers[review.organization_id].items()}
                yield {"review": review, "as_at": period.as_at, "values": told, "facts": facts[review.pk]}


def _text(number: int | Decimal) -> str:
    return f"{Decimal(number):f}"


# -- what was frozen ---------------------------------------------------------------------------------------------
def latest(review: Review) -> Snapshot | None:
    """The one that counts."""
    return newest([review]).first()


def newest(reviews: Iterable[Review | int] | QuerySet[Review]) -> QuerySet[Snapshot]:
    """The one that counts of each review (or key of one): the last one taken."""
    rows = Snapshot.objects.filter(review__in=reviews)
    return rows.order_by("review_id", "-taken_at", "-pk").distinct("review_id")


def values(review: Review) -> dict[str, Decimal]:
    """Its numbers by name of the metric, also of metrics that are no more; nothing before the first was taken."""
    return values_of([review]).get(review.pk, {})


def values_of(reviews: Iterable[Review] | QuerySet[Review]) -> dict[int, dict[str, Decimal]]:
    """Review key → numbers, of those of which one was taken. One query."""
    return {review: numbers_in(told) for review, told in newest(reviews).values_list("review", "values")}


def numbers_in(told: Mapping[str, str]) -> dict[str, Decimal]:
    """The values of a snapshot as numbers."""
    found = {}
    for name, text in told.items():
        try:
            found[name] = Decimal(text)
        except InvalidOperation:  # no number, and no reason to lose the others
            continue
    return found
