"""Devices in the same instant: real threads on the real database."""

from uuid import UUID, uuid5

import pytest
from django.utils import timezone

from assessments.models import Grading, ScoreMark
from assessments.panel.given import Given
from assessments.panel.marking import take
from assessments.panel.members import finish
from core.offline import REFUSED, SAME, STORED
from organizations.models import User
from teams.models import Team
from tests.assessments import builders
from tests.assessments.test_panel_folding import P, V
from tests.organizations.helpers import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HERE = UUID("5f3d0000-0000-4000-8000-000000000007")


@pytest.fixture
def grading(cast: dict[str, User]) -> Grading:
    team = Team.objects.get(organization=cast["captain"].organization)
    return builders.on_site(team, cast["captain"], cast["region"].organization, cast["assessor"])


def test_same_batch_twice_at_once_is_one_of_each(grading: Grading, cast: dict[str, User]) -> None:
    codes = {code: grading.standard.indicators.get(code=code).pk for code in ("1.2", "1.3", "2.1")}
    answers = {"1.2": V(4), "1.3": V(1), "2.1": P(30)}
    batch = [
        Given(uuid5(HERE, code), grading.pk, codes[code], timezone.now(), answer) for code, answer in answers.items()
    ]

    def send(turned: bool) -> list[str]:
        by = User.objects.get(pk=cast["assessor"].pk)
        return [result.state for result in take(batch[::-1] if turned else batch, by=by)]

    told = at_once(*[lambda turned=number % 2: send(bool(turned)) for number in range(8)])
    assert [one for one in told if isinstance(one, Exception)] == []
    assert {state for one in told for state in one} <= {STORED, SAME}
    assert ScoreMark.objects.count() == 3


def test_finish_while_a_score_arrives(grading: Grading, cast: dict[str, User]) -> None:
    """Either it was there before, or it is refused: nothing is stored after the end."""
    member = grading.panel.get()
    for code, answer in (("1.1", {"value": 20}), ("1.2", {"value": 4}), ("1.3", {"value": 1}), ("2.1", {"points": 30})):
        builders.scored(member, code, **answer)
    indicator = grading.standard.indicators.get(code="2.1").pk
    late = Given(uuid5(HERE, "late"), grading.pk, indicator, timezone.now(), P(31))
    by = User.objects.get(pk=cast["assessor"].pk)
    told = at_once(lambda: finish(member), lambda: take([late], by=by)[0].state)
    assert [one for one in told if isinstance(one, Exception)] == []
    member.refresh_from_db()
    stored = ScoreMark.objects.filter(pk=late.id).first()
    assert (told[1] == REFUSED) == (stored is None)
    assert stored is None or member.finished_at is None or stored.received_at <= member.finished_at
