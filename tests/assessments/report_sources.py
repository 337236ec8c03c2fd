"""Sources of reports without a database: one review with its snapshot, scores and all, at any state."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from assessments.annual.answers import assembled
from assessments.choices import AdjustmentKind, ScoredBy
from assessments.models import Adjustment, Campaign, Conclusion, Indicator, Objection, Review, ReviewScore, Snapshot
from assessments.models import Standard as StandardModel
from assessments.report.sources import Source
from assessments.standards.tree import in_order
from assessments.states import ReviewState
from organizations.models import Organization
from organizations.roles import Level
from teams.models import Team
from tests.assessments.builders import LINES, RESULTS
from tests.assessments.report_facts import REPORT, TEAM, VALUES, facts

DATED = date(2027, 3, 1)
REGION = "内蒙古自治区红十字会"
NUMBER = "KH-150722-2026-0001"


def campaign() -> Campaign:
    return Campaign(pk=1, year=2026, standard=_standard(), data_until=date(2026, 12, 31))


def _standard() -> StandardModel:
    return StandardModel(name="年度考核标准（演示）", code="test-annual", number=1)


def lines_of(standard: StandardModel) -> tuple[list[Indicator], list[Conclusion]]:
    lines: list[Indicator] = []
    for place, row in enumerate(LINES, 1):
        told = dict(row)
        parent = next((one for one in lines if one.code == told.pop("parent", "")), None) if "parent" in row else None
        told["points"] = Decimal(told.get("points", 0))
        lines.append(Indicator(pk=place, position=place, standard=standard, parent=parent, **told))
    bars = [Conclusion(pk=place, standard=standard, **bar) for place, bar in enumerate(RESULTS, 1)]
    for bar in bars:
        bar.min_total = Decimal(bar.min_total) if bar.min_total is not None else None
    return in_order(lines), bars


def source(members: int = 30, *, state: str = ReviewState.FINAL, name: str = TEAM, **told: Any) -> Source:
    """Of a final review unless said otherwise; ``told`` goes into the review."""
    year = campaign()
    indicators, bars = lines_of(year.standard)
    decided = state in (ReviewState.DECIDED, ReviewState.PUBLICITY, ReviewState.FINAL)
    place = Organization(pk=9, name=name, short_name="演示队", level=Level.TEAM, path="000100020003")
    office = Organization(pk=8, name="呼伦贝尔市红十字会", short_name="呼伦贝尔市", level=Level.LEAGUE, path="00010002")
    facts_of_review: dict[str, Any] = {
        "report": REPORT, "reporter": "阿拉坦·苏都", "reported_on": date(2027, 1, 10), "self_total": Decimal("98"),
        "league_total": Decimal("95"), "league_opinion": "组织有力，记录齐全（演示）。\n建议评为优秀。",
        "region_opinion": "同意盟市考核意见（演示）。" if decided else "", "state": state,
        "total": Decimal("95.5") if decided else None, "result": bars[0] if decided else None,
        "decided_at": datetime(2027, 2, 10, 3, tzinfo=UTC) if decided else None, **told,
    }  # fmt: skip
    review = Review(
        pk=1, campaign=year, team=Team(pk=9, organization=place), organization=place, office=office,
        **facts_of_review,
    )  # fmt: skip
    taken = Snapshot(pk=1, review=review, as_at=date(2026, 12, 31), values=VALUES, facts=facts(members, name=name))
    bases = assembled(
        [review], indicators=indicators, conclusions=bars, snapshots=[taken], scores=_scores(indicators, review),
        adjustments=_adjustments(review),
    )  # fmt: skip
    return Source(year, bases[1], _objections(review))


def _scores(indicators: list[Indicator], review: Review) -> list[ReviewScore]:
    lines = {one.code: one for one in indicators}
    given = (
        (ScoredBy.TEAM, "1.3", Decimal(1), None, ""), (ScoredBy.TEAM, "2.1", None, Decimal(38), "演练记录齐全（演示）"),
        (ScoredBy.LEAGUE, "1.3", Decimal(1), None, ""),
        (ScoredBy.LEAGUE, "2.1", None, Decimal(35), "夜间科目不足（演示）"),
    )  # fmt: skip
    return [
        ReviewScore(review=review, indicator=lines[code], scored_by=side, value=value, points=points, note=note)
        for side, code, value, points, note in given
    ]


def _adjustments(review: Review) -> tuple[Adjustment, ...]:
    made_at = datetime(2027, 1, 20, tzinfo=UTC)
    told = {
        "kind": AdjustmentKind.BONUS,
        "points": Decimal("0.5"),
        "what": "承办全区演练（演示）",
        "grounds": "通知（演示）",
    }
    return (Adjustment(review=review, made_at=made_at, **told),)


def _objections(review: Review) -> tuple[Objection, ...]:
    told = {"raised_by": "不可印出的人", "phone": "13900000000", "what": "不可印出的事由", "outcome": "refused"}
    return (
        Objection(review=review, kind="objection", received_on=date(2027, 2, 20), answer="经核实，不成立。", **told),
    )
