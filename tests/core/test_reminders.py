"""Reminders: each occasion once; a source that fails does not silence the others; and the occasions there are."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Notice
from core.reminders import BATCH, Reminder, send_due
from core.tasks import send_reminders
from organizations import accounts
from organizations.models import AccountRequest, Appointment, User
from organizations.workflow import WORKFLOW
from tests.organizations.helpers import appointment_of, opened, submitted

pytestmark = pytest.mark.django_db


def greet() -> list[Reminder]:
    return [Reminder(User.objects.filter(username="songshan"), "test", "提醒", "", "/", "greeting")]


def fail() -> list[Reminder]:
    raise RuntimeError("source is broken")


def test_each_occasion_is_sent_once(settings, songshan):
    settings.REMINDERS = [f"{__name__}.greet"]
    assert [send_due(), send_due()] == [1, 0]


asked = 0


def search() -> list[Reminder]:
    return [Reminder(_found, "test", "提醒", "", "/", f"lying-{number}") for number in range(BATCH + 1)]


def _found() -> list[User]:
    global asked
    asked += 1
    return list(User.objects.filter(username="songshan"))


def test_who_is_told_is_looked_for_until_the_occasion_was_told(settings, songshan, django_assert_num_queries):
    settings.REMINDERS = [f"{__name__}.search"]
    assert (send_due(), asked) == (BATCH + 1, BATCH + 1)
    with django_assert_num_queries(2):  # one a batch
        assert (send_due(), asked) == (0, BATCH + 1)


def fail_later() -> Iterator[Reminder]:
    yield from greet()
    raise RuntimeError("source is broken")


def test_what_a_source_found_before_it_failed_is_told(settings, songshan):
    settings.REMINDERS = [f"{__name__}.fail_later"]
    assert [send_due(), send_due()] == [1, 0]
    assert Notice.objects.filter(recipient=songshan, once="greeting").count() == 1


def test_failing_source_does_not_silence_the_others(settings, songshan):
    settings.REMINDERS = [f"{__name__}.fail", f"{__name__}.greet"]
    assert send_due() == 1


def ending_in(days: int, user: User, by: User) -> Appointment:
    held = appointment_of(user)
    return accounts.end_appointment(held, by=by, reason="期满", at=timezone.now() + timedelta(days=days))


@pytest.mark.parametrize(("days", "told"), [(31, 0), (20, 2), (5, 2)])
def test_ending_duty_reminds_person_and_nearest_administrator(region_security, songshan, days, told):
    ending_in(days, songshan, region_security)
    send_reminders()
    reminders = Notice.objects.filter(kind="appointment_ending")
    assert reminders.count() == told
    if told:
        assert {notice.recipient for notice in reminders} == {songshan, region_security}
        assert "职责将于" in reminders.get(recipient=songshan).title


def test_ending_duty_reminds_at_thirty_and_at_seven_days(region_security, songshan):
    held = ending_in(20, songshan, region_security)
    send_due()
    accounts.end_appointment(held, by=region_security, reason="提前", at=timezone.now() + timedelta(days=5))
    assert send_due() == 2
    assert send_due() == 0


def test_request_that_waits_reminds_the_deciders_once_a_round(region_security, songshan, chifeng):
    league = opened(region_security, chifeng.organization, "cf-security", "security_admin")
    record = submitted(songshan)
    Notice.objects.all().delete()
    assert send_due() == 0
    long_ago = timezone.now() - timedelta(days=4)
    AccountRequest.objects.filter(pk=record.pk).update(submitted_at=long_ago)
    assert [send_due(), send_due()] == [1, 0]
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind) == (league, "request_waiting")
    record.refresh_from_db()
    assert record.state == "submitted"  # it reminds; it decides nothing
    WORKFLOW.perform(record, "return_for_changes", by=league, comment="改")
    WORKFLOW.perform(record, "resubmit", by=songshan)
    AccountRequest.objects.filter(pk=record.pk).update(submitted_at=long_ago + timedelta(hours=1))
    Notice.objects.exclude(kind="request_waiting").delete()
    assert send_due() == 1
