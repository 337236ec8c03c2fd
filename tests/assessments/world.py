"""One of everything about assessments, for the filed team of 松山区, for the permission matrix."""

from typing import Any

from django.core.files.base import ContentFile

from assessments.models import ReportDocument, ReportRun
from organizations.models import User
from people.models import Membership
from teams.models import Team
from tests.assessments import builders


def assessments_world(cast: dict[str, User], team: Team, membership: Membership) -> dict[str, Any]:
    """``team``: filed; ``membership``: one of its members."""
    grading = builders.grading(team, cast["songshan"])
    campaign = builders.campaign(cast["region"])
    run = ReportRun.objects.create(campaign=campaign, number=1, dated=campaign.data_until, started_by=cast["region"])
    return {
        "standard": grading.standard,
        "indicator": grading.standard.indicators.get(code="1.1"),
        "standard_draft": builders.standard(code="test-draft", published=False),
        "grading": grading,
        "campaign": campaign,
        "review": builders.review(campaign, team),
        "run": run,
        "report": _report(run, team),
    }


def _report(run: ReportRun, team: Team) -> ReportDocument:
    """A finished one."""
    return ReportDocument.objects.create(
        run=run, kind="team", organization=team.organization, league=run.started_by.organization, state="ready",
        number="KH-150404-2026-9001", code="K7MQ4CDFGHJKMNPQ", file=ContentFile(b"%PDF-", name="r.pdf"),
        sha256="0" * 64, size=5, pages=1,
    )  # fmt: skip
