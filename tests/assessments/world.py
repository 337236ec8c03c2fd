"""One of everything about assessments, for the filed team of 松山区, for the permission matrix."""

from typing import Any

from organizations.models import User
from people.models import Membership
from teams.models import Team
from tests.assessments import builders


def assessments_world(cast: dict[str, User], team: Team, membership: Membership) -> dict[str, Any]:
    """``team``: filed; ``membership``: one of its members."""
    grading = builders.grading(team, cast["songshan"])
    league = cast["chifeng"].organization
    scoring = builders.on_site(team, cast["songshan"], league, standard=builders.standard(code="test-panel"))
    own = builders.on_site(
        team, cast["songshan"], league, cast["assessor"], standard=builders.standard(code="test-own-panel")
    )
    campaign = builders.campaign(cast["region"])
    draft = builders.standard(code="test-draft", published=False)
    return {
        "standard": grading.standard,
        "indicator": grading.standard.indicators.get(code="1.1"),
        "standard_draft": draft,
        "grading": grading,
        "campaign": campaign,
        "review": builders.review(campaign, team),
        "grading_on_site": scoring,  # held by the league
        "panel_member": builders.seat(scoring, cast["region"]),
        "indicator_on_site": scoring.standard.indicators.get(code="2.1"),
        "own_grading": own,  # the assessor sits on its panel
        "own_seat": own.panel.get(),
        "own_indicator": own.standard.indicators.get(code="2.1"),
        "indicator_draft": draft.indicators.get(code="1.1"),
    }
