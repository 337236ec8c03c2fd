"""加分、扣分、一票否决 beside the standard: entered with grounds, ended with a reason, never removed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.annual.rights import adjusts
from assessments.models import Adjustment, Review
from core.workflow import MoveNotAllowed
from organizations.models import User


def _locked(review: Review, by: User) -> Review:
    rows = Review.objects.select_for_update(of=("self",)).select_related("campaign", "office", "organization")
    fresh: Review = rows.get(pk=review.pk)
    MoveNotAllowed.unless(adjusts(fresh, by))
    fresh.version += 1  # who decides has to have seen it
    fresh.save(update_fields=["version"])
    return fresh


@transaction.atomic
def add(adjustment: Adjustment, *, by: User) -> Adjustment:
    """:raises MoveNotAllowed: the person may not now."""
    _locked(adjustment.review, by)
    adjustment.made_by = by
    adjustment.save()
    return adjustment


@transaction.atomic
def end(adjustment: Adjustment, reason: str, *, by: User) -> Adjustment:
    """It no longer counts; what it was stays to be read.

    :raises ValidationError: it has been ended already, or there is no reason.
    """
    _locked(adjustment.review, by)
    fresh: Adjustment = Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
    if fresh.ended_at is not None:
        raise ValidationError(_("这一条已经撤销了。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明撤销的原因。")})
    fresh.ended_at, fresh.end_reason = timezone.now(), reason.strip()[:200]
    fresh.version += 1
    fresh.save(update_fields=["ended_at", "end_reason", "version"])
    return fresh
