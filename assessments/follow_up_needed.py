"""A result that is 不合格 has to lead to something: the review is not concluded before.

It is asked at the conclusion and not at the decision: only a result says that it is needed, and what is heard during
publicity may still change it. It is told from the decision on, on the pages of review and campaign.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from assessments.models import Conclusion, FollowUp, Review

if TYPE_CHECKING:
    from django.db.models import QuerySet


def lacking(rows: "QuerySet[Review]") -> "QuerySet[Review]":
    """Those whose result is 不合格 and that lead to nothing yet. 不合格: the conclusion without bars, for
    whoever reaches no other."""
    bars = dict.fromkeys(("min_total", "min_public", "min_professional"))
    better = Conclusion.objects.filter(standard=OuterRef("standard"), position__lt=OuterRef("position"))
    failed = Conclusion.objects.filter(Exists(better), **bars)
    led_to = FollowUp.objects.filter(review=OuterRef("pk"), ended_on=None)
    return rows.filter(~Exists(led_to), result__in=failed.values("pk"))


def require(review: Review) -> None:
    """:raises ValidationError: the result is 不合格 and nothing follows from it."""
    if lacking(Review.objects.filter(pk=review.pk)).exists():
        words = {"result": review.result}
        raise ValidationError(_("结果是“%(result)s”，请先登记后续动作，再办结。") % words, code="follow_up")
