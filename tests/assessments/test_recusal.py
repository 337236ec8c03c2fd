"""Who must not sit on a panel: each ground by itself, and what is only to be weighed."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.models import Grading, PanelMember
from assessments.panel.recusal import YEARS, Grounds, grounds_of
from organizations.models import Appointment, Organization, User
from people.choices import EndKind
from people.models import Person
from people.states import MembershipState
from people.validators import years_before
from teams.models import Team, TeamPost
from tests.assessments import builders
from tests.people import builders as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def grading(captain: User, region: User) -> Grading:
    team = Team.objects.get(organization=captain.organization)
    team.host_org_name = "演示户外 运动协会"
    team.save()
    return builders.grading(team, captain, office=region.organization)


def found(grading: Grading, user: User) -> Grounds:
    fresh = User.objects.select_related("organization").get(pk=user.pk)
    return grounds_of(Grading.objects.select_related("team__organization").get(pk=grading.pk), [fresh])[user.pk]


def linked(user: User, **facts: Any) -> Person:
    return people.person(90, name="额尔德尼其其格", user=user, **facts)


def test_assessor_from_elsewhere_may_sit(grading: Grading, assessor: User) -> None:
    assert found(grading, assessor) == Grounds(
        (), ("账号没有对应的人员档案，队籍和工作单位无法自动核对，请人工核实。",)
    )
    linked(assessor, employer="演示医院")
    assert found(grading, assessor) == Grounds()


def _member(grading: Grading, user: User) -> None:
    people.member(grading.team.organization, person=linked(user))


def _former_member(grading: Grading, user: User) -> None:
    row = people.member(grading.team.organization, person=linked(user))
    row.state, row.left_on, row.end_kind = MembershipState.ENDED, date(2024, 9, 1), EndKind.values[0]
    row.save()


def _merged_member(grading: Grading, user: User) -> None:
    old = people.member(grading.team.organization, 91).person
    old.merged_into = linked(user)
    old.save()


def _post(grading: Grading, user: User) -> None:
    person = linked(user)
    TeamPost.objects.create(
        team=grading.team, role="captain", name="甲", person=person, starts_on=date(2020, 1, 1),
        ends_on=date(2021, 1, 1), end_reason="演示",
    )  # fmt: skip


def _duty_at_team(grading: Grading, user: User) -> None:
    Appointment.objects.create(user=user, role="secretary", organization=grading.team.organization)


def _duty_at_office(grading: Grading, user: User) -> None:
    office = Organization.objects.get(path=grading.team.organization.parent_path)
    _was(user, "clerk", office, years=1)


def _host(grading: Grading, user: User) -> None:
    linked(user, employer="演示户外运动协会")


def _host_before(grading: Grading, user: User) -> None:
    person = linked(user, employer="（演示）户外运动协会")
    person.employer = "演示医院"
    person.save()


def _phone(grading: Grading, user: User) -> None:
    User.objects.filter(pk=user.pk).update(phone="13800000092")
    people.member(grading.team.organization, person=people.person(92, mobile="13800000092"))


def _handed_in(grading: Grading, user: User) -> None:
    Grading.objects.filter(pk=grading.pk).update(submitted_by=user)


def _moved_account(grading: Grading, user: User) -> None:
    home = user.organization
    for place in (grading.team.organization, home):
        user.organization = place
        user.save()


def _was(user: User, role: str, place: Organization, *, years: int, days: int = 30) -> None:
    ended = timezone.make_aware(datetime.combine(years_before(timezone.localdate(), years), time(12)))
    ended -= timedelta(days=days)
    Appointment.objects.create(
        user=user, role=role, organization=place, starts_at=ended - timedelta(days=100), ends_at=ended
    )


@pytest.mark.parametrize(
    ("tie", "said"),
    [
        (_member, "是这支队伍的队员（2024-03-01 入队）。"),
        (_former_member, "曾是这支队伍的队员（2024-03-01 至 2024-09-01）。"),
        (_merged_member, "是这支队伍的队员（2024-03-01 入队）。"),
        (_post, "曾任这支队伍的队长。"),
        (_duty_at_team, "在这支队伍任职：信息员。"),
        (_duty_at_office, "曾在队伍的管理单位任职：经办。"),
        (_host, "工作单位（现在或以前）是“演示户外运动协会”，与队伍或其组建单位相同。"),
        (_host_before, "工作单位（现在或以前）是“（演示）户外运动协会”，与队伍或其组建单位相同。"),
        (_phone, "队伍花名册里有队员与他的手机号相同，应当是同一人。"),
        (_handed_in, "这次测评申请由他报送。"),
        (_moved_account, "账号的所在单位是（或曾是）这支队伍。"),
    ],
)
def test_ground_keeps_somebody_off(
    grading: Grading, assessor: User, tie: Callable[[Grading, User], None], said: str
) -> None:
    tie(grading, assessor)
    assert found(grading, assessor).blocks == (said,)


def test_duty_long_ago_is_far_enough(grading: Grading, assessor: User) -> None:
    office = Organization.objects.get(path=grading.team.organization.parent_path)
    _was(assessor, "clerk", office, years=3)
    assert found(grading, assessor).blocks == ()


def test_being_called_as_assessor_by_the_managing_office_is_no_employment(grading: Grading, assessor: User) -> None:
    office = Organization.objects.get(path=grading.team.organization.parent_path)
    Appointment.objects.create(user=assessor, role="assessor", organization=office)
    assert found(grading, assessor).blocks == ()


def test_what_is_to_be_weighed(grading: Grading, assessor: User, songshan: User, baotou: User) -> None:
    person = linked(songshan, employer="演示应急管理局")
    assert person.user == songshan
    Team.objects.update(supervising_unit="演示应急管理局")
    people.member(grading.team.organization, person=people.person(93, name="宋山经"))
    User.objects.filter(pk=songshan.pk).update(name="宋山经")
    assert found(grading, songshan) == Grounds(
        (), ("与队伍在同一盟市。", "队伍里有与他同名的人，请核对是不是同一人。", "工作单位与队伍的业务主管单位相同。")
    )
    assert len(found(grading, baotou).warnings) == 1
    left = {"left_on": timezone.localdate(), "left_reason": "队长是亲属"}
    PanelMember.objects.create(grading=grading, user=baotou, appointed_by=songshan, **left)
    assert found(grading, baotou).warnings[0].endswith("退出过这支队伍测评的专家组：队长是亲属")


def test_many_are_judged_in_two_queries(
    grading: Grading, cast: dict[str, User], django_assert_num_queries: Any
) -> None:
    users = list(User.objects.select_related("organization"))
    record = Grading.objects.select_related("team__organization").get(pk=grading.pk)
    with django_assert_num_queries(2):
        judged = grounds_of(record, users)
    assert len(judged) == len(users)
    assert judged[cast["captain"].pk].blocks
    assert judged[cast["chifeng"].pk].blocks


@pytest.mark.parametrize(("days", "near"), [(0, True), (1, False)])
def test_years_back_are_years_of_the_calendar(days: int, near: bool, grading: Grading, assessor: User) -> None:
    """Three years hold a 29 February as often as not."""
    linked(assessor, employer="演示医院")
    _was(assessor, "reviewer", Organization.objects.get(code="150400"), years=YEARS, days=days)
    assert bool(found(grading, assessor).blocks) is near
