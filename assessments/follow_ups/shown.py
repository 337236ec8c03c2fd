"""What came of a review, on its page: follow-ups (``assessments/_follow_ups.html``) and the printed report."""

from typing import Any

from assessments.follow_ups.needed import lacking
from assessments.follow_ups.registering import may_add
from assessments.models import ReportDocument, Review
from assessments.states import REVIEW_DECIDED
from assessments.tables.follow_ups import due_chip, state_of
from core.together import together
from organizations.models import User


def follow_ups_of(review: Review, user: User) -> dict[str, Any]:
    """One query; none before there has been a result."""
    if review.state not in REVIEW_DECIDED and review.revision == 1:
        return {}
    rows = review.follow_ups.select_related("responsible").order_by("made_at", "pk")
    missing = lacking(Review.objects.filter(pk=review.pk)).order_by().values_list("pk", flat=True)
    found = together(rows=rows, missing=missing, printed=ReportDocument.objects.of_team(review)[:1])
    return {
        "follow_ups": [{"row": row, "state": state_of(row), "due": due_chip(row)} for row in found["rows"]],
        "printed": next(iter(found["printed"]), None),
        "may_follow_up": bool(may_add(review, user)),
        "follow_up_lacking": bool(found["missing"]) and review.state in REVIEW_DECIDED,
    }
