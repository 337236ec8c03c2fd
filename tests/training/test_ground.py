"""From the roll to credited hours: the ground that pages and tasks stand on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import HourRecord
from tests.people import builders as people
from tests.training import builders
from training.activities.slots import daily
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db


def test_hours_are_credited_when_confirmed_and_taken_back_when_opened_again(
    captain: User, chifeng: User, office: Callable[[str], Organization]
) -> None:
    team = captain.organization
    there, away = people.member(team, 1), people.member(team, 2)
    record = builders.drill(team, captain)
    rows = builders.listed(record, there, away)
    builders.present(record, rows[:1])
    record = WORKFLOW.perform(record, "submit", by=captain)
    assert (record.present, record.listed, record.minutes) == (1, 2, 180)
    assert record.number.startswith("YL-")
    assert record.office == chifeng.organization
    with pytest.raises(MoveNotAllowed):
        WORKFLOW.perform(record, "confirm", by=captain)
    record = WORKFLOW.perform(record, "confirm", by=chifeng)
    credited = HourRecord.objects.get(person=there.person)
    assert credited.hours == 3
    record = WORKFLOW.perform(record, "reopen", by=chifeng, comment="人数不对")
    credited.refresh_from_db()
    assert credited.ended_at is not None
    record = WORKFLOW.perform(record, "resubmit", by=captain)
    WORKFLOW.perform(record, "confirm", by=chifeng)
    assert HourRecord.objects.standing().get(person=there.person).hours == 3


def test_record_with_gaps_is_kept_but_not_taken(captain: User) -> None:
    record = builders.drill(captain.organization, captain, summary="", title="")
    with pytest.raises(ValidationError) as refused:
        WORKFLOW.perform(record, "submit", by=captain)
    said = " ".join(refused.value.messages)
    assert "“名称”还没有填" in said
    assert "“总结”还没有填" in said
    assert "名单里还没有人" in said


def test_course_of_days_has_a_slot_a_day() -> None:
    first = builders.morning(10)
    last = first + timedelta(days=3, hours=8)
    slots = daily(first, last)
    assert len(slots) == 4
    assert all(ends - begins == timedelta(hours=8) for begins, ends in slots)
    night = first.replace(hour=20)
    assert daily(night, night + timedelta(hours=12)) == [(night, night + timedelta(hours=12))]
    around = daily(night, night + timedelta(days=2))
    assert [ends - begins for begins, ends in around] == [timedelta(days=1)] * 2


def test_record_of_the_only_clerk_goes_on_to_the_office_above(
    captain: User, chifeng: User, region: User, office: Callable[[str], Organization]
) -> None:
    member = people.member(captain.organization, 1)
    record = builders.handed_in(
        captain.organization, chifeng, member
    )  # 赤峰市 has one clerk, who hands in for the team
    assert record.office == region.organization
    assert WORKFLOW.perform(record, "confirm", by=region).state == "confirmed"
    colleague = User.objects.create_user("zhao", name="赵（演示）", organization=chifeng.organization)
    grant(Appointment.objects.create(user=colleague, role="clerk", organization=chifeng.organization))
    later = builders.handed_in(captain.organization, chifeng, member, starts_at=builders.morning(8))
    assert later.office == chifeng.organization
    assert WORKFLOW.perform(later, "confirm", by=colleague).state == "confirmed"
