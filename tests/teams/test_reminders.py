"""Time limits and what lies too long: who is told, once per occasion, and nothing is ever decided."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.models import Notice
from core.reminders import _send
from organizations.models import Appointment
from organizations.permissions import grant
from teams import reminders
from teams.filings.drafting import begin
from teams.models import CheckSetting, Filing, FilingStep, Opinion, Team, TeamPost
from teams.workflow import WORKFLOW
from tests.teams import builders

pytestmark = pytest.mark.django_db
BANNER = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}


def later() -> date:
    return timezone.localdate() + timedelta(days=400)


def sent(source, *args) -> list[tuple[str, str]]:
    """Ask a source and send: (to whom, about what) of what was new."""
    Notice.objects.all().delete()
    for reminder in source(*args):
        _send(reminder)
    return sorted((row.recipient.username, row.kind) for row in Notice.objects.select_related("recipient"))


def again(source, *args) -> int:
    return sum(_send(reminder) for reminder in source(*args))


@pytest.fixture
def lying(songshan, office) -> Filing:
    """Handed in by 松山区, lying with 赤峰市."""
    return builders.submitted(songshan, office("150404"), **BANNER)


@pytest.mark.parametrize(
    ("days", "kind"), [(-3, None), (-2, "filing_due"), (0, "filing_due"), (1, "filing_overdue"), (60, None)]
)
def test_who_decides_is_told_before_and_after_the_limit(lying, days, kind):
    day = lying.due_on + timedelta(days=days)
    assert sent(reminders.filings_due, day) == ([("chifeng", kind)] if kind else [])
    assert again(reminders.filings_due, day) == 0
    lying.refresh_from_db()
    assert lying.state == "submitted"  # it reminds; it decides nothing


def test_before_and_after_are_two_occasions_and_each_is_told_once(lying):
    soon, late = lying.due_on - timedelta(days=1), lying.due_on + timedelta(days=1)
    assert [again(reminders.filings_due, day) for day in (soon, soon, late, late)] == [1, 0, 1, 0]


def test_the_colleague_it_was_given_to_is_told_instead(lying, chifeng, region_security, office):
    place = office("150400")
    other = type(chifeng).objects.create_user("colleague", name="同事（演示）", organization=place)
    grant(Appointment.objects.create(user=other, role="reviewer", organization=place))
    Filing.objects.filter(pk=lying.pk).update(assignee=other)
    assert sent(reminders.filings_due, lying.due_on) == [("colleague", "filing_due")]


@pytest.mark.parametrize(("days", "told"), [(4, []), (5, ["leader", "region"]), (50, [])])
def test_the_next_superior_is_told_of_what_is_long_overdue_once_a_round(lying, days, told):
    day = lying.due_on + timedelta(days=days)
    assert [name for name, _kind in sent(reminders.filings_escalated, day)] == told
    assert again(reminders.filings_escalated, day) == 0


def test_after_how_many_days_superiors_hear_is_the_regions_to_say(lying):
    CheckSetting.objects.filter(key="escalate").update(limit=2)
    assert sent(reminders.filings_escalated, lying.due_on + timedelta(days=2)) != []


def test_what_lies_with_the_region_is_told_to_its_own_leader(chifeng, office, region):
    filing = builders.submitted(chifeng, office("150400"))
    found = sent(reminders.filings_escalated, filing.due_on + timedelta(days=6))
    assert found == [("leader", "filing_escalated")]


@pytest.mark.parametrize(("days", "told"), [(29, 0), (31, 1)])
def test_a_draft_that_lies_untouched(songshan, office, days, told):
    begin("register", by=songshan, office=office("150404"))
    day = timezone.localdate() + timedelta(days=days)
    assert sent(reminders.drafts_lying, day) == [("songshan", "filing_lying")] * told
    assert again(reminders.drafts_lying, day) == 0


@pytest.mark.parametrize(("days", "told"), [(9, 0), (11, 1)])
def test_a_returned_one_that_is_not_mended(lying, chifeng, days, told):
    WORKFLOW.perform(lying, "return_for_changes", by=chifeng, comment="请改")
    day = timezone.localdate() + timedelta(days=days)
    assert sent(reminders.drafts_lying, day) == [("songshan", "filing_lying")] * told


def test_when_the_author_has_left_the_duty_hears(lying, chifeng, songshan, office):
    WORKFLOW.perform(lying, "return_for_changes", by=chifeng, comment="请改")
    Appointment.objects.filter(user=songshan).update(ends_at=timezone.now())
    other = type(songshan).objects.create_user("next", name="接任（演示）", organization=office("150404"))
    grant(Appointment.objects.create(user=other, role="clerk", organization=office("150404")))
    assert sent(reminders.drafts_lying, later()) == [("next", "filing_lying")]


@pytest.mark.parametrize(("days", "told"), [(2, 0), (3, 1)])
def test_an_opinion_that_was_not_given(lying, chifeng, region, days, told):
    Opinion.objects.create(filing=lying, asked=region, asked_by=chifeng, question="是否可行？")
    day = timezone.localdate() + timedelta(days=days)
    assert sent(reminders.opinions_unanswered, day) == [("region", "opinion_waiting")] * told


@pytest.fixture
def team(chifeng, office, region, captain) -> Team:
    found = builders.filed(chifeng, office("150400"), region)
    grant(Appointment.objects.create(user=captain, role="captain", organization=found.organization))
    return found


def test_a_captain_who_left_and_was_not_filed(team):
    TeamPost.objects.filter(team=team, role="captain").update(ends_on=timezone.localdate() - timedelta(days=1))
    today = timezone.localdate()
    assert sent(reminders.changes_not_filed, today) == []
    day = today + timedelta(days=40)
    assert sent(reminders.changes_not_filed, day) == [("captain", "change_not_filed"), ("chifeng", "change_not_filed")]
    assert again(reminders.changes_not_filed, day) == 0
    assert "队长" in Notice.objects.filter(recipient__username="captain").get().title


def test_confirmation_is_asked_from_october_each_month(team):
    Team.objects.filter(pk=team.pk).update(filed_on=date(2024, 3, 1), confirmed_year=2024)
    both = [("captain", "annual_missing"), ("chifeng", "annual_missing")]
    assert sent(reminders.confirmations_missing, date(2025, 9, 30)) == []
    assert sent(reminders.confirmations_missing, date(2025, 10, 1)) == both
    assert again(reminders.confirmations_missing, date(2025, 10, 31)) == 0
    assert again(reminders.confirmations_missing, date(2025, 11, 1)) == 2


def test_who_has_confirmed_or_is_new_or_under_way_is_not_asked(team, chifeng):
    day = date(timezone.localdate().year, 12, 1)
    Team.objects.filter(pk=team.pk).update(filed_on=day)  # filed this very year
    assert sent(reminders.confirmations_missing, day) == []
    Team.objects.filter(pk=team.pk).update(filed_on=date(2024, 3, 1), confirmed_year=day.year)
    assert sent(reminders.confirmations_missing, day) == []
    Team.objects.filter(pk=team.pk).update(confirmed_year=None)
    assert sent(reminders.confirmations_missing, day) != []
    WORKFLOW.perform(begin("annual", by=builders.read(chifeng), team=team), "submit", by=builders.read(chifeng))
    assert sent(reminders.confirmations_missing, day) == []
    assert FilingStep.objects.filter(state="current").count() == 1


def test_a_team_that_is_leaving_is_not_asked_to_confirm_the_year(team, chifeng, region):
    Team.objects.filter(pk=team.pk).update(filed_on=date(2024, 3, 1), confirmed_year=None)
    day = date(2026, 10, 5)
    assert sent(reminders.confirmations_missing, day)
    filing = WORKFLOW.perform(builders.leaving(team, chifeng), "submit", by=chifeng)
    assert sent(reminders.confirmations_missing, day) == []
    WORKFLOW.perform(filing, "reject", by=region, comment="留下")
    assert sent(reminders.confirmations_missing, day)
