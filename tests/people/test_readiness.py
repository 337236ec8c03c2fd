"""在册, 持证, 可出动: each need is asserted by taking it away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from organizations.models import Organization
from people.choices import InsuranceKind, MemberKind, Presence
from people.models import Certificate, Cover, Membership, Person, Policy
from people.readiness import NEEDS, Numbers, deployable, needs_of, numbers, with_needs
from people.states import CertificateState
from people.validators import months_after
from portal.demo.cast import TEAM_CODE
from tests.people import builders

YESTERDAY, TOMORROW = timedelta(days=-1), timedelta(days=1)


def _of(model: Any, **facts: Any) -> Callable[[Membership], None]:
    return lambda membership: model.objects.filter(person=membership.person).update(**facts)


def _own(**facts: Any) -> Callable[[Membership], None]:
    return lambda membership: Membership.objects.filter(pk=membership.pk).update(**facts)


def _person(**facts: Any) -> Callable[[Membership], None]:
    return lambda membership: Person.objects.filter(pk=membership.person_id).update(**facts)


def _today() -> Any:
    return timezone.localdate()


TAKEN_AWAY = [
    ("full", _own(state="probation")),
    ("member", _own(kind=MemberKind.VOLUNTEER)),
    ("present", _own(presence=Presence.LEAVE)),
    ("present", lambda m: _own(presence=Presence.SUSPENDED, away_until=_today() + TOMORROW)(m)),
    ("identity", _person(id_index=None, id_cipher="")),
    ("adult", lambda m: _person(birth=months_after(_today(), -18 * 12) + TOMORROW)(m)),
    ("adult", _person(birth=None)),
    ("certified", _of(Certificate, state=CertificateState.REFUSED)),
    ("certified", lambda m: _of(Certificate, expires_on=_today() + YESTERDAY)(m)),
    ("certified", _of(Certificate, kind_id="rope")),
    ("insured", lambda m: _of(Cover, ends_on=_today() + YESTERDAY)(m)),
    ("insured", lambda m: Policy.objects.filter(covers__person=m.person).update(kind=InsuranceKind.PUBLIC)),
]


@pytest.fixture
def team(cast: Any) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.mark.parametrize(("key", "take"), TAKEN_AWAY)
def test_without_it_nobody_is_deployable_and_the_reason_is_told(
    team: Organization, key: str, take: Callable[[Membership], None]
) -> None:
    membership = builders.ready(team)
    rows = Membership.objects.of_team(team)
    assert needs_of(with_needs(rows).get()) == []
    assert deployable(rows).count() == 1
    take(membership)
    assert [need.key for need in needs_of(with_needs(rows).get())] == [key]
    assert not deployable(rows).exists()
    assert numbers(rows).deployable == 0


def test_every_need_is_taken_away_above() -> None:
    assert {need.key for need in NEEDS} == {key for key, _take in TAKEN_AWAY}


def test_back_from_leave_on_the_day_it_ends(team: Organization) -> None:
    membership = builders.ready(team)
    _own(presence=Presence.LEAVE, away_until=_today())(membership)
    assert deployable(Membership.objects.of_team(team)).exists()


def test_numbers_count_heads(team: Organization, office: Callable[[str], Organization]) -> None:
    from organizations.reference import add_child  # only this test needs a second team

    other = add_child(
        office("150400"),
        code="T15040099",
        name="第二支（演示）",
        short_name="第二支",
        level="team",
        division_id="150400",
    )
    both = builders.ready(team, 1)
    builders.member(other, person=both.person)
    builders.member(team, 2)
    builders.certificate(builders.member(other, 3).person)
    rows = Membership.objects.below(office("150400"))
    assert rows.count() == 4
    assert numbers(rows) == Numbers(registered=3, certified=2, deployable=1)
    assert rows.heads() == 3


def test_ended_members_are_in_no_number(team: Organization) -> None:
    membership = builders.ready(team)
    _own(state="ended", left_on=_today(), end_kind="voluntary")(membership)
    assert numbers(Membership.objects.of_team(team)) == Numbers(0, 0, 0)
