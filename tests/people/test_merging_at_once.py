"""Who becomes a member, or is insured, in the moment in which two records of him are made one: on the real database."""

from collections.abc import Callable
from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from organizations.models import Organization, User
from organizations.reference import add_child
from people.choices import IdType
from people.membership.admitting import admit
from people.merging.merging import merge
from people.models import Cover, Membership, Person
from people.papers.insuring import add_people
from portal.demo.cast import TEAM_CODE
from tests.organizations.helpers import until_somebody_waits_for_a_lock
from tests.people import builders
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(cast: dict[str, User]) -> tuple[Person, Person]:
    place = Organization.objects.get(code=TEAM_CODE)
    return builders.member(place, 1).person, builders.member(place, 2).person


def while_they_are_merged(two: tuple[Person, Person], by: User, act: Callable[[], Any]) -> Any:
    """What comes of ``act``, begun before the second record is merged into the first, and let through after it."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(act())
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        merge(*two, taken=["name"], by=by, reason="同一个人", document_reason="换过证件")
        thread = Thread(target=run)
        thread.start()
        until_somebody_waits_for_a_lock()
    thread.join()
    return answers[0]


def test_a_new_member_is_one_on_the_record_that_a_merge_left(cast: dict[str, User], two: tuple[Person, Person]) -> None:
    second_team = add_child(
        Organization.objects.get(code="150400"), code="T15040099", name="第二支（演示）", short_name="第二支",
        level="team", division_id="150400",
    )  # fmt: skip
    facts, joined = {"name": two[1].name}, date(2026, 11, 1)
    answer = while_they_are_merged(
        two, cast["chifeng"], lambda: admit(facts, IdType.CITIZEN, citizen(2), second_team, joined_on=joined)
    )
    assert Membership.objects.get(organization=second_team).person == two[0], answer


def test_the_record_that_a_merge_left_is_insured(cast: dict[str, User], two: tuple[Person, Person]) -> None:
    policy = builders.policy(Organization.objects.get(code=TEAM_CODE))
    days = {"starts_on": policy.starts_on, "ends_on": policy.ends_on}
    answer = while_they_are_merged(two, cast["chifeng"], lambda: add_people(policy, [two[1]], **days))
    assert Cover.objects.get(policy=policy).person == two[0], answer
