"""A year's assessment with teams in two leagues, for the tests of runs. Fixed values, plainly fictional."""

from datetime import date
from decimal import Decimal

import assessments.tasks  # noqa: F401 - the queue of the tests runs what this process knows
from assessments.models import Campaign, ReportDocument, ReportRun, Review, Snapshot
from assessments.running.beginning import begin
from assessments.states import ReviewState
from organizations.models import Organization, User
from organizations.tree import add_child
from teams.models import Team
from tests.assessments import builders
from tests.assessments.report_facts import VALUES

DAY = date(2027, 2, 20)
FACTS = {"team": [["队伍级别", "旗县级"]], "counts": {"registered": 24, "certified": 20}}  # short: many are printed
MADE = 9  # documents: three teams, two leagues, the region, two archives, the index


def team(code: str, number: int) -> Team:
    """The ``number``-th team of an office."""
    office = Organization.objects.get(code=code)
    place = add_child(
        office, code=f"T{code}{number:03d}", name=f"{office.short_name}演示救援队{number}·喆",
        short_name=f"{office.short_name}演示{number}", level="team", division_id=office.division_id,
    )  # fmt: skip
    place.refresh_from_db()
    facts = {"status": "filed", "filing_no": f"NMHS-{code}-2025-{number:04d}", "filed_on": date(2025, 3, 1)}
    made: Team = Team.objects.create(organization=place, **facts)
    return made


def campaign(cast: dict[str, User], *, final: bool = True) -> Campaign:
    """赤峰's own team, one of 松山区, one of 包头, with a result unless not ``final``; a fourth does not take part."""
    made = builders.campaign(cast["region"])
    captains = Team.objects.get(organization=cast["captain"].organization)
    for one in (captains, team("150404", 901), team("150200", 901)):
        row = builders.review(made, one, self_total=90, league_total=80)
        Snapshot.objects.create(review=row, as_at=made.data_until, values=VALUES, facts=FACTS)
        if final:
            finished(row)
    builders.review(made, team("150200", 902), state=ReviewState.EXEMPT, state_reason="刚成立（演示）")
    return made


def finished(review: Review) -> None:
    """By every legal step to the end."""
    rows = Review.objects.filter(pk=review.pk)
    days = {"public_from": date(2027, 2, 16), "public_until": date(2027, 2, 20)}
    rows.update(total=Decimal(80), result=review.campaign.standard.conclusions.get(key="qualified"), **days)
    for step in (
        ReviewState.SUBMITTED,
        ReviewState.SCORED,
        ReviewState.DECIDED,
        ReviewState.PUBLICITY,
        ReviewState.FINAL,
    ):
        rows.update(state=step)


def begun(of: Campaign, by: User) -> ReportRun:
    return begin(of, by=by, dated=DAY)


def of_team(run: ReportRun, code: str) -> ReportDocument:
    found: ReportDocument = run.documents.get(organization__code=code)
    return found
