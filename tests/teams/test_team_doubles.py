"""Who registers a team is told of teams it may be the double of, with no more than their certificates say."""

from dataclasses import asdict

import pytest

from teams.filings.duplicates import alike, likely_doubles, telling
from tests.teams import builders


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("赤峰市红十字水上救援队", "赤峰红十字会水上搜救队", True),
        ("赤峰市红十字 水上 救援队", "赤峰市红十字水上救援队", True),
        ("克什克腾旗红十字草原救援队", "克什克腾旗红十字会草原应急救援队（演示）", True),
        ("赤峰市红十字水上救援队", "通辽市红十字水上救援队", False),
        ("赤峰市红十字水上救援队", "赤峰市红十字山野搜救队", False),
        ("红十字救援队", "红十字会救援队", False),  # nothing telling is left of either
    ],
)
def test_alike_names(one, other, same):
    assert alike(one, other) is same


def test_telling_drops_what_every_name_holds():
    assert telling("内蒙古赤峰市红十字水上救援队（演示）") == "赤峰水上"


def test_doubles_are_found_by_name_code_and_host(chifeng, region, office):
    team = builders.filed(
        builders.read(chifeng), office("150400"), builders.read(region), name="赤峰市红十字激流救援队（演示）"
    )
    team.uscc, team.host_org_name = "51150400MJY000000X", "演示蓝天服务中心"
    team.save()
    (double,) = likely_doubles("赤峰红十字会激流搜救队")
    assert asdict(double) == {
        "team": "赤峰市红十字激流救援队（演示）",
        "filing_no": team.filing_no,
        "office": "赤峰市红十字会",
        "why": "名称相近",
        "certain": False,
    }
    (double,) = likely_doubles("赤峰市红十字激流救援队（演示）", "51150400mjy000000x", "演示蓝天服务中心")
    assert double.certain
    assert double.why == "名称相同；统一社会信用代码相同；由同一个社会组织组建"
    assert likely_doubles("包头市红十字山野搜救队") == []
    assert likely_doubles("赤峰红十字会激流搜救队", but=team.pk) == []
    assert likely_doubles() == []
