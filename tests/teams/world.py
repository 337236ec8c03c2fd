"""One of everything about teams, at 松山区, for the permission matrix."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone

from organizations.models import Organization, User
from organizations.reference import add_child
from teams.filings.drafting import begin
from teams.models import Coverage, FilingRule, Opinion, Phrase, Team
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
    above = builders.submitted(songshan, place, name="松山区红十字心理救援队（演示）", level=level)
    WORKFLOW.perform(above, "accept", by=builders.read(cast["chifeng"]))
    opinion = Opinion.objects.create(
        filing=waiting, asked=cast["region"], asked_by=cast["chifeng"], question="名称是否合适？"
    )
    return {
        "filing_above": above,  # has gone on to the region
        "opinion": opinion,  # asked of region
        "team": team,
        "filing_filed": filing,
        "filing": waiting,  # lies at the league's review step
        "filing_draft": begin("change", by=builders.read(songshan), team=team),
        "filing_exit": begin("exit", by=builders.read(songshan), team=_leaving(place)),
        "section_base": "base",
        "kind_annual": "annual",
        "exit_emblem": "emblem",
        "kind": "annual",
        "post": team.posts.first(),
        "rule": FilingRule.objects.first(),
        "check": "captains",
        "paper_kind": "charter",
        "category": "sar",
        "phrase": Phrase.objects.filter(office=None).first(),
        "emblem": builders.flag(team),
        "coverage": Coverage.objects.create(
            team=team, division_id="150402", part="东部", starts_on=timezone.localdate()
        ),
    }


def _leaving(place: Organization) -> Team:
    """A second team on file, without the filing that brought it there."""
    leaf = add_child(
        place,
        code="T1504049001",
        name="松山区红十字通讯救援队（演示）",
        short_name="松山通讯队",
        level="team",
        division_id="150404",
    )
    leaf.refresh_from_db()
    team: Team = Team.objects.create(
        organization=leaf,
        status="filed",
        filing_no="NMHS-150404-2025-9001",
        filed_on=date(2025, 3, 1),
        level="banner_county",
    )
    return team
