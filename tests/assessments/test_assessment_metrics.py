"""Numbers about the year's assessment, grades and what follows: each the number of its list."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import FollowUp, TeamGrade
from core import metrics
from core.metrics import Period
from organizations.models import Organization, User
from teams.models import Team
from tests.assessments import annual
from tests.assessments.test_follow_ups import made

pytestmark = pytest.mark.django_db
NAMES = [one.name for one in metrics.every() if one.function.__module__ == "assessments.metrics"]
YEAR = Period.of_year(2025)


@pytest.fixture
def year(region: User, captain: User, chifeng: User, office: Callable[[str], Organization]) -> list[FollowUp]:
    """One team decided with two follow-ups (one late, one reported), one late; the first holds a grade for a month, and
    another of the emergency authorities: a team is counted once."""
    yesterday = timezone.localdate() - timedelta(days=1)
    campaign = annual.campaign(region, report_by=yesterday, score_by=None, decide_by=None)
    review = annual.in_state("decided", campaign, captain.organization, captain, chifeng, region)
    annual.review(campaign, office("150404"))
    TeamGrade.objects.create(
        team=review.team, scheme="red_cross", category_id="aquatic", grade="3", issuer="演示", created_by=region,
        granted_on=date(2024, 1, 1), valid_until=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip
    TeamGrade.objects.create(
        team=review.team, scheme="emergency", specialty="water", grade="2", issuer="演示", created_by=region,
        granted_on=date(2024, 1, 1),
    )  # fmt: skip
    late = made(review, region, due_on=yesterday)
    done = made(review, region, state="reported", outcome="已办", reported_by=captain, reported_at=timezone.now())
    return [late, done]


def numbers(place: Organization, period: Period) -> dict[str, Any]:
    return {name: each.value for name, each in metrics.counted(map(metrics.get, NAMES), place, period).items()}


def test_the_numbers_of_a_year(year: list[FollowUp], region: User, captain: User, baotou: User) -> None:
    this_year = Period.of_year(timezone.localdate().year)
    now = {"teams_graded": 1, "grades_expiring": 1, "followups_open": 2, "followups_overdue": 1}
    for place, overdue in ((region.organization, 1), (captain.organization, 0)):
        found = numbers(place, this_year)
        assert {name: found[name] for name in now} == now
        # of the year the assessment is about, as it stands today
        found = numbers(place, YEAR)
        assert (found["reviews_submitted"], found["reviews_final"], found["reviews_overdue"]) == (1, 0, overdue)
    assert not any(numbers(baotou.organization, this_year).values())


def test_a_past_day_is_told_as_it_was(year: list[FollowUp], region: User) -> None:
    found = numbers(region.organization, YEAR)
    assert (found["teams_graded"], found["grades_expiring"]) == (1, 0)
    assert (found["followups_open"], found["followups_overdue"]) == (0, 0)  # written down later


def test_each_number_leads_to_its_records(
    year: list[FollowUp], region: User, as_user: Callable[[User], Client]
) -> None:
    for period in (YEAR, Period.of_year(timezone.localdate().year)):
        for name, number in numbers(region.organization, period).items():
            url = metrics.get(name).url(region.organization, period)
            if url:
                page = as_user(region).get(url)
                assert page.context["paginator"].count == number, (name, url)
                assert not page.context["notes"], (name, page.context["notes"])


def test_many_teams_are_told_as_each(year: list[FollowUp], captain: User) -> None:
    places = [captain.organization, *Organization.objects.filter(pk__in=Team.objects.values("organization"))]
    period = Period.of_year(timezone.localdate().year)
    teams = [place for place in places if place.level == "team"]
    assert metrics.numbers_at(map(metrics.get, NAMES), teams, period) == {
        place.pk: numbers(place, period) for place in teams
    }
