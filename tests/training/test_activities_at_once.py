"""Two who decide, or one who hands in while the other saves, in the same instant: on the real database."""

from collections.abc import Callable

import pytest

from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import HourRecord
from portal.demo.cast import TEAM_CODE
from tests.organizations.helpers import at_once
from tests.people import builders as people
from tests.teams.builders import read
from tests.training import builders
from training.activities.sections import section_named
from training.forms.sections import section_form
from training.models import Activity
from training.workflow import WORKFLOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_confirm_at_once(cast: dict[str, User], office: Callable[[str], Organization]) -> None:
    team = Organization.objects.get(code=TEAM_CODE)
    other = User.objects.create_user("colleague", name="同事（演示）", organization=office("150400"))
    grant(Appointment.objects.create(user=other, role="clerk", organization=office("150400")))
    record = builders.handed_in(team, read(cast["captain"]), people.member(team, 1))
    answers = at_once(
        lambda: WORKFLOW.perform_seen(record, "confirm", by=read(cast["chifeng"]), version=record.version),
        lambda: WORKFLOW.perform_seen(record, "confirm", by=read(other), version=record.version),
    )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 1, answers
    assert isinstance(refused[0], MoveNotAllowed)
    assert refused[0].code == "state"
    assert WorkflowEvent.objects.of(record).filter(action="confirm").count() == 1
    assert HourRecord.objects.count() == 1


def test_handed_in_while_a_section_is_saved(cast: dict[str, User]) -> None:
    """Either the section was saved before the hand-in, or it is told; never is a record changed that was handed in."""
    team = Organization.objects.get(code=TEAM_CODE)
    captain = read(cast["captain"])
    record = builders.drill(team, captain)
    builders.present(record, builders.listed(record, people.member(team, 1)))

    def save() -> Activity:
        section = section_named("drill", "summary")
        assert section is not None
        form = section_form(section, Activity.objects.get(pk=record.pk), captain, {"version": "1", "summary": "迟到的"})
        form.is_valid()
        return form.keep()

    answers = at_once(save, lambda: WORKFLOW.perform(record, "submit", by=captain))
    record.refresh_from_db()
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert record.state == "submitted"
    assert all(isinstance(answer, MoveNotAllowed) for answer in refused)
    assert (record.summary == "迟到的") == (not refused)
