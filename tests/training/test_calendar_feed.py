"""The .ics feed: begun, read by a program that signs in nowhere, and ended."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Component

from organizations.models import Appointment, User
from tests.core.list_checks import queries_of
from tests.people import builders as people
from tests.training import builders
from training.calendar import feed as feeds
from training.models import Activity, CalendarFeed

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "training:calendar_subscribe"


def events(url: str) -> list[Component]:
    answer = Client().get(url)
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content).walk("VEVENT")


def address(user: User) -> str:
    return reverse("training:calendar_feed", args=[feeds.begin(user)])


def test_address_is_shown_once_and_read_without_signing_in(captain: User, as_user: SignIn) -> None:
    client = as_user(captain)
    assert not CalendarFeed.objects.exists()
    assert client.get(reverse(PAGE)).context["feed"] is None
    made = client.post(reverse(PAGE), {"action": "begin"})
    link = made.context["link"]
    key = link.rpartition("/")[2].removesuffix(".ics")
    assert key not in client.get(reverse(PAGE)).content.decode()
    assert not CalendarFeed.objects.filter(key=key).exists(), "what is kept is no key"
    starts = builders.morning(-5)
    planned = builders.drill(captain.organization, captain, starts_at=starts, place="演示水库")
    (event,) = events(reverse("training:calendar_feed", args=[key]))
    assert (str(event["summary"]), str(event["location"])) == (planned.title, "演示水库")
    assert event.decoded("dtstart") == starts.astimezone(ZoneInfo("Asia/Shanghai"))
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert str(event["status"]) == "TENTATIVE"
    assert CalendarFeed.objects.get().read_at is not None


def test_page_that_is_sent_again_makes_no_other_address(captain: User, as_user: SignIn) -> None:
    """Reloaded, or pressed twice: the address already pasted into the phone goes on working."""
    client = as_user(captain)
    asked = {"action": "begin", "ask": client.get(reverse(PAGE)).context["ask"]}
    made = client.post(reverse(PAGE), asked).context["link"]
    assert client.post(reverse(PAGE), asked).context["link"] == made
    assert CalendarFeed.objects.count() == 1
    other = client.post(reverse(PAGE), {**asked, "ask": client.get(reverse(PAGE)).context["ask"]}).context["link"]
    assert other != made
    assert "已经停用" in client.post(reverse(PAGE), asked, follow=True).content.decode()
    assert events(other[other.index("/", 9) :]) == []


def test_event_keeps_its_uid_when_it_is_moved_and_cancelled(captain: User) -> None:
    url = address(captain)
    activity = builders.drill(captain.organization, captain, starts_at=builders.morning(-5))
    (before,) = events(url)
    activity.starts_at, activity.ends_at = builders.morning(-6), builders.morning(-6) + timedelta(hours=2)
    activity.state, activity.version = "cancelled", activity.version + 1
    activity.save()
    builders.lay(activity)
    (after,) = events(url)
    assert after["uid"] == before["uid"]
    assert int(after["sequence"]) > int(before["sequence"])
    assert str(after["status"]) == "CANCELLED"
    assert after.decoded("dtstart") != before.decoded("dtstart")


def test_feed_ends_with_the_key_the_account_and_the_duty(captain: User, as_user: SignIn) -> None:
    builders.drill(captain.organization, captain, starts_at=builders.morning(-5))
    first = address(captain)
    second = address(captain)
    assert Client().get(first).status_code == 404
    assert len(events(second)) == 1
    Appointment.objects.filter(user=captain).update(ends_at=timezone.now())
    assert events(second) == []
    User.objects.filter(pk=captain.pk).update(is_active=False, deactivated_at=timezone.now())
    assert Client().get(second).status_code == 404
    User.objects.filter(pk=captain.pk).update(is_active=True, deactivated_at=None)
    as_user(captain).post(reverse(PAGE), {"action": "end"})
    assert Client().get(second).status_code == 404
    assert Client().get(reverse("training:calendar_feed", args=["no-such-key"])).status_code == 404


def test_unchanged_feed_is_not_sent_again(captain: User) -> None:
    url = address(captain)
    activity = builders.drill(captain.organization, captain, starts_at=builders.morning(-5))
    tag = Client().get(url)["ETag"]
    assert Client().get(url, headers={"If-None-Match": tag}).status_code == 304
    Activity.objects.filter(pk=activity.pk).update(title="改名（演示）", version=activity.version + 1)
    assert Client().get(url, headers={"If-None-Match": tag}).status_code == 200


def test_member_reads_what_he_is_on_the_list_of(captain: User, member: User) -> None:
    membership = people.member(captain.organization, 1)
    membership.person.user = member
    membership.person.save(update_fields=["user"])
    activity = builders.drill(captain.organization, captain, starts_at=builders.morning(-5))
    builders.drill(captain.organization, captain, starts_at=builders.morning(-6))
    url = address(member)
    assert events(url) == []
    builders.listed(activity, membership)
    assert [str(event["summary"]) for event in events(url)] == [activity.title]


def test_too_old_and_too_far_are_left_out(captain: User) -> None:
    for days in (-401, -399, 89, 91):
        builders.drill(captain.organization, captain, starts_at=builders.morning(days), title=f"{days}（演示）")
    assert [str(event["summary"]) for event in events(address(captain))] == ["89（演示）", "-399（演示）"]


def test_reading_is_noted_once_an_hour_and_costs_few_queries(captain: User) -> None:
    url = address(captain)
    Client().get(url)
    first = CalendarFeed.objects.get().read_at
    assert len(queries_of(Client(), url)) <= 7
    assert CalendarFeed.objects.get().read_at == first
    CalendarFeed.objects.update(read_at=timezone.now() - timedelta(hours=2))
    Client().get(url)
    assert CalendarFeed.objects.get().read_at >= first


def test_one_address_may_ask_so_often(captain: User) -> None:
    url = reverse("training:calendar_feed", args=["guess"])
    assert {Client().get(url).status_code for _ in range(60)} == {404}
    assert Client().get(url).status_code == 429
