"""Standards, gradings and annual assessments for tests. Fixed values, plainly fictional."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assessments.choices import Method, PanelDuty, Purpose, Subject
from assessments.models import (
    Campaign,
    Conclusion,
    Grading,
    GradingClaim,
    Indicator,
    MemberAssessment,
    PanelMember,
    Review,
    ScoreMark,
    Standard,
)  # fmt: skip
from assessments.states import CampaignState, GradingState, StandardState
from organizations.models import Organization, User
from organizations.roles import Level
from people.models import Membership
from teams.models import Team

GRADES = ({"key": "1", "name": "1 级", "min_total": 90, "organiser": "region"},
          {"key": "2", "name": "2 级", "min_total": 75, "organiser": "region"},
          {"key": "3", "name": "3 级", "min_total": 60, "organiser": "league_city"})  # fmt: skip
RESULTS = ({"key": "excellent", "name": "优秀", "min_total": 90}, {"key": "qualified", "name": "合格", "min_total": 60},
           {"key": "unqualified", "name": "不合格"})  # fmt: skip
LINES: tuple[dict[str, Any], ...] = (
    {"code": "1", "name": "队伍管理", "method": Method.HEADING},
    {"code": "1.1", "parent": "1", "name": "在册队员人数", "method": Method.THRESHOLD, "points": 30,
     "metric": "members_registered", "unit": "人",
     "requirements": {"1": "40", "2": "25", "3": "15", "qualified": "15"}},
    {"code": "1.2", "parent": "1", "name": "演练次数", "method": Method.STEPS, "points": 30, "metric": "drills_held",
     "unit": "场", "steps": [{"from": "1", "points": "10"}, {"from": "4", "points": "30"}]},
    {"code": "1.3", "parent": "1", "name": "没有安全责任事故", "method": Method.YES_NO, "is_veto": True},
    {"code": "2", "name": "专业能力", "method": Method.HEADING, "subject": Subject.PROFESSIONAL},
    {"code": "2.1", "parent": "2", "name": "现场组织", "method": Method.JUDGED, "points": 40,
     "subject": Subject.PROFESSIONAL, "may_not_apply": True, "evidence": "现场测评记录"},
)  # fmt: skip


def standard(purpose: str = Purpose.GRADING, *, published: bool = True, **facts: Any) -> Standard:
    """Five lines, 100 points: a threshold, steps, a veto and a judged one under two headings."""
    bars = facts.pop("conclusions", GRADES if purpose == Purpose.GRADING else RESULTS)
    lines = facts.pop("lines", LINES)
    facts = {
        "code": f"test-{purpose}", "name": f"演示标准（{purpose}）", "publisher": "region", "validity_months": 36,
        "category_id": "relief" if purpose == Purpose.GRADING else None, **facts,
    }  # fmt: skip
    made = Standard.objects.create(purpose=purpose, **facts)
    for position, bar in enumerate(bars, 1):
        Conclusion.objects.create(standard=made, position=position, **bar)
    known: dict[str, Indicator] = {}
    for position, line in enumerate(lines, 1):
        row = dict(line)
        parent = known.get(row.pop("parent", ""))
        row["points"] = Decimal(row.get("points", 0))
        known[row["code"]] = Indicator.objects.create(standard=made, position=position, parent=parent, **row)
    if published:
        made.state, made.published_at = StandardState.PUBLISHED, timezone.now()
        made.valid_from = made.valid_from or date(2026, 1, 1)
        made.save()
    return made


OF_MEMBER: tuple[dict[str, Any], ...] = (
    {"code": "1", "name": "基本能力", "method": Method.HEADING},
    {"code": "1.1", "parent": "1", "name": "持有效的应急救护证书", "method": Method.YES_NO, "points": 30},
    {"code": "1.2", "parent": "1", "name": "体能", "method": Method.JUDGED, "points": 30, "may_not_apply": True},
    {"code": "1.3", "parent": "1", "name": "参加培训的时长", "method": Method.STEPS, "points": 40, "unit": "小时",
     "steps": [{"from": "8", "points": "20"}, {"from": "24", "points": "40"}]},
)  # fmt: skip


def member_standard(**facts: Any) -> Standard:
    """Three lines, 100 points: 有无, a judged one that may not apply, steps."""
    return standard(Purpose.MEMBER, **{"name": "演示队员能力标准", "lines": OF_MEMBER, "validity_months": 24, **facts})


def assessed(membership: Membership, by: User, **facts: Any) -> MemberAssessment:
    """A sheet that nobody has filled in yet."""
    facts = {
        "standard": facts.pop("standard", None) or member_standard(), "assessed_on": date(2026, 3, 2),
        "assessors": "演示测评组", **facts,
    }  # fmt: skip
    return MemberAssessment.objects.create(
        person=membership.person, organization=membership.organization, created_by=by, **facts
    )


def grading(team: Team, by: User, **facts: Any) -> Grading:
    """An application that nobody has handed in yet."""
    facts = {"standard": facts.pop("standard", None) or standard(), "applied_grade": "3", **facts}
    return Grading.objects.create(team=team, created_by=by, **facts)


def campaign(by: User, year: int = 2026, *, opened: bool = True, **facts: Any) -> Campaign:
    """The year's assessment without any team in it yet."""
    facts = {
        "standard": facts.pop("standard", None) or standard(Purpose.ANNUAL), "data_until": date(year, 12, 31),
        "report_by": date(year + 1, 1, 15), "score_by": date(year + 1, 1, 31), "decide_by": date(year + 1, 2, 15),
        **facts,
    }  # fmt: skip
    made = Campaign.objects.create(year=year, created_by=by, **facts)
    if opened:
        made.state, made.opened_at = CampaignState.OPEN, timezone.now()
        made.save()
    return made


