"""Who is seen where: people of today's teams, and those who are in none any more where they were last."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from organizations.models import Organization, User
from people.choices import IdType
from people.membership.enrolling import replace_document
from people.models import Certificate, Membership, Person
from portal.demo.cast import TEAM_CODE
from tests.people import builders


@pytest.fixture
def team(cast: Any) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


def _end(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).update(
        state="ended", left_on=timezone.localdate(), end_kind="voluntary", is_main=False
    )


def _seen(user: User) -> set[str]:
    people = Person.objects.visible_to(user)
    assert people.count() == len(set(people))  # nobody twice
    return {person.name for person in people}


def test_people_are_seen_at_their_teams_and_nowhere_else(
    team: Organization, chifeng: User, baotou: User, captain: User, songshan: User
) -> None:
    builders.member(team, person=builders.person(1, name="在队"))
    for user in (chifeng, captain):
        assert _seen(user) == {"在队"}
    assert _seen(baotou) == _seen(songshan) == set()


def test_who_left_is_seen_where_he_was_until_he_is_somewhere_else(
    team: Organization, office: Callable[[str], Organization], chifeng: User, baotou: User
) -> None:
    from organizations.reference import add_child  # only this test needs a second team

    gone = builders.member(team, person=builders.person(1, name="退队"))
    certificate = builders.certificate(gone.person)
    _end(gone)
    assert _seen(chifeng) == {"退队"}
    assert Certificate.objects.visible_to(chifeng).get() == certificate
    there = add_child(
        office("150200"), code="T15020099", name="包头一队（演示）", short_name="包头一队", level="team",
        division_id="150200",
    )  # fmt: skip
    builders.member(there, person=gone.person)
    assert _seen(chifeng) == set()
    assert _seen(baotou) == {"退队"}
    assert not Certificate.objects.visible_to(chifeng).exists()


def test_a_merged_record_is_seen_by_nobody(team: Organization, chifeng: User) -> None:
    kept, ceased = (
        builders.member(team, person=builders.person(number, name=name)) for number, name in ((1, "留下"), (2, "并入"))
    )
    Person.objects.filter(pk=ceased.person_id).update(merged_into=kept.person)
    assert _seen(chifeng) == {"留下"}


def test_a_whole_number_finds_its_holder_also_by_a_former_document(team: Organization) -> None:
    who = builders.member(team, 1).person
    builders.member(team, 2)
    replace_document(who, IdType.PASSPORT, "E12345678", reason="换证")
    other = builders.member(team, 3, person=builders.person(3, volunteer_no="AB1234567")).person
    found = {
        term: set(Person.objects.matching(term).values_list("pk", flat=True))
        for term in (builders.citizen(1), "e12345678", "AB1234567", who.mobile, builders.citizen(9))
    }
    assert list(found.values()) == [{who.pk}, {who.pk}, {other.pk}, {who.pk}, set()]
