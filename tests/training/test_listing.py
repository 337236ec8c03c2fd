"""Teams and people on the list of an activity; insurance asked for before somebody is sent into a drill."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from organizations.models import Organization, User
from organizations.reference import add_child
from people.models import Cover, Membership
from tests.core.list_checks import queries_of
from tests.people import builders as people
from tests.training import builders
from training.choices import Listing, PartRole
from training.models import Activity, ActivityTeam, Attendance, Participation
from training.records.checks import check
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(captain: User) -> Organization:
    return captain.organization


@pytest.fixture
def other(team: Organization, office: Callable[[str], Organization]) -> Organization:
    return add_child(
        office("150400"), code="T15040098", name="第二支（演示）", short_name="第二支", level="team",
        division_id="150400",
    )  # fmt: skip


@pytest.fixture
def drill(team: Organization, captain: User) -> Activity:
    return builders.drill(team, captain)


def add(client: Client, activity: Activity, **data: object) -> str:
    return client.post(reverse("training:people_add", args=[activity.pk]), data, follow=True).content.decode()


def rows(activity: Activity) -> dict[str, str]:
    found = activity.participations.select_related("person")
    return {row.person.name: row.listing for row in found}


def test_insured_people_go_on_the_list_at_once_and_the_uninsured_only_with_a_reason(
    drill: Activity, team: Organization, captain: User, as_user: Callable[[User], Client]
) -> None:
    ready, bare = people.ready(team, 1), people.member(team, 2)
    client = as_user(captain)
    add(client, drill, membership=[ready.pk])
    assert rows(drill) == {ready.person.name: "listed"}
    page = add(client, drill, membership=[bare.pk])
    assert "不在人身意外保险的保障期内" in page
    assert bare.person.name in page
    assert len(rows(drill)) == 1
    assert "请写明理由" in add(client, drill, membership=[bare.pk], risk_reason="  ")
    add(client, drill, membership=[bare.pk], risk_reason="只在岸上保障", role="support")
    row = drill.participations.get(person=bare.person)
    assert (row.listing, row.risk_reason, row.role) == ("listed", "只在岸上保障", PartRole.SUPPORT)
    assert row.tracked_events.filter(risk_reason="只在岸上保障").exists()
    found = [finding for finding in check(drill) if "第十七条" in finding.message]
    assert [finding.blocking for finding in found] == [False]
    assert bare.person.name in found[0].message


def test_the_insured_of_a_team_go_on_the_list_without_the_others(
    drill: Activity, team: Organization, captain: User, as_user: Callable[[User], Client]
) -> None:
    """The page named the uninsured alone, as if the rest were on the list; whoever went back had nobody on it."""
    ready, bare = people.ready(team, 1), people.member(team, 2)
    client = as_user(captain)
    page = add(client, drill, team=[team.pk])
    assert "另外 1 人有保险，也还没有列入名单" in page
    assert rows(drill) == {}
    assert "已列入名单 1 人" in add(client, drill, team=[team.pk], risk_reason="", insured_only="1")
    assert rows(drill) == {ready.person.name: "listed"}
    page = add(client, drill, membership=[bare.pk])
    assert "insured_only" not in page, "nobody would be left"


def test_a_policy_put_right_after_the_hand_in_stops_nothing_any_more(
    team: Organization, captain: User, chifeng: User, as_user: Callable[[User], Client]
) -> None:
    made = builders.confirmed(team, captain, chifeng, people.ready(team, 1))
    made.participations.update(risk_reason="")
    Cover.objects.update(starts_on="2020-01-01", ends_on="2020-02-01")
    page = as_user(captain).get(reverse("training:activity_people", args=[made.pk])).content.decode()
    assert ("请核对保险单" in page, "记录不能报送" in page) == (True, False)


def test_insurance_that_ran_out_without_a_reason_stops_the_hand_in(
    drill: Activity, team: Organization, captain: User, as_user: Callable[[User], Client]
) -> None:
    ready = people.ready(team, 1)
    add(as_user(captain), drill, membership=[ready.pk])
    ready.person.covers.update(end_reason="退保", starts_on="2020-01-01", ends_on="2020-02-01")
    assert any(finding.blocking and "志愿服务条例" in finding.message for finding in check(drill))
    listed = reverse("training:activity_people", args=[drill.pk])
    assert "也没有写明理由" in as_user(captain).get(listed).content.decode()
    assert f'href="{listed}?bare=1"' in as_user(captain).get(drill.get_absolute_url()).content.decode()
    act = reverse("training:people_act", args=[drill.pk])
    row = drill.participations.get()
    told = as_user(captain).post(act, {"act": "risk", "row": [row.pk]}, follow=True).content.decode()
    assert "请写明缺保险仍然参加的理由" in told
    away = builders.listed(drill, people.member(team, 8), risk_reason="")[0]
    Attendance.objects.create(slot=drill.slots.get(), participation=away, presence="leave")  # needs no cover
    shown = as_user(captain).get(reverse("training:activity_people", args=[drill.pk]), {"bare": "1"})
    assert [line["row"] for line in shown.context["rows"]] == [row]
    as_user(captain).post(act, {"act": "risk", "row": [row.pk], "reason": "只在岸上"})
    assert not any(finding.blocking and "志愿服务条例" in finding.message for finding in check(drill))
    row.refresh_from_db()
    url = reverse("training:participation_edit", args=[row.pk])
    as_user(captain).post(url, {"role": "part", "risk_reason": "已续保，保单在路上", "version": row.version})
    assert not any(finding.blocking and "志愿服务条例" in finding.message for finding in check(drill))


def test_who_left_before_the_day_is_told_and_a_team_that_left_holds_nothing(
    drill: Activity, team: Organization, captain: User
) -> None:
    left, away, there = (people.ready(team, number) for number in (1, 2, 3))
    for one in (left, away, there):
        builders.listed(drill, one)
    gone = timezone.localdate(drill.starts_at) - timedelta(days=1)
    Membership.objects.filter(pk__in=[left.pk, away.pk]).update(state="ended", left_on=gone, end_kind="voluntary")
    absent = drill.participations.get(person=away.person)
    Attendance.objects.create(slot=drill.slots.get(), participation=absent, presence="absent")
    (told,) = [finding for finding in check(drill) if "已经离开" in finding.message]
    assert (told.blocking, told.field, left.person.name in told.message) == (False, "people", True)
    assert left.person.name not in told.record
    assert away.person.name not in told.message
    Organization.objects.filter(pk=team.pk).update(valid_from=gone - timedelta(days=9), valid_to=gone)
    drill.host.refresh_from_db()
    assert any(finding.blocking and "退出或撤销" in finding.message for finding in check(drill))
    Organization.objects.filter(pk=team.pk).update(valid_to=gone + timedelta(days=1))
    drill.host.refresh_from_db()
    assert not any("退出或撤销" in finding.message for finding in check(drill)), "held on its last day"


def test_theory_asks_for_no_insurance(team: Organization, captain: User, as_user: Callable[[User], Client]) -> None:
    course = builders.training(team, captain)
    add(as_user(captain), course, membership=[people.member(team, 1).pk])
    assert course.participations.listed().count() == 1
    assert not any("志愿服务条例" in finding.message for finding in check(course))


def test_whole_team_and_a_group_in_few_queries(
    drill: Activity, team: Organization, captain: User, as_user: Callable[[User], Client]
) -> None:
    members = [people.member(team, number, group="水上组" if number < 4 else "") for number in range(1, 41)]
    client = as_user(captain)
    url = reverse("training:people_add", args=[drill.pk])
    assert [row.pk for row in client.get(url, {"team": team.pk, "group": "水上组"}).context["members"]] == [
        row.pk for row in members[:3]
    ]
    add(client, drill, membership=[members[0].pk], risk_reason="演示")
    few = queries_of(client, reverse("training:activity_people", args=[drill.pk]))
    assert "已列入名单 39 人" in add(client, drill, team=[team.pk], risk_reason="演示")
    assert drill.participations.listed().count() == 40
    assert "40 人原来就在名单里" in add(client, drill, team=[team.pk])
    many = queries_of(client, reverse("training:activity_people", args=[drill.pk]))
    assert len(many) == len(few) <= 10, "\n".join(many)


def test_joined_team_is_told_and_puts_its_own_people_on(
    drill: Activity, team: Organization, other: Organization, captain: User, chifeng: User, baotou: User,
    as_user: Callable[[User], Client],
) -> None:  # fmt: skip
    url = reverse("training:team_add", args=[drill.pk])
    client = as_user(captain)
    assert client.get(url).context["teams"] == []  # reaches only his own
    assert client.get(url, {"q": "第二"}).context["teams"] == [other]
    client.post(url, {"team": [other.pk]})
    assert Notice.objects.filter(recipient=chifeng, kind="activity_joined").exists()
    theirs, ours = people.ready(other, 5), people.ready(team, 6)
    keeper = as_user(chifeng)
    add(keeper, drill, membership=[theirs.pk])
    assert drill.participations.get(person=theirs.person).organization == other
    joined = ActivityTeam.objects.get(activity=drill, organization=other)
    refused = client.post(reverse("training:team_remove", args=[joined.pk]), follow=True).content.decode()
    assert "还有 1 人在名单或已报名" in refused
    assert as_user(baotou).get(reverse("training:activity_people", args=[drill.pk])).status_code == 404
    assert add(client, drill, membership=[ours.pk])
    stranger = people.member(
        add_child(Organization.objects.get(code="150200"), code="T15020097", name="包头（演示）", short_name="包头",
                  level="team", division_id="150200"), 7,
    )  # fmt: skip
    assert "请勾选要列入名单的人" in add(client, drill, membership=[stranger.pk])


def test_who_is_marked_present_is_not_taken_off(
    drill: Activity, team: Organization, captain: User, as_user: Callable[[User], Client]
) -> None:
    there, away = builders.listed(drill, people.member(team, 1), people.member(team, 2))
    builders.present(drill, [there])
    client, url = as_user(captain), reverse("training:people_act", args=[drill.pk])
    page = client.post(url, {"act": "remove", "row": [there.pk]}, follow=True).content.decode()
    assert "先在点名里撤销" in page
    client.post(url, {"act": "remove", "row": [away.pk], "reason": "生病"})
    away.refresh_from_db()
    assert (away.listing, away.note) == (Listing.REMOVED, "生病")
    add(client, drill, membership=[Membership.objects.get(person=away.person).pk], risk_reason="又来了")
    away.refresh_from_db()
    assert away.listing == Listing.LISTED


def test_after_the_hand_in_the_list_is_closed(
    team: Organization, captain: User, member: User, as_user: Callable[[User], Client]
) -> None:
    one, two = people.member(team, 1), people.member(team, 2)
    record = builders.handed_in(team, captain, one)
    client = as_user(captain)
    assert "名单不能再改" in add(client, record, membership=[two.pk], risk_reason="x")
    row = record.participations.get()
    act = client.post(reverse("training:people_act", args=[record.pk]), {"act": "remove", "row": [row.pk]}, follow=True)
    assert "名单不能再改" in act.content.decode()
    assert record.participations.listed().count() == 1
    assert as_user(member).get(reverse("training:activity_people", args=[record.pk])).status_code == 404


def test_office_lists_people_of_its_own_teams_and_the_region_only_looks(
    team: Organization, chifeng: User, region: User, leader: User, as_user: Callable[[User], Client]
) -> None:
    drill = builders.drill(chifeng.organization, chifeng)
    member = people.ready(team, 1)
    add(as_user(chifeng), drill, membership=[member.pk])
    assert drill.teams.get().organization == team  # takes part from now on
    assert as_user(leader).get(reverse("training:activity_people", args=[drill.pk])).status_code == 200
    assert as_user(leader).get(reverse("training:people_add", args=[drill.pk])).status_code == 403
    assert as_user(leader).post(reverse("training:people_act", args=[drill.pk]), {"act": "remove"}).status_code == 403


def test_get_changes_nothing(drill: Activity, captain: User, as_user: Callable[[User], Client]) -> None:
    client = as_user(captain)
    before = Participation.objects.count()
    for name in ("people_act", "team_remove"):
        assert client.get(reverse(f"training:{name}", args=[drill.pk])).status_code == 405
    client.get(reverse("training:people_add", args=[drill.pk]), {"membership": [1]})
    assert Participation.objects.count() == before
    assert WORKFLOW.available_actions(drill, captain)