def review(of: Campaign, team: Team, **facts: Any) -> Review:
    """The team's place in the campaign; its league scores it."""
    place = team.organization
    facts.setdefault("office", _league(place))
    return Review.objects.create(campaign=of, team=team, organization=place, **facts)


def _league(place: Organization) -> Organization:
    return next(one for one in Organization.objects.filter(level=Level.LEAGUE) if place.path.startswith(one.path))


def on_site(team: Team, by: User, office: Organization, *people: User, **facts: Any) -> Grading:
    """A grading whose panel scores: ``people`` sit on it, the first as lead, all have declared. ``state=`` another."""
    facts = {"state": GradingState.ON_SITE, "site_on": date(2026, 11, 20), "site_place": "演示训练基地", **facts}
    made = grading(team, by, office=office, submitted_by=by, submitted_at=timezone.now(), **facts)
    for number, one in enumerate(people):
        seat(made, one, duty=PanelDuty.MEMBER if number else PanelDuty.LEAD)
    return made


def seat(of: Grading, user: User, *, declared: bool = True, **facts: Any) -> PanelMember:
    """One place on the panel, held for an hour."""
    before = timezone.now() - timedelta(hours=1)
    facts = {"appointed_by": of.created_by, "declared_at": before if declared else None, **facts}
    made = PanelMember.objects.create(grading=of, user=user, **facts)
    PanelMember.objects.filter(pk=made.pk).update(appointed_at=before)
    made.refresh_from_db()
    return made


def scored(member: PanelMember, code: str, *, minutes: int = 0, **answer: Any) -> ScoreMark:
    """One mark, ``minutes`` after the place was taken: ``value=``, ``points=`` or ``not_applicable=``."""
    indicator = Indicator.objects.get(standard=member.grading.standard_id, code=code)
    at = member.appointed_at + timedelta(minutes=minutes)
    return ScoreMark.objects.create(member=member, indicator=indicator, made_at=at, **answer)


def claimed(of: Grading, code: str, value: int) -> GradingClaim:
    """What the platform's own number was at the hand-in."""
    indicator = Indicator.objects.get(standard=of.standard_id, code=code)
    return GradingClaim.objects.create(grading=of, indicator=indicator, value=value)
