"""Whoever keeps a team's records hears of what was not handed in, whoever confirms of what waits: once each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Notice
from core.reminders import send_due
from organizations.models import User
from tests.people import builders as people
from tests.training import builders
from training.models import Activity
from training.records.reminders import records_not_handed_in, records_waiting

pytestmark = pytest.mark.django_db


def test_record_not_handed_in_is_told_once_after_the_term(captain: User) -> None:
    late = builders.drill(captain.organization, captain, starts_at=builders.morning(15), title="迟报演练（演示）")
    builders.drill(captain.organization, captain, starts_at=builders.morning(14))
    gone = builders.drill(captain.organization, captain, starts_at=builders.morning(15))
    Activity.objects.filter(pk=gone.pk).update(state="cancelled", state_reason="天气（演示）")
    (told,) = records_not_handed_in()
    assert list(told.people) == [captain]
    assert "1 场活动结束已满 15 天" in told.title
    assert "迟报演练（演示）" in told.body
    assert told.url == late.get_absolute_url()
    send_due()
    assert Notice.objects.filter(recipient=captain, kind="record_due").count() == 1
    assert send_due() == 0
    assert list(records_not_handed_in(timezone.localdate() + timedelta(days=20))) == []


def test_record_that_waits_is_told_after_a_week_and_two(captain: User, chifeng: User) -> None:
    record = builders.handed_in(captain.organization, captain, people.member(captain.organization, 1))
    day = timezone.localdate()
    assert list(records_waiting(day + timedelta(days=6))) == []
    for days in (7, 14):
        (told,) = records_waiting(day + timedelta(days=days))
        assert list(told.people) == [chifeng]
        assert told.title == f"{record.number}（{record.title}）等候确认已 {days} 天"
    assert list(records_waiting(day + timedelta(days=30))) == []
