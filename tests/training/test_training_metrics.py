"""Numbers about training: from records that count, each with its list, all in one pass."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import metrics
from core.metrics import Measure, Period
from organizations.models import Organization, User
from tests.core.list_checks import queries_of
from tests.people import builders as people
from tests.training import builders
from training.models import Activity, Problem, TrainingSetting

pytestmark = pytest.mark.django_db
NAMES = [metric.name for metric in metrics.every() if metric.function.__module__ == "training.metrics"]


def numbers(scope: Organization, year: int | None = None) -> dict[str, Measure]:
    period = Period.of_year(year or timezone.localdate(builders.morning()).year)
    return metrics.counted([metrics.get(name) for name in NAMES], scope, period)


def values(scope: Organization) -> dict[str, int | Decimal]:
    return {name: measure.value for name, measure in numbers(scope).items() if measure.value}


@pytest.fixture
def records(captain: User, chifeng: User) -> list[Activity]:
    """Of a team with two members: a confirmed drill (one of two there, 3 h), one that waits, and a confirmed training
    (both there, 8 h)."""
    team = captain.organization
    one, two = people.member(team, 1), people.member(team, 2)
    drill = builders.drill(team, captain, scope="north", form="full")
    builders.present(drill, builders.listed(drill, one, two)[:1])
    course = builders.training(team, captain, starts_at=builders.morning(5))
    builders.present(course, builders.listed(course, one, two))
    for row in (drill, course):
        row = builders.WORKFLOW.perform(row, "submit", by=captain)
        builders.WORKFLOW.perform(row, "confirm", by=chifeng)
    builders.handed_in(team, captain, starts_at=builders.morning(8), outside_people=5)
    return [drill, course]


def test_only_what_is_on_record_counts(
    records: list[Activity], captain: User, chifeng: User, baotou: User, region: User
) -> None:
    expected = {
        "drills_held": 1, "drills_full": 1, "drills_north": 1, "trainings_held": 1, "trainings_present": 2,
        "drills_present": 1, "attendance_rate": Decimal("75.0"), "training_lessons": Decimal("21.3"),
        "training_hours_per_head": Decimal("9.5"),
    }  # fmt: skip
    for place in (captain.organization, chifeng.organization, region.organization):
        assert values(place) == expected, place
    assert values(baotou.organization) == {}
    found = numbers(captain.organization)
    assert list(found["drills_north"].records) == [records[0]]  # type: ignore[arg-type]
    assert list(found["trainings_present"].records) == [records[1]]  # type: ignore[arg-type]
    assert not any(measure.value for name, measure in numbers(captain.organization, 2025).items() if "drill" in name)


def test_lesson_is_as_long_as_the_region_says(records: list[Activity], captain: User) -> None:
    TrainingSetting.objects.create(key="lesson_minutes", value=60)
    assert values(captain.organization)["training_lessons"] == 16


def test_problems_and_first_aid(records: list[Activity], captain: User, chifeng: User) -> None:
    team, today = captain.organization, timezone.localdate()
    for due, state in ((-1, "open"), (5, "open"), (None, "fixed"), (-9, "closed")):
        Problem.objects.create(
            activity=records[0], what="演示问题", organization=team, created_by=captain, state=state,
            due_on=today + timedelta(days=due) if due else None, closed_at=None if state != "closed" else timezone.now(),
        )  # fmt: skip
    found = values(chifeng.organization)
    assert (found["problems_open"], found["problems_overdue"], found["problems_closed"]) == (3, 1, 1)
    member = team.memberships.order_by("pk").first()
    people.certificate(member.person)
    assert values(team)["first_aid_coverage"] == 50


def test_all_are_read_in_one_query_and_shown_with_their_branches(
    records: list[Activity], region: User, member: User, captain: User, as_user: Callable[[User], Client]
) -> None:
    with CaptureQueriesContext(connection) as asked:
        numbers(region.organization)
    assert len(asked) == 1
    client = as_user(region)
    for name in NAMES:
        page = client.get(reverse("portal:statistics"), {"by": name})
        assert page.status_code == 200, name
        line = next(line for line in page.context["numbers"] if line["metric"].name == name)
        assert line["url"], name
    rate = client.get(reverse("portal:statistics"), {"by": "attendance_rate"}).context["branches"]
    assert {line["place"].code: line["value"] for line in rate if line["value"]} == {"150400": Decimal("75.0")}
    assert client.get(reverse("portal:statistics"), {"by": "training_hours_per_head"}).context["branches"] == []
    assert len(queries_of(client, reverse("portal:statistics"))) <= 10
    shown = [line["metric"].name for line in as_user(member).get(reverse("portal:statistics")).context["numbers"]]
    assert "drills_held" not in shown
