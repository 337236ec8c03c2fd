"""One of everything about assessments, for the filed team of 松山区, for the permission matrix."""

from typing import Any

from assessments.models import Adjustment, FollowUp
from organizations.models import User
from people.models import Membership
from teams.models import Team
from tests.assessments import builders


def assessments_world(cast: dict[str, User], team: Team, membership: Membership) -> dict[str, Any]:
    """``team``: filed; ``membership``: one of its members."""
    grading = builders.grading(team, cast["songshan"])
    campaign = builders.campaign(cast["region"])
    review = builders.review(campaign, team)
    adjustment = Adjustment.objects.create(
        review=review, kind="bonus", points=2, what="演示：受表彰", grounds="演示文件", made_by=cast["chifeng"]
    )
    follow_up = FollowUp.objects.create(
        review=review, kind="fund", what="演示：配发装备", responsible=team.organization, made_by=cast["region"]
    )
    return {
        "standard": grading.standard,
        "indicator": grading.standard.indicators.get(code="1.1"),
        "standard_draft": builders.standard(code="test-draft", published=False),
        "grading": grading,
        "campaign": campaign,
        "review": review,
        "review_indicator": campaign.standard.indicators.get(code="2.1"),
        "review_adjustment": adjustment,
        "follow_up": follow_up,
    }
