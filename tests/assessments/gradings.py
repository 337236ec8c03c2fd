"""Gradings brought to a state by the functions people use. Fixed values, plainly fictional."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assessments.choices import PanelDuty
from assessments.gradings.starting import begin
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading, GradingClaim, Objection, PanelMember, SettledScore, Standard
from assessments.publicity.objections import answer, raise_one
from assessments.states import GradingState
from organizations.models import Organization, User
from organizations.roles import Level
from portal.demo.cast import TEAM_CODE
from teams.models import Team
from tests.assessments import builders
from tests.teams.builders import read

G = GradingState
DAY = timedelta(days=1)


def team(**facts: Any) -> Team:
    """The captain's team, on file as 赈济 directly under 赤峰市."""
    found = Team.objects.select_related("organization").get(organization__code=TEAM_CODE)
    facts = {
        "status": "filed", "filing_no": "NMHS-150400-2025-9002", "filed_on": date(2025, 3, 1), "level": "league_city",
        "main_category_id": "relief", "registration": "document", **facts,
    }  # fmt: skip
    for name, value in facts.items():
        setattr(found, name, value)
    found.save()
    return found


def standard(**facts: Any) -> Standard:
    there = Standard.objects.filter(code="test-grading").first()
    return there or builders.standard(**facts)


def applied(by: User, **facts: Any) -> Grading:
    """An application of the captain's team for 3 级, with everything filled in that stops a hand-in."""
    made = begin(facts.pop("team", None) or team(), facts.pop("standard", None) or standard(), "3", by=by)
    say(made, "1.3", value=Decimal(1))
    say(made, "2.1", points=Decimal(30))
    return made


def say(grading: Grading, code: str, **facts: Any) -> GradingClaim:
    claim: GradingClaim = grading.claims.get(indicator__code=code)
    for name, value in facts.items():
        setattr(claim, name, value)
    claim.version += 1
    claim.save()
    return claim


def move(grading: Grading, action: str, by: User, comment: str = "依据", **facts: Any) -> Grading:
    return WORKFLOW.perform(grading, action, by=read(by), comment=comment, **facts)


def seated(grading: Grading, by: User, count: int = 3) -> list[PanelMember]:
    """A panel whose members have declared themselves; of the region, which has nothing to do with the team."""
    made = []
    region = Organization.objects.get(level=Level.REGION)
    for number in range(count):
        user, _made = User.objects.get_or_create(
            username=f"judge{number}", defaults={"name": f"专家{number}（演示）", "organization": region}
        )
        duty = PanelDuty.LEAD if number == 0 else PanelDuty.MEMBER
        facts = {"duty": duty, "appointed_by": by, "declared_at": timezone.now()}
        made.append(PanelMember.objects.create(grading=grading, user=user, **facts))
    return made


def scored(grading: Grading, by: User, **points: str) -> None:
    """The panel agrees on 95 of 100 points, and has finished. Enough for 3 级, too few members for 2 级."""
    found = {"1.1": "20", "1.2": "4", "1.3": "1"}
    for code, value in found.items():
        _settle(grading, code, by, value=Decimal(value))
    _settle(grading, "2.1", by, points=Decimal(points.get("judged", "35")))
    for member in grading.panel.filter(left_on=None):
        member.finished_at = timezone.now()
        member.save()


def _settle(grading: Grading, code: str, by: User, **facts: Any) -> None:
    one = grading.standard.indicators.get(code=code)
    facts |= {"reason": "合议（演示）", "settled_by": by}
    SettledScore.objects.update_or_create(grading=grading, indicator=one, defaults=facts)


def publicity(**more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "result": "3",
        "deliberation": "同意（演示）",
        "public_from": today,
        "public_until": today + 6 * DAY,
        **more,
    }


def publicity_over(grading: Grading) -> Grading:
    """As if a week had gone by."""
    today = timezone.localdate()
    Grading.objects.filter(pk=grading.pk).update(public_from=today - 8 * DAY, public_until=today - DAY)
    grading.refresh_from_db()
    return grading


def objected(grading: Grading, by: User, answered_by: User | None = None, outcome: str = "upheld") -> Objection:
    """Written down at the office; answered where it says by whom."""
    day = timezone.localdate()
    made = raise_one(grading, by=read(by), raised_by="群众（演示）", what="演练次数有误", received_on=day,
                     phone="13800001234")  # fmt: skip
    return answer(made, by=read(answered_by), outcome=outcome, words="已核实（演示）") if answered_by else made


def in_state(state: str, captain: User, office: User) -> Grading:
    """Brought there by legal moves: ``captain`` applies, ``office`` is the league's."""
    made = applied(captain)
    for action, by, facts in _WAYS[state]:
        if action == "begin_on_site":
            seated(made, office)
            facts = {"site_on": timezone.localdate(), "site_place": "演示训练场"}
        elif action == "finish_on_site":
            scored(made, office)
        elif action == "publicise":
            facts = publicity()
        elif action == "grant":
            made = publicity_over(made)
        made = move(made, action, captain if by == "team" else office, **facts)
    return made


_TO_PANEL: list[tuple[str, str, dict[str, Any]]] = [("submit", "team", {}), ("accept", "office", {})]
_TO_SITE = [*_TO_PANEL, ("begin_on_site", "office", {})]
_TO_DELIBERATION = [*_TO_SITE, ("finish_on_site", "office", {})]
_TO_PUBLICITY = [*_TO_DELIBERATION, ("publicise", "office", {})]
_WAYS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    G.DRAFT: [],
    G.SUBMITTED: _TO_PANEL[:1],
    G.RETURNED: [*_TO_PANEL[:1], ("return_for_changes", "office", {})],
    G.PANEL: _TO_PANEL,
    G.ON_SITE: _TO_SITE,
    G.DELIBERATION: _TO_DELIBERATION,
    G.PUBLICITY: _TO_PUBLICITY,
    G.GRANTED: [*_TO_PUBLICITY, ("grant", "office", {})],
    G.DECLINED: [*_TO_DELIBERATION, ("decline", "office", {})],
    G.ABANDONED: [("abandon", "team", {})],
}
