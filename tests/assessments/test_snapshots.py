"""Snapshots of a year: what is frozen, of how many in how few queries, and that it stays as it is."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.annual import snapshots
from assessments.models import Campaign, Review, Snapshot, TeamGrade
from assessments.scoring import Answer, score
from assessments.scoring.rules import rules_of
from core import metrics
from organizations.models import Organization, User
from people.models import Certificate, Membership, Person
from portal.demo.cast import TEAM_CODE
from teams.models import Team, TeamPost
from tests.assessments import builders, past
from tests.assessments.past import NEXT_YEAR
from tests.organizations.helpers import at_once
from tests.people import builders as people
from training.models import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(cast: Any) -> Team:
    """Filed, with a member of 2025 and a drill that left a problem."""
    found: Team = Team.objects.select_related("organization").get(organization__code=TEAM_CODE)
    found.filing_no, found.status, found.filed_on = "NMHS-150400-2025-0001", "filed", date(2025, 3, 1)
    found.level, found.main_category_id, found.other_categories = "league_city", "aquatic", ["mountain"]
    found.duty_phone = "0476-1234567"
    found.save()
    past.entered(Team, Organization)
    return found


@pytest.fixture
def campaign(region: User) -> Campaign:
    return builders.campaign(region, 2025)


@pytest.fixture
def review(team: Team, campaign: Campaign, captain: User) -> Review:
    place = team.organization
    who = past.member(place, 1)
    TeamPost.objects.create(
        team=team, role="captain", name=who.person.name, person=who.person, phone="13800000011",
        starts_on=date(2024, 3, 1),
    )  # fmt: skip
    past.member(place, 2, state="probation", duty="器材")
    past.problem(past.drill(place, captain), captain)
    people.award(who.person, awarded_on=date(2025, 9, 1))
    TeamGrade.objects.create(
        team=team, scheme="red_cross", category_id="aquatic", grade="3", issuer="演示红十字会",
        granted_on=date(2024, 5, 1), valid_until=date(2027, 4, 30), created_by=captain,
    )  # fmt: skip
    return builders.review(campaign, team)


def _reviews() -> Any:
    return Review.objects.all()


def test_every_metric_of_teams_is_taken_and_can_be_read_back(review: Review, region: User) -> None:
    assert snapshots.latest(review) is None
    assert snapshots.values(review) == {}
    assert snapshots.take(_reviews(), by=region, reason="年终取数") == 1
    taken = snapshots.latest(review)
    assert taken is not None
    assert (taken.as_at, taken.taken_by, taken.reason) == (past.LAST_DAY, region, "年终取数")
    found = snapshots.values(review)
    assert set(found) == {one.name for one in snapshots.metrics_of_teams()}
    assert not {"offices", "accounts", "requests_decided", "teams_with_drift"} & set(found)
    expected = {
        "members_registered": 2, "members_certified": 2, "members_insured": 2, "members_deployable": 1,
        "first_aid_coverage": 100, "drills_held": 1, "attendance_rate": 80, "training_hours_per_head": 8,
        "problems_open": 1, "people_awarded": 1, "teams_on_file": 1,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert all(isinstance(number, str) for number in taken.values.values())


def test_numbers_do_not_change_when_taken_later(review: Review, region: User) -> None:
    snapshots.take(_reviews(), by=region)
    before = snapshots.latest(review)
    Membership.objects.filter(number="001").update(state="ended", left_on=NEXT_YEAR, end_kind="voluntary")
    Certificate.objects.update(state="ended")
    Problem.objects.update(state="fixed")
    Problem.objects.update(state="closed", closed_at=timezone.now())
    Team.objects.filter(pk=review.team_id).update(status="suspended", status_reason="演示")
    people.member(review.organization, 7, joined_on=NEXT_YEAR)
    assert snapshots.take(_reviews(), by=region, reason="再取一次") == 1
    after = snapshots.latest(review)
    assert before is not None
    assert after is not None
    assert (before.pk != after.pk, before.values, before.facts) == (True, after.values, after.facts)


def test_a_campaign_whose_day_has_not_come_is_read_today(team: Team, region: User) -> None:
    year = timezone.localdate().year
    campaign = builders.campaign(region, year, data_until=date(year, 12, 31))
    review = builders.review(campaign, team)
    people.ready(team.organization, 1)
    snapshots.take(_reviews(), by=None)
    taken = snapshots.latest(review)
    assert taken is not None
    assert taken.as_at == timezone.localdate()
    assert snapshots.values(review)["members_deployable"] == 1
    assert [row[0] for row in taken.facts["team"]][:4] == ["队伍名称", "备案编号", "备案日期", "状态"]
    assert len(taken.facts["members"]) == 1


def test_a_day_within_the_year_ends_the_year_early(review: Review, region: User) -> None:
    Campaign.objects.update(data_until=date(2025, 10, 31))
    snapshots.take(_reviews(), by=region)
    taken = snapshots.latest(review)
    assert taken is not None
    assert taken.as_at == date(2025, 10, 31)
    assert (taken.values["drills_held"], taken.facts["drills"], taken.values["members_registered"]) == ("0", [], "2")


def test_facts_say_what_the_report_prints(review: Review, region: User) -> None:
    snapshots.take(_reviews(), by=region)
    taken = snapshots.latest(review)
    assert taken is not None
    facts = taken.facts
    one, two = (Membership.objects.select_related("person").get(number=number).person.name for number in ("001", "002"))
    drill = Problem.objects.get().activity
    told = dict(facts["team"])
    assert told["备案编号"] == "NMHS-150400-2025-0001"
    assert told["主管红十字会"] == "赤峰市红十字会"
    assert told["队伍级别"] == "盟市级"
    assert told["其他类别"]
    assert facts["posts"] == [["队长", one, "2024-03-01"]]
    assert facts["counts"] == {"registered": 2, "certified": 2, "insured": 2, "deployable": 1}
    assert facts["members"] == [
        ["001", one, "队员，正式", "队长", "2024-03-01", "2026-01-15", "2026-01-19"],
        ["002", two, "队员，预备", "器材", "2024-03-01", "2026-01-15", "2026-01-19"],
    ]
    assert facts["drills"] == [
        [drill.number, "水上救援演练（演示）", "2025-11-05", "演示水库", "实战演练", 8, 10, 16.0]
    ]
    assert facts["trainings"] == []
    assert facts["problems"] == [["冲锋舟发动机启动失败（演示）", "水上救援演练（演示）", "2025-12-01", "整改中", ""]]
    assert facts["awards"] == [[one, "优秀红十字志愿者（演示）", "演示红十字会", "2025-09-01"]]
    assert [row[1:] for row in facts["grades"]] == [["3 级", "演示红十字会", "2024-05-01", "2027-04-30"]]
    assert facts["months"]["drills"] == [0] * 10 + [1, 0]
    assert facts["months"]["hours"] == [0.0] * 10 + [16.0, 0.0]
    text = json.dumps(facts, ensure_ascii=False)
    for person in Person.objects.all():
        assert person.mobile not in text
        assert person.id_number not in text
    assert "1234567" not in text
    assert "13800000011" not in text


def test_it_is_frozen(review: Review, region: User) -> None:
    snapshots.take(_reviews(), by=region)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        Snapshot.objects.update(values={})
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        Snapshot.objects.all().delete()


def test_a_number_of_a_metric_that_is_no_more_stays(review: Review) -> None:
    kept = {"of_old": "12.50", "members_registered": "3", "broken": "—"}
    Snapshot.objects.create(review=review, as_at=past.LAST_DAY, values=kept, facts={})
    assert snapshots.values(review) == {"of_old": Decimal("12.5"), "members_registered": 3}
    assert snapshots.values_of(_reviews()) == {review.pk: snapshots.values(review)}


def test_a_sheet_is_scored_from_what_was_frozen(review: Review, region: User) -> None:
    snapshots.take(_reviews(), by=region)
    standard = review.campaign.standard
    found = snapshots.values(review)
    bound = standard.indicators.exclude(metric="").values_list("code", "metric")
    sheet = score(rules_of(standard), {code: Answer(value=found[metric]) for code, metric in bound}, aim="qualified")
    assert {line.rule.code: line.points for line in sheet.lines if line.points} == {"1.2": 10}


def test_two_hundred_teams_take_the_queries_of_twenty(
    review: Review, region: User, office: Callable[[str], Organization]
) -> None:
    league = office("150700")
    teams = [past.new_team(league, number) for number in range(1, 200)]
    made = Review.objects.bulk_create(
        Review(campaign=review.campaign, team=team, organization=team.organization, office=league) for team in teams
    )
    few = [one.pk for one in made[:19]]
    asked = []
    for rows in (_reviews().filter(pk__in=[review.pk, *few]), _reviews()):
        with CaptureQueriesContext(connection) as captured:
            taken = snapshots.take(rows, by=region)
        asked.append((taken, len(captured)))
    assert [number for number, _queries in asked] == [20, 200]
    assert asked[0][1] == asked[1][1] <= 60
    assert len(snapshots.values_of(_reviews())) == 200
    with CaptureQueriesContext(connection) as captured:
        assert snapshots.take(Review.objects.none(), by=region) == 0
    assert len(metrics.every()) > len(snapshots.metrics_of_teams())


@pytest.mark.django_db(transaction=True)
def test_two_who_start_at_once_take_them_once(cast: dict[str, User]) -> None:
    region, team = cast["region"], Team.objects.select_related("organization").get(organization__code=TEAM_CODE)
    builders.review(builders.campaign(region, 2025), team)
    answers = at_once(*[lambda: snapshots.take(_reviews(), by=region)] * 2)
    assert sorted(answers) == [0, 1]
    assert Snapshot.objects.count() == 1
