"""Entering somebody: the number is checked, an existing record is joined, nothing of another team is told."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization
from organizations.reference import add_child
from people.models import Membership, Person
from people.validators import years_before
from portal.demo.cast import TEAM_CODE
from tests.people import builders

pytestmark = pytest.mark.django_db
MAN = builders.citizen(1)  # born on 1990-03-07


@pytest.fixture
def place(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def url(place) -> str:
    return reverse("people:member_create", args=[place.pk])


@pytest.fixture
def elsewhere(office) -> Organization:
    return add_child(
        office("150200"), code="T15020099", name="包头第二支（演示）", short_name="包头第二支", level="team",
        division_id="150200",
    )  # fmt: skip


def typed(**facts: str) -> dict[str, Any]:
    return {
        "name": "王明", "joined_on": timezone.localdate().isoformat(), "state": "probation", "kind": "member", **facts
    }  # fmt: skip


def told(page) -> str:
    return page.content.decode()


def test_name_and_day_are_enough(as_user, captain, url, place):
    answer = as_user(captain).post(url, typed(name="敖特根巴雅尔·孟和", group="激流组"))
    assert answer.url == reverse("teams:roster_of", args=[place.pk])
    membership = Membership.objects.get()
    assert (membership.person.name, membership.group, membership.state) == ("敖特根巴雅尔·孟和", "激流组", "probation")
    assert membership.is_main
    assert membership.tracked_events.get().pgh_context["user"] == captain.pk
    assert as_user(captain).post(url, typed(action="again", name="李强")).url == url
    assert as_user(captain).get(url).status_code == 200
    assert Membership.objects.count() == 2  # looking changes nothing


@pytest.mark.parametrize(("years", "words"), [(9, "不满 14 周岁"), (16, "未满 18 周岁，不能参加出动"), (18, "")])
def test_a_child_is_taken_in_and_it_is_told(as_user, captain, url, years, words):
    born = years_before(timezone.localdate(), years)
    page = as_user(captain).post(url, typed(birth=born.isoformat()), follow=True)
    assert Membership.objects.get().person.birth == born
    warned = [str(message) for message in page.context["messages"] if message.level_tag == "warning"]
    assert [words in said for said in warned] == ([True] if words else [])


def test_number_fills_in_birthday_and_sex_and_is_kept_sealed(as_user, captain, url):
    as_user(captain).post(url, typed(id_number=f" {MAN[:6]} {MAN[6:14]} {MAN[14:].lower()} ", number="A-01"))
    person = Person.objects.get()
    assert (person.id_type, person.birth.isoformat(), person.gender, person.id_number) == (
        "citizen", "1990-03-07", "1", MAN,
    )  # fmt: skip
    assert person.memberships.get().number == "A-01"


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"id_number": MAN[:-1] + ("1" if MAN[-1] != "1" else "2")}, "id_number", "校验码不对"),
        ({"id_number": MAN[:15]}, "id_number", "15 位的旧号码"),
        ({"id_number": MAN, "id_type": "residence"}, "id_number", "号码的开头不像"),
        ({"id_number": "???"}, "id_type", "看不出是哪一种证件"),
        ({"id_type": "passport"}, "id_number", "请填证件号码"),
        ({"id_number": MAN, "birth": "1991-03-07"}, "birth", "填的是 1991-03-07，证件号码里是 1990-03-07"),
        ({"id_number": MAN, "gender": "2"}, "gender", "填的是女，证件号码里是男"),
        ({"name": ""}, "name", "必填"),
        ({"name": "王明2"}, "name", "不该有的数字"),
        ({"joined_on": "2099-01-01"}, "joined_on", "晚于今天"),
        ({"mobile": "123"}, "mobile", "11 位数字"),
    ],
)
def test_bad_input_is_shown_at_its_field(as_user, captain, url, facts, field, words):
    page = as_user(captain).post(url, typed(**facts))
    assert page.status_code == 200
    errors = page.context["form"].errors
    assert words in str(errors[field]) or field == "name", errors
    assert set(errors) == {field}
    assert not Person.objects.exists()


def test_person_of_another_team_is_joined_once_it_is_said_so(as_user, captain, chifeng, url, place, elsewhere):
    other = builders.member(elsewhere, 1, person=builders.person(1, name="王明", address="演示街 3 号"))
    client = as_user(captain)
    facts = typed(id_number=MAN, mobile="13911112222", employer="演示公司")
    page = client.post(url, facts)
    assert "已有档案" in told(page)
    assert not page.context["form"]["join_existing"].is_hidden
    for secret in ("包头", "演示街", other.person.mobile, MAN[6:14]):
        assert secret not in told(page).replace(MAN, ""), secret
    page = client.post(url, {**facts, "join_existing": "on"}, follow=True)
    assert "与档案里不一样的没有改：手机" in told(page)
    person = Person.objects.get()
    assert (person.mobile, person.employer, person.memberships.count()) == ("13800000001", "演示公司", 2)
    assert not Membership.objects.get(organization=place).is_main  # the first team stays the main one
    assert "已经在这支队伍里了" in told(client.post(url, {**facts, "join_existing": "on"}))


def test_number_of_somebody_of_another_name_is_refused_without_saying_whose(as_user, captain, url, elsewhere):
    builders.member(elsewhere, 1)
    page = as_user(captain).post(url, typed(id_number=MAN, join_existing="on"))
    assert "登记的姓名与您填的不一样" in told(page)
    assert "孟和" not in told(page)
    assert Membership.objects.count() == 1


def test_same_name_and_mobile_is_asked_about(as_user, captain, chifeng, url, place, elsewhere):
    builders.member(elsewhere, 1, person=builders.person(1, name="王 明"))
    client = as_user(captain)
    page = client.post(url, typed(mobile="13800000001"))
    assert "别的队伍里有一个姓名、手机号都相同的人" in told(page)
    assert "150404" not in told(page)
    builders.member(place, 2, person=builders.person(2, name="王明", mobile="13800000001"))
    page = client.post(url, typed(mobile="13800000001"))
    assert "王明（150404" in told(page)
    assert builders.citizen(2) not in told(page)
    assert client.post(url, typed(mobile="13800000001", not_the_same="on")).status_code == 302
    assert Person.objects.filter(mobile="13800000001").count() == 3


def test_who_was_entered_by_name_alone_is_asked_about(as_user, captain, url, place):
    """First the names, later the numbers: one person, not two."""
    builders.member(place, person=builders.person(1, name="王明", id_number="", mobile=""))
    client = as_user(captain)
    for facts in ({"id_number": MAN}, {"id_number": MAN, "mobile": "13800000001"}, {}):
        assert "队里已有同名的人：王明（没有登记证件号码）" in told(client.post(url, typed(**facts))), facts
    Person.objects.update(mobile="13900000009")
    assert client.post(url, typed(id_number=MAN, mobile="13800000001")).status_code == 302
    assert Person.objects.count() == 2


def test_only_who_keeps_the_roster_enters_people(as_user, region, baotou, member, url, place):
    builders.member(place, 1)
    for user, status in ((region, 403), (baotou, 404), (member, 404)):
        assert as_user(user).get(url).status_code == status
        assert as_user(user).post(url, typed()).status_code == status
    assert Membership.objects.count() == 1
