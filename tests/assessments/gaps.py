"""Teams to be held against standards, for the tests of the gap. Fixed values, plainly fictional."""

from datetime import date
from typing import Any

from organizations.models import Organization
from organizations.reference import add_child
from people.models import Membership
from teams.models import Team
from tests.people import builders as people

# 100 points: people, their certificates, something to buy, something judged, and a veto.
LINES: tuple[dict[str, Any], ...] = (
    {"code": "1", "name": "队伍管理", "method": "heading"},
    {"code": "1.1", "parent": "1", "name": "在册队员人数", "method": "threshold", "points": 30,
     "metric": "members_registered", "unit": "人", "requirements": {"1": "8", "2": "4", "3": "2"}},
    {"code": "1.2", "parent": "1", "name": "应急救护持证率", "method": "steps", "points": 30,
     "metric": "first_aid_coverage", "unit": "%", "evidence": "证书",
     "steps": [{"from": "50", "points": "10"}, {"from": "75", "points": "20"}, {"from": "100", "points": "30"}]},
    {"code": "1.3", "parent": "1", "name": "没有安全责任事故", "method": "yes_no", "is_veto": True},
    {"code": "2", "name": "装备和专业能力", "method": "heading", "subject": "professional"},
    {"code": "2.1", "parent": "2", "name": "配有卫星电话", "method": "yes_no", "points": 15, "subject": "professional",
     "evidence": "购置发票、实物照片"},
    {"code": "2.2", "parent": "2", "name": "物资接收和发放", "method": "judged", "points": 25,
     "subject": "professional", "may_not_apply": True},
)  # fmt: skip


def team_at(place: Organization, **facts: Any) -> Team:
    """On file at the place, a team of its own unless the place is one."""
    number = Organization.objects.count()
    if place.level != Organization.Level.TEAM:
        name = facts.pop("name", f"演示救援队{number}")
        place = add_child(
            place, code=f"T{place.code}{number}", name=name, short_name=name[:20], level="team",
            division_id=place.division_id,
        )  # fmt: skip
        place.refresh_from_db()
    facts = {
        "status": "filed", "filing_no": f"NMHS-{number}-{place.pk}", "filed_on": date(2025, 3, 1),
        "level": "banner_county", "main_category_id": "relief", "registration": "document", **facts,
    }  # fmt: skip
    made, _new = Team.objects.update_or_create(organization=place, defaults=facts)
    return made


def members(team: Team, number: int, *, certified: int = 0, first: int = 1) -> list[Membership]:
    made = [people.member(team.organization, first + each) for each in range(number)]
    for one in made[:certified]:
        people.certificate(one.person)
    return made
