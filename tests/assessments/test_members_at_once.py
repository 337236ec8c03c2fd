"""Two who finish, or begin, the same at the same time: on the real database."""

from typing import Any

import pytest

from assessments.members.beginning import begin
from assessments.members.finishing import finish
from assessments.models import MemberAssessment
from organizations.models import Organization
from people.models import Capability
from portal.demo.cast import TEAM_CODE
from tests.assessments.builders import member_standard
from tests.assessments.test_members_people import complete
from tests.organizations.helpers import at_once
from tests.people import builders
from tests.teams.builders import read

pytestmark = pytest.mark.django_db(transaction=True)


def test_finished_twice_at_once_writes_one_record(cast: Any) -> None:
    team, captain, paper = Organization.objects.get(code=TEAM_CODE), cast["captain"], member_standard()
    for number in (1, 2, 3):
        complete(builders.member(team, number), captain, paper)
    answers = at_once(*[lambda: finish(MemberAssessment.objects.all(), by=read(captain))] * 3)
    assert sorted(len(answer.done) for answer in answers) == [0, 0, 3], answers
    assert Capability.objects.count() == 3


def test_begun_twice_at_once_makes_one_sheet(cast: Any) -> None:
    team, captain, paper = Organization.objects.get(code=TEAM_CODE), cast["captain"], member_standard()
    row = builders.member(team, 1)
    answers = at_once(*[lambda: begin(team, [row.pk], paper, day=None, assessors="", by=read(captain))] * 2)
    assert sorted(len(answer.made) for answer in answers) == [0, 1], answers
    assert MemberAssessment.objects.count() == 1
