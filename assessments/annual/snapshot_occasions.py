"""When the records are read for a review: at the opening, at the hand-in where they were not yet, again on demand."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.annual import snapshots
from assessments.annual.rights import takes
from assessments.models import Campaign, Review, Snapshot
from core.workflow import MoveNotAllowed
from organizations.models import User


def is_over(campaign: Campaign) -> bool:
    """Whether the day as at which the records are read has come."""
    return timezone.localdate() >= campaign.data_until


def take(reviews: "QuerySet[Review]", *, by: User | None, reason: str = "") -> int:
    """Read the records of all of them; nothing before the campaign's day has come. Returns how many were taken."""
    return snapshots.take(reviews, by=by, reason=reason)


def take_once(review: Review, *, by: User) -> None:
    """At the hand-in: with what the records say, taken once."""
    if is_over(review.campaign) and not Snapshot.objects.filter(review=review).exists():
        take(Review.objects.filter(pk=review.pk), by=by)


def take_again(review: Review, *, by: User, reason: str) -> int:
    """Read them anew, with a reason, before the decision.

    :raises MoveNotAllowed: the person may not, or it has been decided. ``ValidationError``: no reason, or too early.
    """
    with transaction.atomic():
        rows = Review.objects.select_for_update(of=("self",)).select_related("campaign", "office", "organization")
        fresh = rows.get(pk=review.pk)
        MoveNotAllowed.unless(takes(fresh, by))
        if not is_over(fresh.campaign):
            raise ValidationError(_("数据截止日 %(day)s 还没有到。") % {"day": fresh.campaign.data_until})
        if not reason.strip():
            raise ValidationError({"reason": _("请写明为什么重新取数。")})
        fresh.version += 1  # whoever decides has to look at the new numbers first
        fresh.save(update_fields=["version"])
        return take(Review.objects.filter(pk=fresh.pk), by=by, reason=reason.strip()[:200])
