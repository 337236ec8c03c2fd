"""Many phones in the same instant: real threads on the real database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from core.offline import STORED
from organizations.models import User
from tests.organizations.helpers import at_once
from tests.people import builders as people
from tests.training import builders
from training.choices import MarkKind, Presence
from training.models import Activity, Attendance, Mark, Participation, Slot
from training.roll.given import Given
from training.roll.marking import take
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db(transaction=True)
HERE = UUID("5f3d0000-0000-4000-8000-000000000001")
CLIENTS, PEOPLE, BATCHES = 50, 20, 4


@pytest.fixture
def drill(cast: dict[str, User]) -> Activity:
    return builders.drill(cast["captain"].organization, cast["captain"])


def test_200_marks_by_50_clients_none_lost_none_doubled(drill: Activity, cast: dict[str, User]) -> None:
    """Each client marks other people in another order, and sends every batch twice, as after a broken answer."""
    slot = drill.slots.get()
    team = [people.member(drill.host, number) for number in range(1, PEOPLE + 1)]
    rows = builders.listed(drill, *team[: PEOPLE // 2])  # the others are put on the list by whoever is first
    assert len(rows) == PEOPLE // 2

    def client(number: int) -> Callable[[], Any]:
        by = User.objects.get(pk=cast["captain"].pk)
        marks = [_mark(slot, team, number, step) for step in range(BATCHES)]

        def send() -> list[str]:
            answers = []
            for some in (marks[:2], marks[2:], marks):
                answers += [result.state for result in take(some, by=by)]
            return answers

        return send

    answers = at_once(*[client(number) for number in range(CLIENTS)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert all(answer == [STORED] * BATCHES + ["same"] * BATCHES for answer in answers)
    assert Mark.objects.count() == CLIENTS * BATCHES
    assert Participation.objects.count() == PEOPLE
    found = Attendance.objects.values_list("presence", flat=True)
    assert list(found) == [Presence.PRESENT] * PEOPLE


def _mark(slot: Slot, team: list[Any], number: int, step: int) -> Given:
    person = team[(number * 7 + step * (1 if number % 2 else -1)) % len(team)].person_id
    at = slot.starts_at + timedelta(minutes=number, seconds=step)
    return Given(uuid5(HERE, f"{number} {step}"), slot.pk, MarkKind.ARRIVED, at, person=person)


def test_one_mark_sent_by_all_at_once_is_one(drill: Activity, cast: dict[str, User]) -> None:
    slot = drill.slots.get()
    row = builders.listed(drill, people.member(drill.host, 1))[0]
    one = Given(uuid5(HERE, "one"), slot.pk, MarkKind.ARRIVED, slot.starts_at, person=row.person_id)
    answers = at_once(*[lambda: take([one], by=User.objects.get(pk=cast["captain"].pk))[0].state] * 10)
    assert set(answers) <= {STORED, "same"}
    assert Mark.objects.count() == 1


def test_record_handed_in_while_marks_arrive(drill: Activity, cast: dict[str, User]) -> None:
    """Either the mark was there before and counts in what was handed in, or it is kept aside."""
    slot = drill.slots.get()
    rows = builders.listed(drill, people.member(drill.host, 1), people.member(drill.host, 2))
    builders.present(drill, rows[:1])
    by = User.objects.get(pk=cast["captain"].pk)
    one = Given(uuid5(HERE, "late"), slot.pk, MarkKind.ARRIVED, slot.starts_at, person=rows[1].person_id)
    answers = at_once(
        lambda: WORKFLOW.perform(drill, "submit", by=cast["captain"]), lambda: take([one], by=by)[0].trouble
    )
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    drill.refresh_from_db()
    assert drill.present == (1 if answers[1] else 2)
