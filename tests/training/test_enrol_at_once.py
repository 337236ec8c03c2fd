"""Two who want the last place in the same instant: on the real database."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from organizations.models import Organization
from portal.demo.cast import TEAM_CODE
from tests.organizations.helpers import at_once
from tests.people import builders as people
from tests.teams.builders import read
from tests.training import builders
from training.choices import Listing
from training.models import Participation
from training.participants.enrolling import accept, enrol, withdraw

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_at_the_last_place(cast: Any) -> None:
    team, captain = Organization.objects.get(code=TEAM_CODE), cast["captain"]
    course = builders.training(
        team, captain, starts_at=timezone.now() + timedelta(days=9), enrols_until=timezone.localdate(), places=1
    )
    who = [people.member(team, number).person for number in (1, 2)]
    answers = at_once(*[lambda one=one: enrol(course, one, by=read(captain)) for one in who])
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1, answers
    assert isinstance(refused[0], ValidationError)
    assert refused[0].code == "full"
    assert Participation.objects.count() == 1


def test_who_has_withdrawn_is_not_put_back_by_whoever_accepts_an_older_page(cast: Any) -> None:
    team, captain = Organization.objects.get(code=TEAM_CODE), cast["captain"]
    course = builders.training(
        team, captain, starts_at=timezone.now() + timedelta(days=9), enrols_until=timezone.localdate()
    )
    stays, goes = (enrol(course, people.member(team, number).person, by=read(captain)) for number in (1, 2))
    withdraw(goes)
    done = accept(course, [stays, goes], by=read(captain), risk_reason="演示")
    assert [row.pk for row in done.added] == [stays.person_id]
    assert Participation.objects.get(pk=goes.pk).listing == Listing.REMOVED
