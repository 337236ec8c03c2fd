"""League and region: teams in the order of the tree, sums, common weaknesses; on paper and as values."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assessments.choices import ScoredBy
from assessments.models import Conclusion, ReviewScore
from assessments.report import league, page, region
from assessments.report.content import Report, Table
from assessments.report.digest import digest
from assessments.report.sources import Source
from assessments.states import ReviewState
from core.language import in_chinese
from organizations.models import Organization
from organizations.roles import Level
from tests.assessments.report_reading import missing_glyphs, pages_of
from tests.assessments.report_sources import DATED, campaign, source

PLACE = Organization(pk=8, name="呼伦贝尔市红十字会", short_name="呼伦贝尔市", level=Level.LEAGUE, path="00010002")
OTHER = Organization(pk=7, name="阿拉善盟红十字会", short_name="阿拉善盟", level=Level.LEAGUE, path="00010003")
REGION = Organization(pk=1, name="内蒙古自治区红十字会", short_name="自治区", level=Level.REGION, path="0001")


def several(count: int, **told: Any) -> list[Source]:
    return [source(10 + number, name=f"第 {number} 演示救援队", **told) for number in range(1, count + 1)]


def of_league(sources: list[Source]) -> Report:
    with in_chinese():
        return league.build(campaign(), PLACE, sources, region=REGION.name, dated=DATED, number="KH-150700")


def of_region(sources: list[Source]) -> Report:
    with in_chinese():
        return region.build(campaign(), REGION, [PLACE, OTHER], sources, dated=DATED, number="KH-150000")


def rows_of(report: Report, title: str) -> list[tuple[str, ...]]:
    blocks = next(section.blocks for section in report.sections if section.title == title)
    return [row for block in blocks if isinstance(block, Table) for row in block.rows]


def text_of(report: Report) -> list[str]:
    data = page.pdf(report, digest(report))
    assert missing_glyphs(data) == 0
    return pages_of(data)


def test_teams_stand_in_the_order_of_the_tree_and_not_by_points() -> None:
    sources = [*several(2, total=Decimal(70)), *several(1, total=Decimal(99))]
    report = of_league(sources)
    assert [row[5] for row in rows_of(report, "各队考核结果")] == ["70", "70", "99"]
    assert "不是名次" in "".join(text_of(report))


def test_sums_are_of_all_teams() -> None:
    report = of_region(several(3))
    row, other, whole = rows_of(report, "各盟市队伍和训练情况")
    assert row[:2] == ("呼伦贝尔市", str(11 + 12 + 13))
    assert other[1] == "0"  # a league without teams is there as well
    assert whole[1:] == row[1:]
    assert whole[5:] == ("12", "12", "775.5", "3")
    assert [one[0] for one in rows_of(report, "各盟市考核结果")] == ["呼伦贝尔市", "阿拉善盟", "合计"]
    assert "同时在几支队伍的，各队都算" in "".join("".join(text_of(report)).split())
    assert "各队都算" not in "".join(text_of(of_league(several(1))))


def test_weaknesses_are_indicators_where_half_of_the_teams_lose_points() -> None:
    strong = [with_points(one, Decimal(40)) for one in several(2)]
    assert rows_of(of_league(strong), "共性短板") == []
    weak = [*strong, *several(2)]  # 35 of 40
    assert rows_of(of_league(weak), "共性短板") == [("2.1", "现场组织", "2 支", "50%", "6%")]
    assert rows_of(of_league([*strong, *strong, *several(1)]), "共性短板") == []
    waiting = several(3, state=ReviewState.DRAFT, league_total=None)
    assert rows_of(of_league(waiting), "共性短板") == []  # nobody has been scored


def with_points(one: Source, points: Decimal) -> Source:
    """The league gave so many for 2.1."""
    line = next(each for each in one.indicators if each.code == "2.1")
    given = ReviewScore(review=one.review, indicator=line, scored_by=ScoredBy.LEAGUE, points=points)
    league = {**one.basis.rows[ScoredBy.LEAGUE], line.pk: given}
    return replace(one, basis=replace(one.basis, rows={**one.basis.rows, ScoredBy.LEAGUE: league}))


@pytest.mark.parametrize("built", [of_league, of_region])
def test_what_is_not_settled_is_marked(built: Any) -> None:
    open_one = source(state=ReviewState.SCORED)
    assert built([source()]).mark == ""
    assert "尚有 1 支队伍没有办结" in built([source(), open_one]).mark
    out = source(state=ReviewState.EXEMPT, state_reason="当年新建（演示）")
    assert built([source(), out]).mark == ""


def test_long_list_of_teams_repeats_its_head() -> None:
    pages = text_of(of_league(several(90)))
    listed = [text for text in pages if "第1演示救援队" in text or "第90演示救援队" in text or "第50演示救援队" in text]
    assert len(listed) >= 2
    assert all("序号队伍状态自评盟市审定结果" in text for text in pages[2:5])
    text = "".join(pages)
    assert all(f"第{number}演示救援队" in text for number in range(1, 91))


@pytest.mark.parametrize("built", [of_league, of_region])
def test_nothing_to_report_is_said(built: Any) -> None:
    text = "".join(text_of(built([])))
    assert "没有半数以上队伍失分的指标" in text
    assert "救援队" in text


def test_who_missed_every_bar_reads_what_was_missed() -> None:
    """The last conclusion asks for nothing: measured against it, every number would be enough."""
    missed = source(result=Conclusion(pk=3, key="unqualified", name="不合格"))
    assert missed.snapshot is not None
    missed.snapshot.values = {"members_registered": "10", "drills_held": "1"}
    sheet = missed.sheet(ScoredBy.REGION)
    assert {line.rule.code: line.points for line in sheet.lines}["1.1"] < 30
    assert sheet.total == sum(line.points for line in sheet.lines) + Decimal("0.5")  # and the bonus
