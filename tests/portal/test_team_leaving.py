"""A team that leaves: what it leaves undone is said before it goes, and nothing is begun for it afterwards."""

import pytest
from django.urls import reverse

from organizations.models import Organization
from teams.models import Team
from teams.workflow import WORKFLOW
from tests.assessments import builders as assessments
from tests.teams import builders
from tests.training import builders as training

pytestmark = pytest.mark.django_db


def test_what_nobody_will_finish_is_said_before_the_exit(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    filing = builders.leaving(team, chifeng)
    page = reverse("teams:filing_hand_in", args=[filing.pk])
    assert "没有人接着办" not in as_user(chifeng).get(page).content.decode()
    training.problem(training.drill(team.organization, chifeng), chifeng)
    assessments.grading(team, chifeng)
    assessments.review(assessments.campaign(region), team)
    told = "1 场没有办结的培训和演练、1 个没有销号的整改问题、1 件没有办结的分级测评、1 件没有办结的年度考核"
    assert f"队伍还有{told}，" in as_user(chifeng).get(page).content.decode()


def test_nothing_is_begun_for_a_team_that_has_left(as_user, chifeng, region, office):
    team = builders.filed(chifeng, office("150400"), region)
    Organization.objects.filter(pk=team.organization_id).update(valid_from="2024-03-01")
    create = f"{reverse('training:activity_create')}?kind=drill&host={team.organization_id}"
    tab = reverse("training:team_activities", args=[team.pk])
    assert create.replace("&", "&amp;") in as_user(chifeng).get(tab).content.decode()
    filing = builders.leaving(team, chifeng)
    builders.account_for(filing, chifeng)
    filing = WORKFLOW.perform(filing, "submit", by=builders.read(chifeng))
    WORKFLOW.perform(filing, "approve", by=builders.read(region))
    WORKFLOW.perform(filing, "issue", by=builders.read(region), **builders.REPLY)
    assert Team.objects.get(pk=team.pk).status == "exited"
    assert "新建演练" not in as_user(chifeng).get(tab).content.decode()
    assert as_user(chifeng).get(create).status_code == 403
