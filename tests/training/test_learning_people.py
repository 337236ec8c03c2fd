"""What training hangs on a person: two records become one and two again, a name is taken off, a copy is taken away."""

from typing import Any

import pytest

from core.history.as_at import events_of
from organizations.models import Organization, User
from people.merging.merging import merge
from people.merging.unmerging import in_the_way, undo
from people.models import Person
from people.privacy.own_copy import gather
from people.privacy.scrubbing import scrub
from tests.people import builders as people
from tests.training import builders
from training.models import Attendance, Instructor, Mark, Participation, Problem, Teaching
from training.person_pages import taken_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(captain: User) -> Organization:
    return captain.organization


@pytest.fixture
def two(team: Organization) -> tuple[Any, Any]:
    return people.member(team, 1), people.member(team, 2)


def state() -> list[tuple[Any, ...]]:
    return [
        *Participation.objects.order_by("pk").values_list("pk", "person", "listing"),
        *Attendance.objects.order_by("pk").values_list("pk", "participation", "presence"),
        *Mark.objects.order_by("pk").values_list("pk", "person"),
        *Instructor.objects.order_by("pk").values_list("pk", "person"),
        *Problem.objects.order_by("pk").values_list("pk", "owner_person"),
    ]


def test_merge_moves_what_can_move_and_is_taken_back_exactly(
    two: tuple[Any, Any], team: Organization, captain: User, chifeng: User
) -> None:
    kept, ceased = two
    both, alone = builders.drill(team, captain), builders.drill(team, captain)
    rows = builders.listed(both, kept, ceased)
    builders.present(both, rows)
    only = builders.listed(alone, ceased)[0]
    builders.present(alone, [only])
    first = Instructor.objects.create(organization=team, person=kept.person, name="甲")
    second = Instructor.objects.create(organization=team, person=ceased.person, name="甲")
    problem = builders.problem(both, captain, owner="甲", owner_person=ceased.person)
    before = state()
    made = merge(kept.person, ceased.person, taken=[], by=chifeng, reason="同一个人", document_reason="换过证件")
    for row in (*rows, only, first, second, problem):
        row.refresh_from_db()
    assert [row.person for row in rows] == [kept.person, ceased.person]  # on one list twice: both stay readable
    assert only.person == problem.owner_person == kept.person
    assert (first.person, second.person) == (kept.person, ceased.person)
    assert Mark.objects.of_person(kept.person).count() == 3  # append-only, read through merged_into
    assert {row.activity for row in taken_part(kept.person)} == {both, alone}
    assert in_the_way(made) == []
    undo(made, by=chifeng)
    assert state() == before


def test_what_was_changed_since_the_merge_stands_in_the_way(
    two: tuple[Any, Any], team: Organization, captain: User, chifeng: User
) -> None:
    kept, ceased = two
    drill = builders.drill(team, captain)
    builders.listed(drill, ceased)
    made = merge(kept.person, ceased.person, taken=[], by=chifeng, reason="同一个人", document_reason="换过证件")
    Participation.objects.update(role="command", version=9)
    assert in_the_way(made) == ["参加人员有 1 条在合并以后改过。"]


def test_anonymised_the_name_goes_and_the_numbers_stay(two: tuple[Any, Any], team: Organization, captain: User) -> None:
    who = two[0].person
    drill = builders.drill(team, captain, commander=who.name)
    row = builders.listed(drill, two[0], risk_reason="腿伤未愈", note="迟到，家里有病人")[0]
    builders.present(drill, [row])
    Attendance.objects.update(minutes_set=60, set_reason="送医", set_by=captain)
    instructor = Instructor.objects.create(organization=team, person=who, name=who.name, qualification="一级")
    Teaching.objects.create(activity=builders.training(team, captain), instructor=instructor, name=who.name)
    builders.problem(drill, captain, owner=who.name, owner_person=who)
    name = who.name
    scrub([who])
    row.refresh_from_db()
    assert (row.note, row.risk_reason, row.listing) == ("", "", "listed")
    assert Attendance.objects.get().counted_minutes == 60
    for model in (Participation, Attendance, Instructor, Teaching, Problem):
        event = events_of(model)
        stored = [*model._default_manager.values_list(), *event._default_manager.values_list()]  # type: ignore[attr-defined]
        text = str(stored)
        for secret in (name, "腿伤未愈", "家里有病人", "送医"):
            assert secret not in text, (model, secret)
    drill.refresh_from_db()
    assert drill.commander == name  # what was filed of an exercise stays as it was filed


def test_own_copy_holds_what_training_knows(two: tuple[Any, Any], team: Organization, captain: User) -> None:
    drill = builders.drill(team, captain)
    row = builders.listed(drill, two[0])[0]
    builders.present(drill, [row])
    parts = gather(Person.objects.get(pk=two[0].person_id), whole=False)
    assert [line["活动"] for line in parts["培训和演练"]] == ["水上救援演练（演示）"]
    assert len(parts["出勤"]) == len(parts["点名记录"]) == 1
    assert parts["师资"] == parts["负责整改的问题"] == []
