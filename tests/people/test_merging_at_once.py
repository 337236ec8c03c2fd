"""Somebody becomes a member in the very moment in which his two records are made one: on the real database."""

from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from organizations.models import Organization, User
from organizations.reference import add_child
from people.admitting import admit
from people.choices import IdType
from people.merging import merge
from people.models import Membership
from portal.demo.cast import TEAM_CODE
from tests.organizations.helpers import until_somebody_waits_for_a_lock
from tests.people import builders
from tests.people.builders import citizen

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_member_is_one_on_the_record_that_a_merge_left(
    cast: dict[str, User],
) -> None:
    place, league = (Organization.objects.get(code=code) for code in (TEAM_CODE, "150400"))
    second_team = add_child(
        league, code="T15040099", name="第二支（演示）", short_name="第二支", level="team", division_id="150400"
    )
    kept, ceased = (builders.member(place, number).person for number in (1, 2))
    number = citizen(2)
    facts = {"name": ceased.name}
    answers: list[Any] = []

    def join() -> None:
        try:
            answers.append(admit(facts, IdType.CITIZEN, number, second_team, joined_on=date(2026, 11, 1)))
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        merge(kept, ceased, taken=["name"], by=cast["chifeng"], reason="同一个人", document_reason="换过证件")
        thread = Thread(target=join)
        thread.start()
        until_somebody_waits_for_a_lock()
    thread.join()
    made = Membership.objects.get(organization=second_team)
    assert made.person_id == kept.pk, answers
