"""Who reaches what: the table of roles against own, child, sibling, parent and stranger organizations."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from organizations.models import Appointment, Organization, User
from organizations.permissions import acting_for, can, grant, who_can
from organizations.roles import ROLES, Level, Right

PLACES = {
    Level.REGION: {"own": "150000", "child": "150400", "grandchild": "150404", "parent": "000000"},
    Level.LEAGUE: {
        "own": "150400",
        "child": "150404",
        "team": "T15040001",
        "sibling": "150200",
        "stranger": "150207",
        "parent": "150000",
    },
    Level.BANNER: {
        "own": "150404",
        "sibling": "150403",
        "stranger": "150207",
        "parent": "150400",
        "uncle's team": "T15040001",
    },
    Level.TEAM: {"own": "T15040001", "parent": "150400", "sibling": "150404", "stranger": "150200"},
}


def _fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def _appoint(user: User, role: str, code: str) -> User:
    grant(Appointment.objects.create(user=user, role=role, organization=Organization.objects.get(code=code)))
    return _fresh(user)


@pytest.mark.parametrize(
    ("role", "level"), [(role, level) for role, duty in ROLES.items() for level in sorted(duty.levels)]
)
def test_role_reaches_exactly_what_the_table_says(role: str, level: Level, cast: dict[str, User]) -> None:
    places = PLACES[level]
    user = _appoint(
        User.objects.create_user("probe", name="试", organization=Organization.objects.get(code=places["own"])),
        role,
        places["own"],
    )
    duty = ROLES[role]
    for relation, code in places.items():
        place = Organization.objects.get(code=code)
        for right in Right:
            expected = (relation in ("own", "team") and right in duty.here) or (
                relation in ("child", "grandchild", "team") and right in duty.below
            )
            assert bool(can(user, right, place)) is expected, (relation, right)
            visible = Organization.objects.visible_to(user).filter(pk=place.pk).exists()
            assert visible is bool(can(user, Right.VIEW_ORGANIZATION, place))


def test_ended_appointment_ends_at_its_instant(captain: User, office) -> None:
    team = office("T15040001")
    assert can(captain, Right.VIEW_ORGANIZATION, team)
    Appointment.objects.filter(user=captain).update(ends_at=timezone.now())
    assert not can(_fresh(captain), Right.VIEW_ORGANIZATION, team)


def test_future_appointment_gives_nothing_yet(member: User, office) -> None:
    grant(
        Appointment.objects.create(
            user=member, role="captain", organization=office("T15040001"), starts_at=timezone.now() + timedelta(days=1)
        )
    )
    assert not can(_fresh(member), Right.REQUEST_ACCOUNT, office("T15040001"))


def test_proxy_acts_for_the_unstaffed_office_and_the_answer_says_so(chifeng: User, office) -> None:
    league, banner = office("150400"), office("150430")
    assert not can(chifeng, Right.REQUEST_ACCOUNT, banner)
    banner.has_staff, banner.proxy = False, league
    banner.save()
    user = _fresh(chifeng)
    decision = can(user, Right.REQUEST_ACCOUNT, banner)
    assert decision
    assert "代敖汉旗红十字会办理" in decision.reason
    assert acting_for(user, Right.REQUEST_ACCOUNT, banner) == "敖汉旗红十字会"


def test_proxy_does_not_act_outside_its_tree(baotou: User, office) -> None:
    banner = office("150430")
    banner.has_staff, banner.proxy = False, office("150400")
    banner.save()
    assert not can(_fresh(baotou), Right.REQUEST_ACCOUNT, banner)
    assert not can(_fresh(baotou), Right.VIEW_ORGANIZATION, banner)


def test_who_can_names_everybody_with_the_reason_in_constant_queries(
    cast: dict[str, User], office, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(3):
        answers = who_can(Right.VIEW_ORGANIZATION, office("150404"))
    assert {appointment.user.username for appointment, _ in answers} == {
        "region",
        "region-security",
        "region-audit",
        "region-system",
        "leader",
        "chifeng",
        "songshan",
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [("system_admin", "security_admin"), ("security_admin", "audit_admin"), ("audit_admin", "system_admin")],
)
def test_database_refuses_two_administrator_duties_at_once(first: str, second: str, leader: User, office) -> None:
    Appointment.objects.create(user=leader, role=first, organization=office("150000"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(user=leader, role=second, organization=office("150400"))


def test_administrator_duties_may_follow_each_other(leader: User, office) -> None:
    now = timezone.now()
    Appointment.objects.create(
        user=leader, role="system_admin", organization=office("150000"), starts_at=now - timedelta(days=9), ends_at=now
    )
    Appointment.objects.create(user=leader, role="audit_admin", organization=office("150000"), starts_at=now)


def test_superuser_cannot_exist(leader: User) -> None:
    leader.is_superuser = True
    with pytest.raises(IntegrityError), transaction.atomic():
        leader.save()
