"""Time or place of what lies ahead is changed: who is to come hears of it, once. Nobody did."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from organizations.models import Organization, User
from portal.demo.cast import TEAM_CODE
from tests.people import builders as people
from tests.teams.builders import read
from tests.training import builders
from training.activities.rescheduled import Facts, Stand, at_one_go, tell_moved
from training.models import Activity, ActivityTeam
from training.participants.places import QUIET


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def shown(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


@pytest.mark.django_db(transaction=True)
def test_who_is_to_come_hears_of_another_time_and_place(cast: dict[str, User]) -> None:
    team = Organization.objects.get(code=TEAM_CODE)
    office, captain, member = (read(cast[name]) for name in ("chifeng", "captain", "member"))
    starts = builders.morning(-5)
    drill = builders.drill(office.organization, office, starts_at=starts, place="红山水库（演示）")
    ActivityTeam.objects.create(activity=drill, organization=team)
    builders.listed(drill, people.member(team, 1, person=people.person(1, user=member)))
    client = signed_in(office)
    page = client.get(reverse("training:activity_edit", args=[drill.pk, "basics"]))
    assert "停手 10 分钟后通知" in page.content.decode()
    save, sign = reverse("training:activity_autosave", args=[drill.pk, "basics"]), {"page_sign": "p1"}
    facts = {"title": drill.title, "starts_at": typed(starts), "ends_at": typed(drill.ends_at), "place": drill.place}
    later = starts + timedelta(days=1)
    for part in ({"starts_at": typed(later), "ends_at": typed(later + timedelta(hours=1))}, {"place": "红"},
                 {"place": "红山湖东岸（演示）"}, {"ends_at": typed(later + timedelta(hours=2))}):  # fmt: skip
        facts |= part
        version = Activity.objects.get(pk=drill.pk).version
        assert client.post(save, {**facts, **sign, "version": version}).status_code == 200
    after = people.member(team, 2, person=people.person(2, user=User.objects.get(username="songshan")))
    builders.listed(drill, after)
    now = timezone.now()
    assert tell_moved(now) == 0, "somebody may still be typing"
    assert tell_moved(now + QUIET) == 2
    assert tell_moved(now + QUIET) == tell_moved(now + 2 * QUIET) == 0
    told = {notice.recipient: notice for notice in Notice.objects.filter(kind="activity_moved")}
    assert set(told) == {captain, member}, "not who made it so, nor who came on the list afterwards"
    assert told[member].title == "活动安排有变：水上救援演练（演示）"
    assert told[member].body == (
        f"时间：{shown(starts)}—12:00 改为 {shown(later)}—11:00\n地点：红山水库（演示） 改为 红山湖东岸（演示）"
    )
    assert told[member].url == reverse("training:my_activities")
    assert told[captain].url == drill.get_absolute_url()
    assert "红山湖东岸" in signed_in(member).get(told[member].url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_day_of_several_is_given_another_hour(cast: dict[str, User]) -> None:
    team = Organization.objects.get(code=TEAM_CODE)
    captain, member = read(cast["captain"]), read(cast["member"])
    starts = builders.morning(-5)
    course = builders.training(team, captain, starts_at=starts, ends_at=starts + timedelta(days=1, hours=8))
    builders.listed(course, people.member(team, 1, person=people.person(1, user=member)))
    page = reverse("training:activity_slots", args=[course.pk])
    client = signed_in(captain)
    rows = client.get(page).context["rows"]
    data = {"offered": rows.offered}
    for form in rows.forms:
        data |= {f"{form.prefix}-pk": form.slot.pk, f"{form.prefix}-ends_at": typed(form.slot.ends_at)}
        data[f"{form.prefix}-starts_at"] = typed(form.slot.starts_at)
    data["slot-1-starts_at"] = typed(starts + timedelta(days=1, hours=5))
    assert "场次已保存" in client.post(page, data, follow=True).content.decode()
    tell_moved(timezone.now() + QUIET)
    (told,) = Notice.objects.filter(kind="activity_moved")
    day = shown(starts + timedelta(days=1))[:10]
    assert told.recipient == member
    assert told.body == f"现在的场次：{shown(starts)}—17:00；{day} 14:00—17:00"


@pytest.mark.django_db(transaction=True)
def test_what_was_or_is_not_to_be_is_told_to_nobody(cast: dict[str, User]) -> None:
    """A record that is written up afterwards, and one that was cancelled."""
    team = Organization.objects.get(code=TEAM_CODE)
    captain, member = read(cast["captain"]), read(cast["member"])
    one = people.member(team, 1, person=people.person(1, user=member))
    for starts, state in ((builders.morning(), "draft"), (builders.morning(-5), "cancelled")):
        drill = builders.drill(team, captain, starts_at=starts)
        builders.listed(drill, one)
        Activity.objects.filter(pk=drill.pk).update(place="别处（演示）")
        Activity.objects.filter(pk=drill.pk).update(state=state)
    assert tell_moved(timezone.now() + QUIET) == 0


def test_what_was_changed_at_one_go_is_told_apart_from_what_came_later() -> None:
    begun = timezone.now() - timedelta(hours=5)

    def stand(minutes: int, place: str) -> Stand:
        return Stand(minutes, begun + timedelta(minutes=minutes), None, Facts(None, None, (None, None, place), ()))

    stands = [stand(0, "甲"), stand(1, "乙"), stand(5, "丙"), stand(6, "丙"), stand(60, "丁"), stand(61, "丁")]
    found = [[one.key for one in change] for change in at_one_go(stands, begun + timedelta(minutes=80))]
    assert found == [[0, 1, 5], [6, 60]]
    assert [[one.key for one in change] for change in at_one_go(stands, begun + timedelta(minutes=65))] == [[0, 1, 5]]
