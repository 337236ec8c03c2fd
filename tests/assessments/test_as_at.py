"""Numbers of a year that is over: as things stood on 31 December, whatever became of them since."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import metrics
from core.metrics import Period
from organizations.models import Organization, User
from people.models import Certificate, Cover, Membership, Person
from portal.demo.cast import TEAM_CODE
from teams.models import Team, TeamPost
from tests.assessments import past
from tests.assessments.past import NEXT_YEAR, YEAR, at
from tests.people import builders as people
from training.models import Problem

pytestmark = pytest.mark.django_db
THREE = {"members_registered": 1, "members_certified": 1, "members_insured": 1, "members_deployable": 1}


@pytest.fixture
def team(cast: Any) -> Organization:
    found: Organization = Organization.objects.get(code=TEAM_CODE)
    return found


def numbers(place: Organization, *names: str, period: Period = YEAR) -> dict[str, Any]:
    return {name: metrics.get(name)(place, period).value for name in names}


def this_year() -> Period:
    return Period.of_year(timezone.localdate().year)


def test_a_period_that_is_over_is_told_as_at_its_last_day() -> None:
    today = timezone.localdate()
    assert (YEAR.as_at, YEAR.past, YEAR.looked_back()) == (past.LAST_DAY, past.LAST_DAY, {"at": "2025-12-31"})
    assert (this_year().as_at, this_year().past, this_year().looked_back()) == (today, None, {})
    yesterday = Period(today - timedelta(days=9), today)
    assert (yesterday.as_at, yesterday.past) == (today - timedelta(days=1),) * 2
    assert Period(today, today + timedelta(days=1)).past is None


def test_papers_that_ran_out_in_january_count_for_december(team: Organization) -> None:
    past.member(team, 1)
    assert numbers(team, *THREE, "first_aid_coverage") == THREE | {"first_aid_coverage": 100}
    now = {"members_registered": 1, "members_certified": 0, "members_insured": 0, "members_deployable": 0}
    assert numbers(team, *THREE, period=this_year()) == now


def _own(**facts: Any) -> Callable[[Membership], Any]:
    return lambda one: Membership.objects.filter(pk=one.pk).update(**facts)


def _papers(**facts: Any) -> Callable[[Membership], Any]:
    return lambda one: Certificate.objects.filter(person=one.person_id).update(**facts)


@pytest.mark.parametrize(
    "happens",
    [
        _own(state="ended", left_on=NEXT_YEAR, end_kind="voluntary"),
        _own(state="probation"),
        _own(presence="leave", away_until=None),
        _own(kind="volunteer"),
        _papers(state="ended"),
        _papers(state="refused", verified_at=None),
        _papers(verified_at=at(2026, 1, 10, 9)),  # looked at once more
    ],
)
def test_what_happens_later_changes_nothing(team: Organization, happens: Callable[[Membership], Any]) -> None:
    happens(past.member(team, 1))
    assert numbers(team, *THREE) == THREE


@pytest.mark.parametrize(
    ("otherwise", "differs"),
    [
        (_own(joined_on=NEXT_YEAR), THREE.keys()),
        (_own(state="ended", left_on=past.LAST_DAY, end_kind="voluntary"), THREE.keys()),
        (_papers(expires_on=date(2025, 12, 30)), {"members_certified", "members_deployable"}),
        (_papers(state="ended"), {"members_certified", "members_deployable"}),
        (
            lambda one: Cover.objects.filter(person=one.person_id).update(starts_on=NEXT_YEAR),
            {"members_insured", "members_deployable"},
        ),
        (_own(state="probation"), {"members_deployable"}),
        (_own(presence="suspended"), {"members_deployable"}),
        (_own(kind="volunteer"), {"members_deployable"}),
    ],
)
def test_what_was_so_on_the_day_counts(
    team: Organization, otherwise: Callable[[Membership], Any], differs: Any
) -> None:
    """The same facts, written down before the day."""
    otherwise(past.member(team, 1))
    past.entered(Membership, Certificate)
    assert numbers(team, *THREE) == THREE | dict.fromkeys(differs, 0)


def _kept(certificate: Certificate, *states: str) -> None:
    """Written down after the year, with the states it had since."""
    for state in states:
        facts = {"verified_at": at(2026, 1, 9, 9)} if state == "verified" else {}
        facts |= {"verified_at": None} if state == "refused" else {}
        Certificate.objects.filter(pk=certificate.pk).update(state=state, **facts)


@pytest.mark.parametrize(
    ("dates", "states", "counts"),
    [
        ({}, ("verified",), 1),  # looked at in January; held all through the year
        ({}, ("verified", "ended"), 1),  # and revoked after that
        ({}, ("verified", "refused"), 0),  # it was none, and nobody had counted it in December
        ({}, ("ended",), 0),  # never looked at
        ({}, (), 0),
        ({"issued_on": NEXT_YEAR}, ("verified",), 0),
        ({"expires_on": date(2025, 12, 30)}, ("verified",), 0),
    ],
)
def test_the_days_of_a_certificate_say_when_it_counts_not_the_day_it_was_looked_at(
    team: Organization, dates: Any, states: Any, counts: int
) -> None:
    """A year before the portal began must not read as if nobody had held a certificate."""
    who = past.member(team, 1).person
    Certificate.objects.filter(person=who).update(state="ended")
    past.entered(Certificate)
    facts = {"issued_on": date(2025, 3, 1), "expires_on": date(2028, 3, 1), **dates}
    _kept(people.certificate(who, number="YS-2", state="reported", verified_at=None, **facts), *states)
    assert numbers(team, "members_certified") == {"members_certified": counts}


def test_one_reported_later_that_ran_out_soon_after_was_expiring_then(team: Organization) -> None:
    who = past.member(team, 1).person
    Certificate.objects.filter(person=who).update(state="ended")
    past.entered(Certificate)
    assert numbers(team, "members_expiring") == {"members_expiring": 0}
    people.certificate(who, number="YS-2", state="reported", expires_on=NEXT_YEAR, issued_on=date(2025, 3, 1))
    assert numbers(team, "members_expiring") == {"members_expiring": 1}


def test_who_left_and_came_around_the_turn_of_the_year(team: Organization) -> None:
    for number, facts in enumerate(
        [{}, {"joined_on": NEXT_YEAR}, {"left_on": NEXT_YEAR}, {"left_on": past.LAST_DAY}], 1
    ):
        made = past.member(team, number)
        if "left_on" in facts:
            facts |= {"state": "ended", "end_kind": "voluntary"}
        Membership.objects.filter(pk=made.pk).update(**facts)
    assert numbers(team, "members_registered", "memberships") == {"members_registered": 2, "memberships": 2}


def test_party_membership_is_that_of_the_day(team: Organization) -> None:
    who = past.member(team, 1, person=people.person(1, political="01")).person
    Person.objects.filter(pk=who.pk).update(political="13")
    assert numbers(team, "members_party") == {"members_party": 1}
    assert numbers(team, "members_party", period=this_year()) == {"members_party": 0}


def test_a_problem_closed_later_was_open_on_the_day(team: Organization, captain: User) -> None:
    found = past.problem(past.drill(team, captain), captain)
    names = ("problems_open", "problems_overdue", "problems_closed")
    Problem.objects.filter(pk=found.pk).update(state="fixed")
    Problem.objects.filter(pk=found.pk).update(state="closed", closed_at=timezone.now())
    assert numbers(team, *names) == {"problems_open": 1, "problems_overdue": 1, "problems_closed": 0}
    assert numbers(team, *names, period=this_year()) == dict.fromkeys(names, 0)  # found in another year's drill


def test_teams_and_captains_are_those_of_the_day(office: Callable[[str], Organization]) -> None:
    league = office("150700")
    one, two = (past.new_team(league, number) for number in (1, 2))
    for team in (one, two):
        TeamPost.objects.create(team=team, role="captain", name="演示", starts_on=date(2024, 3, 1))
    past.entered(Team)
    Team.objects.filter(pk=one.pk).update(status="exited", exit_on=NEXT_YEAR)
    TeamPost.objects.filter(team=two).update(ends_on=NEXT_YEAR)
    names = ("teams_on_file", "teams_without_captain", "teams_unconfirmed")
    assert numbers(league, *names) == {"teams_on_file": 2, "teams_without_captain": 0, "teams_unconfirmed": 2}
    now = {"teams_on_file": 1, "teams_without_captain": 1, "teams_unconfirmed": 1}
    assert numbers(league, *names, period=this_year()) == now


def test_a_team_written_down_after_the_year_was_on_file_by_its_dates(office: Callable[[str], Organization]) -> None:
    """Where the portal began later, or the exit was filed late, the year must not read as if there had been no team."""
    league = office("150700")
    past.new_team(league, 1, level="league_city")
    past.new_team(league, 2, status="exited", exit_on=past.LAST_DAY)
    past.new_team(league, 3, filed_on=NEXT_YEAR)
    assert numbers(league, "teams_on_file", "teams_league_city") == {"teams_on_file": 1, "teams_league_city": 1}


def test_teams_of_a_year_before_the_portal_are_listed_where_they_are_counted(
    as_user: Callable[[User], Client], region: User, office: Callable[[str], Organization]
) -> None:
    """Written down today, on file since 2024: the list as it was on the last day of 2025 would be empty."""
    league = office("150700")
    led = past.new_team(league, 1, level="league_city")
    TeamPost.objects.create(team=led, role="captain", name="演示", starts_on=date(2024, 3, 1), ends_on=NEXT_YEAR)
    past.new_team(league, 2, level="banner_county", status="exited", exit_on=NEXT_YEAR)
    past.new_team(league, 3, filed_on=NEXT_YEAR)
    client = as_user(region)
    page = client.get(reverse("portal:statistics"), {"scope": league.pk, "year": 2025})
    lines = {line["metric"].name: line for line in page.context["numbers"]}
    wanted = {"teams_on_file": 2, "teams_league_city": 1, "teams_banner_county": 1, "teams_without_captain": 1}
    for name, number in wanted.items():
        listed = client.get(lines[name]["url"])
        found = lines[name]["value"], listed.context["paginator"].count, listed.context["notes"]
        assert found == (number, number, []), name


def test_statistics_of_a_year_gone_by_open_the_lists_of_its_last_day(
    as_user: Callable[[User], Client], region: User, captain: User, chifeng: User, team: Organization
) -> None:
    past.member(team, 1)
    past.problem(past.drill(team, captain), captain)
    Membership.objects.update(state="ended", left_on=NEXT_YEAR, end_kind="voluntary")
    client = as_user(region)
    page = client.get(reverse("portal:statistics"), {"scope": chifeng.organization_id, "year": 2025})
    lines = {line["metric"].name: line for line in page.context["numbers"]}
    for name in (*THREE, "memberships", "problems_open", "problems_overdue"):
        line = lines[name]
        assert (line["value"], "at=2025-12-31" in line["url"]) == (1, True), name
        listed = client.get(line["url"])
        assert (listed.context["paginator"].count, listed.context["notes"]) == (1, []), name
    assert lines["filings_waiting"]["url"] == ""
    assert "2025-12-31" in page.content.decode()
    assert (
        "2025-12-31"
        not in client.get(reverse("portal:statistics"), {"scope": chifeng.organization_id}).content.decode()
    )


# -- several teams at once -------------------------------------------------------------------------------------
@pytest.fixture
def teams(team: Organization, captain: User, office: Callable[[str], Organization]) -> list[Organization]:
    """One with something of nearly everything, one that shares a member with it, one with nothing; two leagues."""
    shared = past.member(team, 1)
    past.member(team, 2)
    past.member(team, 3, state="probation")
    other = past.new_team(office("150200"), 1).organization
    past.member(other, 4)
    people.member(other, person=shared.person)
    empty = past.new_team(office("150404"), 2).organization
    people.award(shared.person, awarded_on=date(2025, 5, 1))
    Person.objects.filter(pk=shared.person_id).update(rc_member_no="HY-1", volunteer_no="ZY-1", political="01")
    for place in (team, other):
        past.problem(past.drill(place, captain), captain)
    past.entered(Team, Person, Membership)
    people.award(shared.person)
    return [team, other, empty]


@pytest.mark.parametrize("year", [2025, None])
def test_numbers_of_many_teams_are_those_of_each(teams: list[Organization], year: int | None) -> None:
    period = Period.of_year(year) if year else this_year()
    found = metrics.numbers_at(metrics.every(), teams, period)
    alone = {place.pk: numbers(place, *found[place.pk], period=period) for place in teams}
    assert found == alone
    told = {name for name, number in found[teams[0].pk].items() if number}
    assert told >= {"members_registered", "memberships", "people_awarded", "problems_open"}
    if year:
        assert told >= {"training_hours_per_head", "first_aid_coverage", "attendance_rate", "drills_field"}
        assert found[teams[1].pk]["training_hours_per_head"] == 8
    assert not any(found[teams[2].pk][name] for name in told - {"teams_on_file", "teams_unconfirmed"})


def test_many_teams_take_the_queries_of_few(teams: list[Organization]) -> None:
    asked = []
    for places in (teams[:2], teams):
        with CaptureQueriesContext(connection) as captured:
            metrics.numbers_at(metrics.every(), places, YEAR)
        asked.append(len(captured))
    assert asked[0] == asked[1]
    assert metrics.numbers_at(metrics.every(), [], YEAR) == {}
