"""A review with the result 不合格 cannot be concluded before a follow-up is on record.

The conclusion asks for it, not the decision: only the result shows that one is needed, and objections during publicity
may still change the result. From the decision on, the pages of review and campaign say that it is missing.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from assessments.models import Conclusion, FollowUp, Review
from assessments.states import FollowUpState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def lacking(rows: "QuerySet[Review]") -> "QuerySet[Review]":
    """Those whose result is 不合格 and that lead to nothing yet. 不合格: the conclusion without bars, for
    whoever reaches no other."""
    bars = dict.fromkeys(("min_total", "min_public", "min_professional"))
    better = Conclusion.objects.filter(standard=OuterRef("standard"), position__lt=OuterRef("position"))
    failed = Conclusion.objects.filter(Exists(better), **bars)
    led_to = FollowUp.objects.filter(review=OuterRef("pk")).exclude(state=FollowUpState.ENDED)
    return rows.filter(~Exists(led_to), result__in=failed.values("pk"))


def require(review: Review) -> None:
    """:raises ValidationError: the result is 不合格 and nothing follows from it."""
    if lacking(Review.objects.filter(pk=review.pk)).exists():
        words = {"result": review.result}
        raise ValidationError(_("结果是“%(result)s”，请先登记后续动作，再办结。") % words, code="follow_up")
