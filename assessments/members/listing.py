"""What the page of the list reads beside its rows, in one query."""

from typing import Any

from django.db.models import Count

from assessments.choices import Purpose
from assessments.models import Conclusion, MemberAssessment, Standard
from assessments.states import StandardState
from core.together import together
from organizations.models import User

MOST_GROUPS = 12


def around(user: User) -> dict[str, list[Any]]:
    """``standards`` members are or were assessed by, the ``conclusions`` they end in, and ``groups``: sheets under way
    that the user fills in, by team and standard with how many members (``n``). Kept on the user object, so that filter
    and page read it once within a request."""
    found: dict[str, list[Any]] | None = getattr(user, "_member_assessments_around", None)
    if found is None:
        papers = Standard.objects.filter(purpose=Purpose.MEMBER).exclude(state=StandardState.DRAFT)
        ends = Conclusion.objects.filter(standard__in=papers.order_by().values("pk"))
        going = MemberAssessment.objects.kept_by(user).under_way()
        by_team = going.order_by("organization__path", "standard__code", "standard__number")
        found = together(
            standards=papers,
            conclusions=ends.order_by("position", "-pk"),
            groups=by_team.values(
                "organization", "organization__path", "organization__short_name", "standard", "standard__code",
                "standard__number", "standard__name",
            ).annotate(n=Count("pk"))[:MOST_GROUPS],
        )  # fmt: skip
        user._member_assessments_around = found  # type: ignore[attr-defined]
    return found
