"""Two who verify, or verify and correct, the same certificate in the same instant: on the real database."""

import pytest

from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization
from organizations.permissions import grant
from people.models import Certificate
from people.papers.verifying import move
from portal.demo.cast import TEAM_CODE
from tests.organizations.helpers import at_once
from tests.people import builders
from tests.teams.builders import read

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_verifiers_at_once(cast, office):
    place = office("150400")
    other = type(cast["chifeng"]).objects.create_user("colleague", name="同事（演示）", organization=place)
    grant(Appointment.objects.create(user=other, role="reviewer", organization=place))
    person = builders.member(Organization.objects.get(code=TEAM_CODE), 1).person
    certificate = builders.certificate(person, state="reported")
    answers = at_once(
        lambda: move(certificate, "verify", by=read(cast["chifeng"]), version=1),
        lambda: move(certificate, "refuse", by=read(other), version=1, reason="照片看不清"),
    )
    # both are legal one after the other; whoever comes second is told, for the version has moved on
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1, answers
    assert isinstance(refused[0], MoveNotAllowed)
    assert WorkflowEvent.objects.of(certificate).count() == 1
    assert Certificate.objects.get().version == 2


def test_one_number_entered_twice_at_once(cast, as_user):
    team = Organization.objects.get(code=TEAM_CODE)
    people = [builders.member(team, number).person for number in (1, 2)]
    facts = {"kind": "first_aid", "number": "同号", "issuer": "x", "issued_on": "2026-05-10"}

    def enter(person):
        return lambda: as_user(cast["captain"]).post(f"/people/{person.pk}/certificates/new/", facts).status_code

    assert sorted(at_once(*[enter(person) for person in people])) == [200, 302]
    assert Certificate.objects.filter(number="同号").count() == 1
