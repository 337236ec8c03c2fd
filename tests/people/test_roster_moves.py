"""What becomes of a membership: full, probation, left, back, away, another team; alone and several at once."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from core.models import Notice, WorkflowEvent
from organizations.models import AccountRequest, Organization
from organizations.reference import add_child
from people import accounts
from people.membership import moving
from people.models import Membership, Person
from portal.demo.cast import TEAM_CODE
from tests.people import builders
from tests.people.rosters import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


@pytest.fixture
def second(office) -> Organization:
    """Another team of the same office."""
    return add_child(
        office("150400"), code="T15040099", name="第二支（演示）", short_name="第二支", level="team",
        division_id="150400",
    )  # fmt: skip


def url(name: str, membership: Membership) -> str:
    return reverse(f"people:membership_{name}", args=[membership.pk])


def fresh(membership: Membership) -> Membership:
    return Membership.objects.get(pk=membership.pk)


def said(page) -> str:
    return page.content.decode()


def day(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def sent(page, **typed):
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **typed}.items() if value is not None}


def test_probation_becomes_full_and_back_with_a_reason(as_user, captain, place):
    membership, client = builders.member(place, 1, state="probation"), as_user(captain)
    page = client.post(url("move", membership), {"action": "confirm"}, follow=True)
    assert fresh(membership).state == "full"
    assert "转为正式已完成" in said(page)
    page = client.post(url("move", membership), {"action": "confirm"}, follow=True)
    assert "这一步已经办过了" in said(page)
    assert client.get(url("move", membership), {"action": "demote"}).status_code == 200
    assert "要填写" in said(client.post(url("move", membership), {"action": "demote", "comment": ""}))
    client.post(url("move", membership), {"action": "demote", "comment": "考核后补训"})
    assert fresh(membership).state == "probation"
    story = [
        (entry["label"], entry.get("comment", "")) for entry in client.get(url("detail", membership)).context["history"]
    ]
    assert [str(label) for label, _comment in story] == ["转为预备", "转为正式", "列入名册"]
    assert story[0][1] == "考核后补训"


def test_of_a_death_the_other_teams_hear_and_nobody_enters_the_dead(as_user, captain, chifeng, place, second):
    membership = builders.member(place, 1)
    other, client = builders.member(second, person=membership.person), as_user(captain)
    client.post(url("move", membership), {"action": "end", "left_on": day(), "end_kind": "death", "end_reason": ""})
    assert fresh(membership).end_kind == "death"
    notice = Notice.objects.get(kind="member_died")
    assert (notice.recipient, notice.url) == (chifeng, url("detail", other))
    assert as_user(chifeng).get(notice.url).status_code == 200
    page = client.post(
        reverse("people:member_create", args=[place.pk]),
        {"name": membership.person.name, "id_number": builders.citizen(1), "joined_on": day(), "state": "full",
         "kind": "member", "join_existing": "1"},
    )  # fmt: skip
    assert "档案里登记为去世" in said(page)
    sheet = workbook([["姓名", "身份证号"], [membership.person.name, builders.citizen(1)]])
    preview = client.post(reverse("people:roster_import", args=[place.pk]), {"file": sheet}, follow=True)
    assert "档案里登记为去世" in preview.context["preview"]["rows"][0]["why"]["name"]
    client.post(url("move", membership), {"action": "reinstate", "comment": "登记错了人"})
    assert fresh(membership).is_current  # a mistake is put right where it was made


def test_what_is_done_with_a_membership_is_found_from_the_roster(as_user, captain, place):
    membership, client = builders.member(place, 1), as_user(captain)
    way = (reverse("people:member_list"), membership.person.get_absolute_url(), url("detail", membership))
    for here, there in pairwise((*way, f"{url('move', membership)}?action=end&amp;version={membership.version}")):
        assert f'href="{there}"' in said(client.get(here)), there
    assert url("edit", membership) in said(client.get(url("detail", membership)))


def test_leaving_asks_when_and_why_and_can_be_taken_back(as_user, captain, place):
    membership, client = builders.member(place, 1), as_user(captain)
    assert client.get(url("move", membership), {"action": "end"}).status_code == 200
    assert fresh(membership).state == "full"
    for typed, words in (
        ({"left_on": day(), "end_kind": ""}, "要填写"),
        ({"left_on": day(1), "end_kind": "age"}, "晚于今天"),
        ({"left_on": "2020-01-01", "end_kind": "age"}, "早于入队日期"),
        ({"left_on": day(), "end_kind": "misconduct"}, "请写明原因"),
    ):
        page = client.post(url("move", membership), {"action": "end", **typed})
        assert page.status_code == 200, typed
        assert words in said(page), typed
    client.post(url("move", membership), {"action": "end", "left_on": day(), "end_kind": "misconduct",
                                          "end_reason": "演示原因"})  # fmt: skip
    gone = fresh(membership)
    assert (gone.state, gone.end_kind, gone.end_reason, gone.is_main) == ("ended", "misconduct", "演示原因", False)
    for name in ("presence", "transfer"):
        assert "已经退队" in said(client.get(url(name, membership), follow=True))
    assert "已经退队" in said(client.post(url("main", membership), follow=True))
    client.post(url("move", membership), {"action": "reinstate", "comment": "登记错了"})
    back = fresh(membership)
    assert (back.state, back.left_on, back.end_kind) == ("full", None, "")
    assert list(WorkflowEvent.objects.of(membership).values_list("action", flat=True)) == ["end", "reinstate"]


def test_who_left_on_probation_by_mistake_is_on_probation_again(as_user, captain, place):
    membership, client = builders.ready(place, 1), as_user(captain)
    client.post(url("move", membership), {"action": "demote", "comment": "还没有考核"})
    client.post(url("move", membership), {"action": "end", "left_on": day(), "end_kind": "age"})
    client.post(url("move", membership), {"action": "reinstate", "comment": "登记错了"})
    assert (fresh(membership).state, fresh(membership).left_on) == ("probation", None)


def test_leave_with_dates_and_back(as_user, captain, place):
    membership, client = builders.ready(place, 1), as_user(captain)
    form = client.get(url("presence", membership))
    page = client.post(url("presence", membership), sent(form, presence="leave", away_until=day(), away_reason=""))
    assert set(page.context["form"].errors) == {"away_until", "away_reason"}
    client.post(url("presence", membership), sent(form, presence="leave", away_until=day(9), away_reason="外出学习"))
    assert fresh(membership).is_away
    assert "请假或暂停" in said(client.get(url("detail", membership)))
    form = client.get(url("presence", membership))
    client.post(url("presence", membership), sent(form, presence="active"))
    back = fresh(membership)
    assert (back.presence, back.away_until, back.away_reason) == ("active", None, "")


def test_two_who_change_a_membership_at_once_see_each_other(as_user, captain, place):
    membership, client = builders.member(place, 1), as_user(captain)
    form = client.get(url("edit", membership))
    Membership.objects.filter(pk=membership.pk).update(group="二组", version=membership.version + 1)
    page = client.post(url("edit", membership), sent(form, group="一组"))
    assert [(clash.name, clash.new) for clash in page.context["stale"]] == [("group", "二组")]
    client.post(url("edit", membership), sent(page, group="一组", duty="安全员", number="012"))
    assert (fresh(membership).group, fresh(membership).duty, fresh(membership).number) == ("一组", "安全员", "012")


def test_transfer_to_a_team_one_keeps_begins_there(as_user, captain, chifeng, place, second):
    membership = builders.member(place, 1)
    page = as_user(captain).get(url("transfer", membership))
    assert list(page.context["form"].fields["to"].queryset) == []  # a captain keeps one roster
    client = as_user(chifeng)
    page = client.post(url("transfer", membership), {"to": second.pk, "on": "2020-01-01"})
    assert "早于入队日期" in said(page)
    client.post(url("transfer", membership), {"to": second.pk, "on": day()})
    old, new = fresh(membership), Membership.objects.get(organization=second)
    assert (old.state, old.end_kind, new.state, new.is_main) == ("ended", "transfer", "full", True)
    assert new.joined_on == old.left_on == timezone.localdate()
    assert place.short_name in new.basis


def test_what_is_kept_of_a_transfer_is_chinese_whoever_reads_another_language(chifeng, place, second):
    membership = builders.member(place, 1)
    with translation.override("en"):
        moving.transfer(membership, second, on=timezone.localdate(), by=chifeng)
        accounts.ask_account(membership.person, second, by=chifeng)
    assert Membership.objects.get(organization=second).basis == f"由{place.short_name}转入"
    assert AccountRequest.objects.get(name=membership.person.name).basis == "本队队员"


def test_transfer_elsewhere_ends_here_and_says_what_to_do(as_user, captain, place, second):
    membership = builders.member(place, 1)
    page = as_user(captain).post(url("transfer", membership), {"to": second.pk, "on": day()})
    assert page.status_code == 200  # not a team of his
    page = as_user(captain).post(url("transfer", membership), {"to": "", "on": day()}, follow=True)
    assert "请告诉新的队伍按证件号码登记" in said(page)
    assert (fresh(membership).state, fresh(membership).end_kind) == ("ended", "transfer")


def test_main_team_is_chosen(as_user, chifeng, place, second):
    first = builders.member(place, 1)
    other = builders.member(second, person=first.person)
    assert (fresh(first).is_main, fresh(other).is_main) == (True, False)
    assert as_user(chifeng).get(url("main", other)).status_code == 405
    as_user(chifeng).post(url("main", other))
    assert (fresh(first).is_main, fresh(other).is_main) == (False, True)


def test_the_main_team_goes_on_to_another(as_user, chifeng, baotou, place, second, office):
    """It is let go by the one that has it, passed on when that one ends, and moves along with a transfer."""
    first = builders.member(place, 1)
    other = add_child(
        office("150200"), code="T15020099", name="包头（演示）", short_name="包头", level="team", division_id="150200"
    )
    elsewhere = builders.member(other, person=first.person)
    assert "作为主要队伍" not in said(as_user(baotou).get(url("detail", elsewhere)))  # it would be refused
    assert as_user(baotou).post(url("main", elsewhere)).status_code == 403
    client = as_user(chifeng)
    assert "不再作为主要队伍" in said(client.get(url("detail", first)))
    assert "不再是" in said(client.post(url("main", first), {"action": "let_go"}, follow=True))
    assert (fresh(first).is_main, fresh(elsewhere).is_main) == (False, True)
    as_user(baotou).post(url("main", elsewhere), {"action": "let_go"})
    assert (fresh(first).is_main, fresh(elsewhere).is_main) == (True, False)
    client.post(url("transfer", first), {"to": second.pk, "on": day()})
    moved = Membership.objects.get(organization=second)
    assert (moved.is_main, fresh(elsewhere).is_main) == (True, False)
    client.post(url("move", moved), {"action": "end", "left_on": day(), "end_kind": "age"})
    assert fresh(elsewhere).is_main
    assert "不再作为主要队伍" not in said(as_user(baotou).get(url("detail", elsewhere)))  # there is no other
    client.post(url("move", moved), {"action": "reinstate", "comment": "误办"})
    assert (fresh(moved).is_main, fresh(elsewhere).is_main) == (False, True)


def test_who_is_reinstated_has_a_main_team_again(as_user, chifeng, place):
    membership = builders.member(place, 1)
    as_user(chifeng).post(url("move", membership), {"action": "end", "left_on": day(), "end_kind": "age"})
    as_user(chifeng).post(url("move", membership), {"action": "reinstate", "comment": "误办"})
    assert fresh(membership).is_main


@pytest.mark.parametrize("name", ["edit", "presence", "transfer", "move", "main"])
def test_strangers_find_nothing_and_readers_may_not(as_user, region, baotou, member, place, name):
    membership = builders.member(place, 1)
    typed = {"action": "end", "left_on": day(), "end_kind": "age"}
    for user, status in ((region, 403), (baotou, 404), (member, 404)):
        assert as_user(user).post(url(name, membership), typed).status_code == status
    assert fresh(membership).version == membership.version
    assert as_user(region).get(url("detail", membership)).status_code == 200


# -- several at once ------------------------------------------------------------------------------------
@pytest.fixture
def three(place) -> list[Membership]:
    return [
        builders.member(place, number, state=state) for number, state in ((1, "probation"), (2, "full"), (3, "full"))
    ]


def bulk(place) -> str:
    return reverse("people:roster_bulk", args=[place.pk])


def test_several_move_to_a_group(as_user, captain, place, three):
    client, keys = as_user(captain), [row.pk for row in three[:2]]
    page = client.get(bulk(place), {"act": "group", "membership": keys})
    assert [row.pk for row in page.context["rows"]] == keys
    assert {fresh(row).group for row in three} == {""}  # asking changes nothing
    page = client.post(bulk(place), {"act": "group", "membership": keys, "group": " 激流  组 "}, follow=True)
    assert "2 人已换分组" in said(page)
    assert [fresh(row).group for row in three] == ["激流 组", "激流 组", ""]
    assert fresh(three[0]).version == three[0].version + 1


def test_several_become_full(as_user, captain, place, three):
    page = as_user(captain).post(bulk(place), {"act": "confirm", "membership": [row.pk for row in three]}, follow=True)
    assert "1 人已转为正式" in said(page)
    assert {fresh(row).state for row in three} == {"full"}
    assert WorkflowEvent.objects.filter(action="confirm").count() == 1


def test_a_message_goes_to_those_with_an_account_and_names_the_others(
    as_user, captain, member, place, three, monkeypatch
):
    Person.objects.filter(pk=three[0].person_id).update(user=member)
    typed = {"act": "message", "membership": [row.pk for row in three], "title": "周六集训", "body": "八点集合（演示）"}
    page = as_user(captain).post(bulk(place), typed, follow=True)
    assert "通知已发给 1 人" in said(page)
    assert "收不到的 2 人" in said(page)
    assert three[1].person.name in said(page)
    assert Notice.objects.get(kind="roster_message").recipient == member
    monkeypatch.setattr("people.views.roster_bulk.NAMED", 1)
    page = as_user(captain).post(bulk(place), typed, follow=True)
    assert f"收不到的 2 人：{three[1].person.name}等。" in said(page)
    page = as_user(captain).post(bulk(place), {**typed, "title": ""})
    assert "要填写" in said(page)


def test_everybody_a_list_shows_is_picked_at_once_and_nobody_else(as_user, captain, place, second, three, monkeypatch):
    """Also those on its other pages; no list of a stranger's team gives anybody away."""
    Membership.objects.filter(pk__in=[row.pk for row in three[:2]]).update(group="激流组")
    foreign = builders.member(second, 9, group="激流组")
    client, team = as_user(captain), reverse("teams:roster_of", args=[place.pk])
    page = client.get(team, {"group": "激流组"}, follow=True)
    assert page.context["paginator"].count == 2  # the address of an organization's roster keeps what it asks for
    page = client.get(page.request["PATH_INFO"], {"group": "激流组", "cols": "person"})
    assert page.context["narrowed"] == [("group", "激流组")]
    asked = {"pick": "all", "team": place.pk, "group": "激流组"}
    page = client.get(bulk(place), {**asked, "act": "message"})
    assert [row.pk for row in page.context["rows"]] == [row.pk for row in three[:2]]
    grant = reverse("people:certificate_grant")
    page = client.get(grant, asked)
    assert [row["membership"].pk for row in page.context["rows"]] == [row.pk for row in three[:2]]
    page = client.get(grant, {**asked, "team": second.pk}, follow=True)
    assert foreign.pk not in [row["membership"].pk for row in page.context["rows"]]
    monkeypatch.setattr("people.views.roster_bulk.MOST_PICKED", 1)
    assert "一次最多办 1 人" in said(client.get(bulk(place), {**asked, "act": "message"}, follow=True))


