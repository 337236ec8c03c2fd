"""One of everything about assessments, for the filed team of 松山区, for the permission matrix."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from assessments.gradings.claims import lay_claims
from assessments.models import Adjustment, FollowUp, Objection, ReportDocument, ReportRun, TeamGrade
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
    review = builders.review(campaign, team)
    adjustment = Adjustment.objects.create(
        review=review, kind="bonus", points=2, what="演示：受表彰", grounds="演示文件", made_by=cast["chifeng"]
    )
    run = ReportRun.objects.create(campaign=campaign, number=1, dated=campaign.data_until, started_by=cast["region"])
    follow_up = FollowUp.objects.create(
        review=review, kind="fund", what="演示：配发装备", responsible=team.organization, made_by=cast["region"]
    )
    return {
        "standard": grading.standard,
        "indicator": grading.standard.indicators.get(code="1.1"),
        "standard_draft": draft,
        "grading": grading,
        "campaign": campaign,
        "review": review,
        "run": run,
        "follow_up": follow_up,
        **_of_member(membership, cast["songshan"]),
        "report": _report(run, team),
        "review_indicator": campaign.standard.indicators.get(code="2.1"),
        "review_adjustment": adjustment,
        "grading_on_site": scoring,  # held by the league
        "panel_member": builders.seat(scoring, cast["region"]),
        "indicator_on_site": scoring.standard.indicators.get(code="2.1"),
        "own_grading": own,  # the assessor sits on its panel
        "own_seat": own.panel.get(),
        "own_indicator": own.standard.indicators.get(code="2.1"),
        "indicator_draft": draft.indicators.get(code="1.1"),
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


def _of_member(membership: Membership, by: User) -> dict[str, Any]:
    one = builders.assessed(membership, by)
    return {"member_assessment": one, "member_standard": one.standard}


def _report(run: ReportRun, team: Team) -> ReportDocument:
    """A finished one."""
    return ReportDocument.objects.create(
        run=run, kind="team", organization=team.organization, league=run.started_by.organization, state="ready",
        number="KH-150404-2026-9001", code="K7MQ4CDFGHJKMNPQ", file=ContentFile(b"%PDF-", name="r.pdf"),
        sha256="0" * 64, size=5, pages=1,
    )  # fmt: skip
