"""What runs out is told at 90, 30 and 0 days: to the holder, and once a day to whoever keeps the team's roster."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.models import Notice
from core.reminders import _send
from organizations.models import Appointment, Organization
from people import reminders
from people.choices import Channel
from people.models import Capability, Certificate, Consent, ConsentText, Cover, Membership, PeopleSetting
from people.papers.verifying import months_after
from people.reminders import _days_before, papers_due
from portal.demo.cast import TEAM_CODE
from tests.people import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(cast) -> Organization:
    return Organization.objects.get(code=TEAM_CODE)


def sent(day: date | None = None) -> dict[str, str]:
    """Ask and send, today or on another day: to whom → what was new."""
    before = set(Notice.objects.values_list("pk", flat=True))
    for reminder in papers_due(day or timezone.localdate()):
        _send(reminder)
    fresh = Notice.objects.exclude(pk__in=before).select_related("recipient")
    return {row.recipient.username: f"{row.title}\n{row.body}" for row in fresh}


def expiring(team, number, days, **facts):
    person = builders.member(team, number).person
    return builders.certificate(person, expires_on=timezone.localdate() + timedelta(days=days), **facts)


@pytest.mark.parametrize(("days", "told"), [(91, False), (90, True), (60, False), (30, True), (0, True), (-5, False)])
def test_certificates_at_their_days_once(team, days, told):
    expiring(team, 1, days)
    assert (set(sent()) == {"captain"}) is told
    assert sent() == {}  # asked every hour, said once
    assert Certificate.objects.get().state == "verified"  # it reminds; it changes nothing


def test_a_captain_gets_one_notice_with_everything_and_the_holder_his_own(team, member):
    own = expiring(team, 1, 90)
    own.person.user = member
    own.person.save()
    expiring(team, 2, 30)
    expiring(team, 3, 0)
    expiring(team, 4, 50)
    builders.policy(team, own.person, number="险-1", ends_on=timezone.localdate() + timedelta(days=30))
    told = sent()
    assert set(told) == {"captain", "member"}
    assert Notice.objects.filter(recipient__username="captain").count() == 1
    assert told["captain"].startswith("赤峰水上救援队")
    assert "4 项" in told["captain"]
    assert "险-1" in told["captain"]
    assert "被保险人 1 人" in told["captain"]
    assert "2 项" in told["member"]
    assert own.person.id_number not in told["captain"]


def test_assessments_of_capability_unless_a_later_one_follows(team):
    person, soon = builders.member(team, 1).person, timezone.localdate() + timedelta(days=30)
    facts = {"person": person, "result": "合格", "assessed_on": date(2026, 1, 5), "valid_until": soon}
    for subject in ("绳索", "水上", "驾驶"):
        Capability.objects.create(subject=subject, **facts)
    Capability.objects.create(subject="水上", **{**facts, "valid_until": soon + timedelta(days=300)})
    # failed before it was passed: the older result has no end and is no renewal all the same
    failed = {**facts, "assessed_on": facts["assessed_on"] - timedelta(days=30), "valid_until": None}
    Capability.objects.create(subject="绳索", **{**failed, "result": "不合格"})
    Capability.objects.filter(subject="驾驶").update(ended_at=timezone.now(), end_reason="有误")
    told = sent()
    assert "能力测评“绳索”" in told["captain"]
    assert "1 项" in told["captain"]


def test_without_a_captain_the_office_hears(team):
    Appointment.objects.filter(organization=team).update(ends_at=timezone.now())
    expiring(team, 1, 30)
    assert set(sent()) == {"chifeng"}


def test_an_offices_policy_is_told_to_office_and_team(team, office):
    person = builders.member(team, 1).person
    builders.policy(office("150400"), person, number="统保", ends_on=timezone.localdate())
    assert set(sent()) == {"captain", "chifeng"}


def test_who_has_renewed_left_or_ended_is_not_spoken_of(team):
    renewed = expiring(team, 1, 30)
    builders.certificate(renewed.person, number="新", expires_on=timezone.localdate() + timedelta(days=1000))
    lasting = expiring(team, 2, 30)
    builders.certificate(lasting.person, number="长", expires_on=None)
    left = expiring(team, 3, 30)
    Membership.objects.filter(person=left.person).update(
        state="ended", left_on=timezone.localdate(), end_kind="age", is_main=False
    )
    expiring(team, 4, 30, state="refused")
    expiring(team, 5, 30, state="ended")
    insured = builders.member(team, 6).person
    builders.policy(team, insured, number="旧", ends_on=timezone.localdate() + timedelta(days=30))
    builders.policy(team, insured, number="新", ends_on=timezone.localdate() + timedelta(days=395))
    early = builders.member(team, 7).person
    builders.policy(team, early, number="早", ends_on=timezone.localdate() + timedelta(days=300))
    Cover.objects.filter(person=early).update(ends_on=timezone.localdate(), end_reason="退队")
    assert sent() == {}


def test_a_portal_that_stood_still_tells_later_what_became_due(team):
    expiring(team, 1, 28)
    assert set(sent()) == {"captain"}
    expiring(team, 2, 26)
    assert sent() == {}


def test_an_examination_after_as_many_months_as_the_region_set(team):
    person = builders.member(
        team, 1, person=builders.person(1, checkup_on=months_after(timezone.localdate(), -12))
    ).person
    assert "体检已满 12 个月" in sent()["captain"]
    Notice.objects.all().delete()
    PeopleSetting.objects.create(key="checkup_months", value=6)
    assert sent() == {}
    PeopleSetting.objects.all().delete()
    text = ConsentText.objects.get(kind="health")
    Consent.objects.create(
        person=person, text=text, given_at=timezone.now(), channel=Channel.PAPER, withdrawn_at=timezone.now()
    )
    assert sent() == {}  # what was withdrawn is not used any more


def test_every_examination_has_exactly_one_day_on_which_it_is_told():
    day = timezone.datetime(2024, 1, 1).date()
    days = [day + timedelta(days=more) for more in range(800)]
    for months in (1, 6, 12):
        found = [one for later in days for one in _days_before(later, months)]
        inner = [one for one in days if one >= day and months_after(one, months) <= days[-1]]
        assert sorted(one for one in found if one >= day) == inner


def test_questions_do_not_grow_with_people(team, django_assert_max_num_queries):
    for number in range(12):
        expiring(team, number, 30)
    with django_assert_max_num_queries(45):
        assert len(list(papers_due(timezone.localdate()))) == 1
    assert reminders.WINDOW == 3
