"""One of everything about teams, at 松山区, for the permission matrix."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from organizations.models import Organization, User
from teams.drafting import begin
from teams.models import Coverage
from teams.workflow import WORKFLOW
from tests.teams import builders


def team_world(cast: dict[str, User], office: Callable[[str], Organization]) -> dict[str, Any]:
    """A filed team with a draft change, and a registration handed in by 松山区 that lies with 赤峰市."""
    place, songshan = office("150404"), builders.read(cast["songshan"])
    name, level = "松山区红十字赈济救援队（演示）", "banner_county"
    filing = builders.submitted(songshan, place, name=name, level=level)
    WORKFLOW.perform(filing, "accept", by=builders.read(cast["chifeng"]))
    WORKFLOW.perform(filing, "approve", by=builders.read(cast["region"]))
    team = WORKFLOW.perform(filing, "issue", by=builders.read(cast["region"]), **builders.REPLY).team
    waiting = builders.submitted(songshan, place, name="松山区红十字山野搜救队（演示）", level=level)
    return {
        "team": team,
        "filing_filed": filing,
        "filing": waiting,  # lies at the league's review step
        "filing_draft": begin("change", by=builders.read(songshan), team=team),
        "kind": "annual",
        "post": team.posts.first(),
        "emblem": builders.flag(team),
        "coverage": Coverage.objects.create(
            team=team, division_id="150402", part="东部", starts_on=timezone.localdate()
        ),
    }
