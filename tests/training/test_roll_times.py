"""Times of a slot, or when somebody is late, change after the roll was called: what the marks come to follows."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.models import User
from tests.organizations.helpers import messages_of
from tests.people import builders as people
from tests.training import builders
from training.choices import MarkKind, Trouble
from training.models import Activity, Attendance, Participation
from training.records.checks import check
from training.roll.given import Given
from training.roll.marking import take
from training.roll.settling import correct, settle
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def minutes(row: Participation) -> int:
    return Attendance.objects.get(participation=row).minutes


def came(activity: Activity, number: int, *, late: int = 0) -> Participation:
    """A member on the list who was marked so many minutes after the beginning."""
    row = builders.listed(activity, people.member(activity.host, number))[0]
    slot = activity.slots.earliest("starts_at")
    at = slot.starts_at + timedelta(minutes=late)
    take([Given(UUID(int=number), slot.pk, MarkKind.ARRIVED, at, person=row.person_id)], by=activity.created_by)
    return row


def typed(when: object) -> str:
    return f"{timezone.localtime(when):%Y-%m-%dT%H:%M}"  # type: ignore[arg-type]


def test_slot_follows_the_activity_and_so_do_the_hours(captain: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    row, slot = came(activity, 1), activity.slots.get()
    assert minutes(row) == 180
    url = reverse("training:activity_edit", args=[activity.pk, "basics"])
    ends = activity.ends_at + timedelta(hours=1)  # type: ignore[operator]
    sent = {"version": 1, "title": activity.title, "starts_at": typed(activity.starts_at), "ends_at": typed(ends)}
    assert not any("没有跟着改" in message for message in messages_of(as_user(captain).post(url, sent, follow=True)))
    assert (activity.slots.get().pk, activity.slots.get().ends_at) == (slot.pk, ends)
    assert minutes(row) == 240
    more = {**sent, "version": 2, "ends_at": typed(ends + timedelta(days=1))}  # two days: the slots cannot follow
    assert any("没有跟着改" in message for message in messages_of(as_user(captain).post(url, more, follow=True)))
    assert activity.slots.get().ends_at == ends
    assert minutes(row) == 240


def test_minutes_put_right_for_a_longer_slot_are_told_when_it_has_become_shorter(
    captain: User, as_user: SignIn
) -> None:
    """They stood at 180 minutes in a slot of one hour, and were credited so."""
    activity = builders.drill(captain.organization, captain)
    (row, other), client = (came(activity, 1), came(activity, 2)), as_user(captain)
    for one, said in ((row, 180), (other, 60)):
        there = Attendance.objects.get(participation=one)
        correct(there, minutes=said, reason="签到表上写的", version=there.version, by=captain)
    url = reverse("training:activity_edit", args=[activity.pk, "basics"])
    assert "更正的时长" not in " ".join(finding.message for finding in check(activity))
    ends = activity.starts_at + timedelta(hours=1)  # type: ignore[operator]
    client.post(
        url, {"version": 1, "title": activity.title, "starts_at": typed(activity.starts_at), "ends_at": typed(ends)}
    )
    assert activity.slots.get().ends_at == ends
    (found,) = [finding for finding in check(activity) if "更正的时长" in finding.message]
    named = f"有 1 人更正的时长比本场还长：{row.person.name}。"
    assert (found.message.startswith(named), found.blocking, found.record) == (
        True, False, "有 1 人更正的时长比本场还长。"
    )  # fmt: skip


def test_times_of_a_called_slot_are_put_right_by_hand(captain: User, as_user: SignIn) -> None:
    start = builders.morning(5)
    activity = builders.drill(
        captain.organization, captain, starts_at=start, ends_at=start + timedelta(days=1, hours=8)
    )
    row, (one, two) = came(activity, 1), activity.slots.all()
    url, hour = reverse("training:activity_edit", args=[activity.pk, "slots"]), timedelta(hours=1)
    assert minutes(row) == 480
    sent = {
        "offered": f"{one.pk} {two.pk}",
        "slot-0-pk": one.pk, "slot-0-starts_at": typed(start), "slot-0-ends_at": typed(one.ends_at - 4 * hour),
        "slot-1-pk": two.pk, "slot-1-starts_at": typed(one.ends_at - hour), "slot-1-ends_at": typed(two.ends_at),
    }  # fmt: skip
    assert as_user(captain).post(url, sent).status_code == 302
    one.refresh_from_db()
    assert one.ends_at == start + 4 * hour
    assert minutes(row) == 240
    two = activity.slots.last()  # other times: another slot, as nobody was called for it
    sent |= {"offered": f"{one.pk} {two.pk}", "slot-1-pk": two.pk}
    outside = {**sent, "slot-0-starts_at": typed(start - hour)}
    assert "起止时间以内" in as_user(captain).post(url, outside).content.decode()
    assert minutes(row) == 240


def test_other_grace_counts_for_what_is_still_with_its_author(
    captain: User, region: User, as_user: SignIn, django_capture_on_commit_callbacks: Callable
) -> None:
    team = captain.organization
    begun = builders.drill(team, captain)
    reported = builders.drill(team, captain, starts_at=builders.morning(9))
    row, other = came(begun, 1, late=20), came(reported, 2, late=20)
    WORKFLOW.perform(reported, "submit", by=captain)
    assert (minutes(row), minutes(other)) == (180, 180)
    url = reverse("training:setting_edit", args=["grace_minutes"])
    with django_capture_on_commit_callbacks(execute=True):
        as_user(region).post(url, {"value": "10", "source": "演示通知"})
    assert (minutes(row), minutes(other)) == (160, 180)


def test_host_is_told_at_home_that_marks_wait_to_be_settled(captain: User, baotou: User, as_user: SignIn) -> None:
    activity = builders.drill(captain.organization, captain)
    row = came(activity, 1)
    wrong = builders.mark(activity.slots.get(), row, by=captain, trouble=Trouble.TOO_LATE)

    def lines(user: User) -> list[tuple[str, str]]:
        tasks = as_user(user).get(reverse("portal:home")).context["tasks"]
        return [(task.what, task.url) for task in tasks if "没有算数" in task.what]

    url = reverse("training:mark_list", args=[activity.pk])
    assert lines(captain) == [("水上救援演练（演示）有 1 条点名没有算数", url)]
    assert as_user(captain).get(url).status_code == 200
    assert lines(baotou) == []
    settle(activity, [wrong.pk], counts=False, reason="重复", by=captain)
    assert lines(captain) == []
