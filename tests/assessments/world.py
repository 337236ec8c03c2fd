"""One of everything about assessments, for the filed team of 松山区, for the permission matrix."""

from typing import Any

from django.utils import timezone

from assessments.grading_claims import lay_claims
from assessments.models import Objection, TeamGrade
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
        **_gradings_world(cast, team),
    }


def _gradings_world(cast: dict[str, User], team: Team) -> dict[str, Any]:
    """A second application, handed in by 松山区 to 赤峰市 and objected to; a grade of another authority."""
    songshan, day = cast["songshan"], timezone.localdate()
    facts = {"standard": builders.standard(code="test-world"), "number": "CP-150404-2026-9001", "state": "submitted"}
    facts |= {"office": cast["chifeng"].organization, "submitted_by": songshan, "submitted_at": timezone.now()}
    handed_in = builders.grading(team, songshan, **facts)
    lay_claims(handed_in)
    objection = Objection.objects.create(
        grading=handed_in, kind="appeal", raised_by="演示", received_on=day, what="演示", created_by=songshan
    )
    grade = TeamGrade.objects.create(
        team=team, scheme="emergency", specialty="water", grade="2", issuer="演示单位", granted_on=day,
        created_by=songshan,
    )  # fmt: skip
    return {
        "grading_submitted": handed_in,
        "indicator_key": handed_in.standard.indicators.get(code="1.1").pk,
        "basics_key": "basics",
        "objection": objection,
        "grade": grade,
    }