def test_acts_on_several_reach_the_own_team_only(as_user, captain, chifeng, region, baotou, place, second):
    foreign = builders.member(second, 9)
    typed = {"act": "group", "membership": [foreign.pk], "group": "甲"}
    page = as_user(captain).post(bulk(place), typed, follow=True)
    assert "请先选人" in said(page)
    assert fresh(foreign).group == ""
    assert as_user(captain).post(bulk(second), typed).status_code == 404
    assert as_user(region).post(bulk(place), typed).status_code == 403
    assert as_user(baotou).post(bulk(place), typed).status_code == 404
    assert "没有这种办理动作" in said(as_user(captain).get(bulk(place), {"act": "x"}, follow=True))
    assert "请先选人" in said(as_user(captain).get(bulk(place), {"act": "group", "membership": "x"}, follow=True))


def test_home_and_search_know_the_people(as_user, captain, baotou, member, place):
    ending = builders.ready(place, 1)
    person = ending.person
    person.certificates.update(expires_on=timezone.localdate() + timedelta(days=20))
    person.covers.update(ends_on=timezone.localdate() + timedelta(days=20))
    client = as_user(captain)
    found = {task.what: task.url for task in client.get("/").context["tasks"]}
    for what in ("1 名队员有证书到期", "1 名队员的保险到期"):
        page = client.get(found[what], follow=True)
        assert page.context["paginator"].count == 1, what
    for term in ("孟和", builders.citizen(1), "13800000001"):
        group = next(each for each in client.get("/search/", {"q": term}).context["groups"] if each["label"] == "人员")
        assert [row["title"] for row in group["rows"]] == [person.name], term
        assert builders.citizen(1) not in str(group)
    for user in (baotou, member):
        assert "孟和" not in str(as_user(user).get("/search/", {"q": builders.citizen(1)}).context["groups"])


def test_who_keeps_one_roster_begins_there(as_user, captain, chifeng, leader, place, second):
    page = said(as_user(captain).get(reverse("people:member_list")))
    assert reverse("people:member_create", args=[place.pk]) in page
    assert reverse("people:roster_import", args=[place.pk]) in page
    assert reverse("people:invitation_list", args=[place.pk]) in said(
        as_user(captain).get(reverse("people:application_list"))
    )
    assert reverse("people:roster_import_all") in said(as_user(chifeng).get(reverse("people:member_list")))
    assert "/import/" not in said(as_user(leader).get(reverse("people:member_list")))
