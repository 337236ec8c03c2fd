"""Two who decide, open or write in the same instant: on the real database."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection, transaction

from assessments.annual.batch import publicise_all
from assessments.annual.scores import Given, keep
from assessments.annual.snapshot_occasions import take_again
from assessments.annual.snapshots import take
from assessments.annual.workflow import CAMPAIGN, REVIEW
from assessments.choices import ScoredBy
from assessments.forms.campaigns import CampaignForm
from assessments.models import Campaign, Review
from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from tests.assessments import annual
from tests.organizations.helpers import at_once, until_somebody_waits_for_a_lock
from tests.teams.builders import read

pytestmark = pytest.mark.django_db(transaction=True)


def _refused(answers: list[object]) -> list[MoveNotAllowed]:
    found = [answer for answer in answers if isinstance(answer, Exception)]
    assert all(isinstance(answer, MoveNotAllowed) for answer in found), answers
    return found  # type: ignore[return-value]


@pytest.fixture
def colleague(office: Callable[[str], Organization], db: None) -> User:
    other = User.objects.create_user("colleague", name="同事（演示）", organization=office("150000"))
    grant(Appointment.objects.create(user=other, role="reviewer", organization=office("150000")))
    return other


def test_two_decide_at_once(cast: dict[str, User], colleague: User) -> None:
    people = [read(cast[name]) for name in ("captain", "chifeng", "region")]
    place = people[0].organization
    record = annual.in_state("scored", annual.campaign(people[2]), place, *people)
    answers = at_once(
        lambda: REVIEW.perform_seen(record, "decide", by=read(cast["region"]), version=record.version),
        lambda: REVIEW.perform_seen(record, "decide", by=read(colleague), version=record.version),
    )
    refused = _refused(answers)
    assert [one.code for one in refused] == ["state"]
    assert WorkflowEvent.objects.of(record).filter(action="decide").count() == 1


def test_written_while_it_is_decided(cast: dict[str, User], colleague: User) -> None:
    """Either the line is in the result, or whoever decides is told, or whoever writes: never a result without it."""
    people = [read(cast[name]) for name in ("captain", "chifeng", "region")]
    record = annual.in_state("scored", annual.campaign(people[2]), people[0].organization, *people)
    line = record.campaign.standard.indicators.get(code="2.1")
    given = Given(points=Decimal(10), note="演示", seen="|||")
    answers = at_once(
        lambda: keep(record, ScoredBy.REGION, {line.pk: given}, by=read(colleague)),
        lambda: REVIEW.perform_seen(record, "decide", by=read(cast["region"]), version=record.version),
    )
    assert len(_refused(answers)) == 1
    record.refresh_from_db()
    assert (record.state, record.total) in (("scored", None), ("decided", Decimal(95)))


@pytest.mark.parametrize("many", ["publicise", "take", "edit"])
def test_a_step_for_all_and_one_for_one_take_turns(cast: dict[str, User], many: str) -> None:
    """Neither ends as the victim of a deadlock: both lock the review first, then the campaign."""
    captain, chifeng, region = (read(cast[name]) for name in ("captain", "chifeng", "region"))
    year = annual.campaign(region, public_from=date(2026, 3, 1), public_until=date(2026, 3, 7))
    state = {"publicise": "decided", "take": "draft", "edit": "publicity"}[many]
    record = annual.in_state(state, year, captain.organization, captain, chifeng, region)
    day = year.data_until
    for_all = {
        "publicise": lambda: publicise_all(year, day, day + timedelta(days=4), by=read(cast["region"])),
        "take": lambda: take(Review.objects.filter(campaign=year), by=read(cast["region"]), reason="演示"),
        "edit": lambda: _later(year),
    }[many]
    answers: list[object] = []

    def other() -> None:
        try:
            answers.append(for_all())
        finally:
            connection.close()

    thread = Thread(target=other)
    with transaction.atomic():
        Review.objects.select_for_update().get(pk=record.pk)
        thread.start()
        until_somebody_waits_for_a_lock()
        if many == "take":
            take_again(record, by=region, reason="演示")
        else:
            REVIEW.perform(record, "reconsider", by=region, reason="演示")
    thread.join()
    assert answers == [0]  # nothing is left for the one that waited
    record.refresh_from_db()
    assert record.state == ("draft" if many == "take" else "scored")


def _later(year: Campaign) -> int:
    """The region corrects the last day of the publicity; how many results still have the old one."""
    until = date(2026, 3, 9)
    days = {"public_from": "2026-03-01", "public_until": f"{until}", "version": str(year.version)}
    form = CampaignForm({**days, "note": ""}, instance=Campaign.objects.get(pk=year.pk))
    assert form.is_valid(), form.errors
    form.save()
    return Review.objects.filter(campaign=year, public_until__lt=until).count()


def test_opened_twice_asks_every_team_once(cast: dict[str, User], colleague: User) -> None:
    region = read(cast["region"])
    annual.team(read(cast["captain"]).organization)
    year = annual.campaign(region, opened=False)
    answers = at_once(
        lambda: CAMPAIGN.perform(year, "open", by=region), lambda: CAMPAIGN.perform(year, "open", by=read(colleague))
    )
    assert len(_refused(answers)) == 1
    assert Campaign.objects.get(pk=year.pk).state == "open"
    assert Review.objects.filter(campaign=year).count() == 1
