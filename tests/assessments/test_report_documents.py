"""From a document of a run to its content: what is read, in how many queries, and that a digest follows the records
that were frozen and nothing else."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import report
from assessments.choices import DocumentKind
from assessments.models import Campaign, Conclusion, ReportDocument, ReportRun, Review, ReviewScore, Snapshot
from assessments.report.sources import sources_of
from assessments.states import ReviewState
from organizations.models import Organization, User
from organizations.reference import add_child
from organizations.roles import Level
from teams.models import Team
from tests.assessments import builders
from tests.assessments.report_facts import REPORT, VALUES, facts
from tests.assessments.report_reading import pages_of

pytestmark = pytest.mark.django_db


def team_below(place: Organization, number: int) -> Team:
    names = {"name": f"演示报告救援队{number}", "short_name": f"演示报告队{number}"}
    leaf = add_child(place, code=f"T9{number:04d}", level=Level.TEAM, division_id="150404", **names)
    leaf.refresh_from_db()
    filed = {"filing_no": f"NMHS-150404-2025-8{number:03d}", "filed_on": date(2025, 3, 1), "level": "banner_county"}
    return Team.objects.create(organization=leaf, status="filed", **filed)


def reviewed(campaign: Campaign, place: Organization, number: int, state: str = ReviewState.FINAL) -> Review:
    made = builders.review(campaign, team_below(place, number), report=REPORT, self_total=90, league_total=80)
    name = made.organization.name
    Snapshot.objects.create(review=made, as_at=date(2026, 12, 31), values=VALUES, facts=facts(5, name=name))
    line = campaign.standard.indicators.get(code="2.1")
    ReviewScore.objects.create(review=made, indicator=line, scored_by="league", points=Decimal(30), note="演示")
    result = Conclusion.objects.get(standard=campaign.standard, key="qualified")
    days = {"public_from": date(2027, 2, 16), "public_until": date(2027, 2, 20)}
    Review.objects.filter(pk=made.pk).update(total=Decimal(80), result=result, **days)
    for step in (ReviewState.SUBMITTED, ReviewState.SCORED, ReviewState.DECIDED, ReviewState.PUBLICITY, state):
        Review.objects.filter(pk=made.pk).update(state=step)
    return made


def document(campaign: Campaign, kind: str, place: Organization, by: User) -> ReportDocument:
    run = ReportRun(campaign=campaign, number=1, dated=date(2027, 3, 1), started_by=by)
    return ReportDocument(run=run, kind=kind, organization=place, number="KH-演示-1")


@pytest.fixture
def campaign(region: User) -> Campaign:
    return builders.campaign(region)


def test_three_kinds_are_made_of_what_was_frozen(campaign: Campaign, region: User, songshan: User) -> None:
    first = reviewed(campaign, songshan.organization, 1)
    league = first.office
    top = Organization.objects.get(level=Level.REGION)
    for kind, place in (("team", first.organization), ("league", league), ("region", top)):
        prepared = report.prepare(document(campaign, kind, place, region))
        assert prepared.is_final, kind
        text = "".join(pages_of(prepared.pdf(report.verify_by("K7MQ4CDFGHJKMNPQ"))))
        assert "K7MQ-4CDF-GHJK-MNPQ" in text
        assert prepared.digest[:8] in text
        assert "合格" in text


def test_digest_follows_the_frozen_and_not_the_living(campaign: Campaign, region: User, songshan: User) -> None:
    made = reviewed(campaign, songshan.organization, 1)
    paper = document(campaign, DocumentKind.TEAM, made.organization, region)
    before = report.prepare(paper).digest
    Team.objects.filter(pk=made.team_id).update(planned_size=99)
    assert report.prepare(paper).digest == before
    Snapshot.objects.create(review=made, as_at=date(2026, 12, 31), values=VALUES, facts=facts(6), reason="补录")
    assert report.prepare(paper).digest != before


def test_queries_do_not_grow_with_the_teams(campaign: Campaign, region: User, songshan: User) -> None:
    counts = []
    first = reviewed(campaign, songshan.organization, 9)
    (short,) = sources_of(campaign, Review.objects.filter(pk=first.pk), whole=False)
    assert "members" not in short.facts  # a region's report does not read a thousand rosters
    assert short.facts["counts"]["registered"] == 5
    for number in (1, 2, 3):
        made = reviewed(campaign, songshan.organization, number)
        with CaptureQueriesContext(connection) as captured:
            report.prepare(document(campaign, DocumentKind.LEAGUE, made.office, region))
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 10


def test_team_without_a_part_in_the_campaign_has_no_report(campaign: Campaign, region: User, captain: User) -> None:
    with pytest.raises(ValueError, match="no part"):
        report.prepare(document(campaign, DocumentKind.TEAM, captain.organization, region))
    with pytest.raises(ValueError, match="archive"):
        report.prepare(document(campaign, DocumentKind.ARCHIVE, captain.organization, region))


def test_review_without_snapshot_is_printed_as_a_draft(campaign: Campaign, region: User, songshan: User) -> None:
    made = builders.review(campaign, team_below(songshan.organization, 1))
    prepared = report.prepare(document(campaign, DocumentKind.TEAM, made.organization, region))
    assert not prepared.is_final
    text = "".join(pages_of(prepared.pdf()))
    assert "还没有取数" in text
    assert made.organization.name in text
