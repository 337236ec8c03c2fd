"""A year's assessment brought to a state by the functions people use. Fixed values, plainly fictional."""

from datetime import date
from decimal import Decimal
from typing import Any

from assessments.annual.scores import Given, agree, keep, sign_of
from assessments.annual.sections import SECTIONS
from assessments.annual.workflow import REVIEW
from assessments.choices import ScoredBy
from assessments.models import Campaign, Review, ReviewScore, Snapshot
from organizations.models import Organization, User
from teams.models import Team
from tests.assessments import builders

VALUES = {"members_registered": "24", "members_certified": "20", "members_insured": "22", "members_deployable": "18",
          "drills_held": "4", "drills_present": "60", "trainings_held": "2", "trainings_present": "40",
          "problems_open": "1", "problems_closed": "3"}  # fmt: skip
HAND = ("1.3", "2.1")  # answered by hand in the standard of the builders


def team(place: Organization, **facts: Any) -> Team:
    """The organization's record, filed in 2024."""
    facts = {"status": "filed", "filing_no": f"NMHS-{place.pk}", "filed_on": date(2024, 5, 1), "level": "banner_county",
             "formation": "direct", "main_category_id": "aquatic", **facts}  # fmt: skip
    return Team.objects.update_or_create(organization=place, defaults=facts)[0]


def campaign(by: User, year: int = 2025, **facts: Any) -> Campaign:
    """Of a year whose records can be read."""
    return builders.campaign(by, year, data_until=date(year, 12, 31), **facts)


def review(of: Campaign, place: Organization, *, snapshot: bool = True, **facts: Any) -> Review:
    """With what the records say, nothing written yet."""
    made = builders.review(of, team(place), **facts)
    if snapshot:
        taken(made)
    return made


def taken(of: Review, **values: str) -> Snapshot:
    return Snapshot.objects.create(review=of, as_at=of.campaign.data_until, values={**VALUES, **values})


def written(of: Review) -> Review:
    """Report and self-score as a team would have them: 没有事故, 35 points of 40."""
    of.report = {one.key: f"{one.title}：演示内容。" for one in SECTIONS}
    of.reporter = "阿拉坦·苏都"
    of.save()
    answered(of, ScoredBy.TEAM, {"1.3": {"value": Decimal(1)}, "2.1": {"points": Decimal(35)}})
    return of


def answered(of: Review, side: str, said: dict[str, dict[str, Any]]) -> None:
    """Lines of a side by indicator code, past the rights."""
    indicators = {one.code: one for one in of.campaign.standard.indicators.all()}
    for code, facts in said.items():
        ReviewScore.objects.update_or_create(
            review=of, indicator=indicators[code], scored_by=side, defaults={"note": "", **facts}
        )


def scored(of: Review, by: User, **changed: Decimal) -> Review:
    """The office agrees, except for the points of 2.1 given as ``judged``; then it is done."""
    agree(of, by=by)
    if "judged" in changed:
        line = of.campaign.standard.indicators.get(code="2.1")
        now = ReviewScore.objects.get(review=of, indicator=line, scored_by=ScoredBy.LEAGUE)
        keep(of, ScoredBy.LEAGUE, {line.pk: Given(points=changed["judged"], seen=sign_of(now))}, by=by)
        of.refresh_from_db()
        of.league_opinion = "得分有调整。"
        of.save()
    return REVIEW.perform(of, "score", by=by)


def in_state(state: str, of: Campaign, place: Organization, captain: User, office: User, region: User) -> Review:
    """A review brought to ``state`` by legal moves."""
    made = review(of, place)
    if state == "exempt":
        return REVIEW.perform(made, "exempt", by=region, reason="演示：年内新建")
    if state == "draft":
        return written(made)
    made = REVIEW.perform(written(made), "submit", by=captain)
    if state == "returned":
        return REVIEW.perform(made, "return_for_changes", by=office, comment="请补", fields={"basics": "写成立时间"})
    if state == "submitted":
        agree(made, by=office)
        return Review.objects.get(pk=made.pk)
    made = scored(made, office)
    for action in ("decide", "publicise", "conclude"):
        if made.state == state:
            break
        made = REVIEW.perform(made, action, by=region)
    return made
