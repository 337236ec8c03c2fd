"""One of everything about assessments, for the filed team of 松山区, for the permission matrix."""

from typing import Any

from organizations.models import User
from people.models import Membership
from teams.models import Team
from tests.assessments import builders


def assessments_world(cast: dict[str, User], team: Team, membership: Membership) -> dict[str, Any]:
    """``team``: filed; ``membership``: one of its members."""
    grading = builders.grading(team, cast["songshan"])
    campaign = builders.campaign(cast["region"])
    return {
        "standard": grading.standard,
        "indicator": grading.standard.indicators.get(code="1.1"),
        "standard_draft": builders.standard(code="test-draft", published=False),
        "grading": grading,
        "campaign": campaign,
        "review": builders.review(campaign, team),
        **_of_member(membership, cast["songshan"]),
    }


def _of_member(membership: Membership, by: User) -> dict[str, Any]:
    one = builders.assessed(membership, by)
    return {"member_assessment": one, "member_standard": one.standard}
