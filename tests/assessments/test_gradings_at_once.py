"""Two who decide in the same instant, or one who hands in while the other types: on the real database."""

import pytest

from assessments.models import Grading, TeamGrade
from assessments.publicity.objections import answer
from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from organizations.tree import move_office
from tests.assessments import gradings as builders
from tests.organizations.helpers import at_once
from tests.teams.builders import read

pytestmark = pytest.mark.django_db(transaction=True)


def colleague(of: User, name: str = "colleague") -> User:
    made = User.objects.create_user(name, name="同事（演示）", organization=of.organization)
    grant(Appointment.objects.create(user=made, role="reviewer", organization=of.organization))
    return made


def test_two_grant_at_once(cast: dict[str, User]) -> None:
    other = colleague(cast["chifeng"])
    record = builders.publicity_over(builders.in_state("publicity", cast["captain"], cast["chifeng"]))
    answers = at_once(
        lambda: builders.move(record, "grant", cast["chifeng"]), lambda: builders.move(record, "grant", other)
    )
    refused = [one for one in answers if isinstance(one, Exception)]
    assert len(refused) == 1, answers
    assert isinstance(refused[0], MoveNotAllowed)
    assert refused[0].code == "state"
    assert WorkflowEvent.objects.of(record).filter(action="grant").count() == 1
    assert TeamGrade.objects.count() == 1


def test_two_answer_at_once_and_two_apply_at_once(cast: dict[str, User]) -> None:
    other = colleague(cast["region"])
    record = builders.in_state("publicity", cast["captain"], cast["chifeng"])
    one = builders.objected(record, cast["chifeng"])
    answers = at_once(
        lambda: answer(one, by=read(cast["region"]), outcome="upheld", words="属实"),
        lambda: answer(one, by=read(other), outcome="refused", words="不属实"),
    )
    assert sum(isinstance(each, MoveNotAllowed) for each in answers) == 1, answers
    one.refresh_from_db()
    assert one.outcome in ("upheld", "refused")

    team, standard = builders.team(), builders.builders.standard(code="second")
    begun = at_once(*[lambda: builders.begin(team, standard, "3", by=read(cast["captain"]))] * 2)
    assert sum(isinstance(each, Grading) for each in begun) == 1, begun


def test_a_team_is_handed_over_while_its_grade_is_given(cast: dict[str, User]) -> None:
    """The grade first, or the new league has to give it; never a deadlock, never left with who sees it no more."""
    record = builders.publicity_over(builders.in_state("publicity", cast["captain"], cast["chifeng"]))
    system, team, league = read(cast["region-system"]), cast["captain"].organization, cast["baotou"].organization
    answers = at_once(
        lambda: builders.move(record, "grant", cast["chifeng"]), lambda: move_office(team, to=league, by=system)
    )
    assert all(isinstance(one, (Grading, Organization, MoveNotAllowed)) for one in answers), answers
    record.refresh_from_db()
    assert (record.office, record.state) in ((league, "granted"), (league, "publicity"))
