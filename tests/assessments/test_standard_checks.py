"""What is looked at before a standard is published, one wrong thing at a time."""

from typing import Any

import pytest

from assessments.models import Conclusion, Indicator, Standard
from assessments.standards.checks import check
from tests.assessments import builders

pytestmark = pytest.mark.django_db
GOOD: tuple[dict[str, Any], ...] = (
    {"code": "1", "name": "管理", "method": "heading"},
    {"code": "1.1", "parent": "1", "name": "人数", "method": "threshold", "points": 40, "unit": "人",
     "metric": "members_registered", "requirements": {"1": "40", "2": "25", "3": "15"}},
    {"code": "1.2", "parent": "1", "name": "持证率", "method": "steps", "points": 40, "unit": "%",
     "metric": "first_aid_coverage", "steps": [{"from": "80", "points": "20"}, {"from": "100", "points": "40"}]},
    {"code": "1.3", "parent": "1", "name": "问题", "method": "deduction", "points": 20, "per_unit": 2},
)  # fmt: skip


@pytest.fixture
def draft() -> Standard:
    return builders.standard(code="checked", published=False, lines=GOOD, document_number="内红赈发〔2024〕19号")


def told(standard: Standard) -> list[tuple[bool, str]]:
    standard.refresh_from_db()
    return [(one.blocks, one.text) for one in check(standard)]


DAYS = (False, "还没有生效日期，发布时要填。")


def test_a_sound_draft_has_only_its_first_day_to_be_said(draft: Standard) -> None:
    assert told(draft) == [DAYS]


@pytest.mark.parametrize(
    ("code", "facts", "found"),
    [
        ("1", {"points": 5}, (False, "1 是分组标题，它自己的分值不算。")),
        ("1.1", {"requirements": {}}, (True, "1.1 按数值达标评分，还没有写各档的数值。")),
        ("1.1", {"requirements": {"1": "40", "2": "25"}}, (False, "1.1 没有写这些档次的数值，按没有要求算：3 级。")),
        ("1.1", {"requirements": {"1": "10", "2": "25", "3": "15"}},
         (False, "1.1 高一档的要求比低一档的还松，请核对。")),
        ("1.1", {"texts": {"9": "x"}}, (True, "1.1 对没有的档次提了要求：9。")),
        ("1.1", {"metric": "nothing"}, (True, "1.1 自动取数的“nothing”系统里没有。")),
        ("1.1", {"unit": "场"}, (False, "1.1 的单位是“场”，自动取的数是“人”。")),
        ("1.2", {"steps": []}, (True, "1.2 还没有分档。")),
        ("1.2", {"steps": [{"from": "1", "points": "50"}]}, (True, "1.2 有一档给 50 分，超过分值 40 分。")),
        ("1.2", {"steps": [{"from": "1", "points": "9"}]}, (False, "1.2 没有一档能得满分 40 分。")),
        ("1.2", {"steps": [{"from": "1", "points": "40"}, {"from": "2", "points": "9"}]},
         (False, "1.2 有一档更好的数值反而没有更多的分。")),
        ("1.2", {"method": "judged", "steps": []}, (False, "1.2 由人评分，自动取的数不影响得分。")),
        ("1.3", {"per_unit": None}, (True, "1.3 没有写每项扣几分。")),
        ("1.3", {"per_unit": 50}, (False, "1.3 每项扣 50 分，比分值 20 分还多。")),
        ("1.3", {"points": 0}, (True, "1.3 没有分值，也不是一票否决。")),
        ("1.3", {"method": "yes_no", "name": "没有安全责任事故"},
         (False, "1.3 写成“没有……”，又用“有”“没有”来答，容易答反：请去掉“没有”，不勾“数值越大越好”。")),
        ("1.3", {"points": 15}, (False, "各项分值合计 95 分，不是 100 分。")),
    ],
)  # fmt: skip
def test_a_wrong_line_is_found(draft: Standard, code: str, facts: dict[str, Any], found: tuple[bool, str]) -> None:
    Indicator.objects.filter(standard=draft, code=code).update(**facts)
    assert found in told(draft)


def test_a_wrong_tree_is_found(draft: Standard) -> None:
    one, two, three = (draft.indicators.get(code=code) for code in ("1.1", "1.2", "1.3"))
    Indicator.objects.filter(pk=two.pk).update(parent=one)
    Indicator.objects.filter(pk=three.pk).update(method="heading", points=0)
    assert (True, "1.1 自己评分，下面又有指标，分会算两次。") in told(draft)
    assert (True, "1.3 是分组标题，下面没有指标。") in told(draft)
    draft.indicators.all().delete()
    assert (True, "还没有评分的指标。") in told(draft)


@pytest.mark.parametrize(
    ("key", "facts", "found"),
    [
        ("1", {"min_total": None}, (True, "档次“1 级”没有合格线，又不是最后一档，谁都会得到它。")),
        ("1", {"min_total": 101}, (True, "档次“1 级”的总分不低于 101 分，超过了满分 100 分，没有队伍能达到。")),
        ("1", {"min_total": 70}, (False, "档次“1 级”的总分不低于比后面的档次还低，请核对次序。")),
        ("2", {"min_professional": 1}, (True, "档次“2 级”的专业科目不低于 1 分，超过了满分 0 分，没有队伍能达到。")),
        ("3", {"key": "x"}, (True, "档次“3 级”不是 1 级、2 级、3 级中的一个。")),
    ],
)
def test_a_wrong_bar_is_found(draft: Standard, key: str, facts: dict[str, Any], found: tuple[bool, str]) -> None:
    Conclusion.objects.filter(standard=draft, key=key).update(**facts)
    assert found in told(draft)


def test_a_number_of_today_is_told_where_a_past_day_is_asked_for(draft: Standard) -> None:
    draft.indicators.filter(code="1.3").update(metric="teams_with_drift", unit="支")
    said = (False, "1.3 自动取的数只有今天的，没有考核截止日那一天的，考核时由人填。")
    assert said not in told(draft)
    Standard.objects.filter(pk=draft.pk).update(purpose="annual")
    assert said in told(draft)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"category": None}, (True, "分级测评标准没有选适用类别，队伍不能按它申请。")),
        ({"validity_months": None}, (False, "没有写结论有效期，发的等级证书上没有有效至。")),
        ({"scheme": "emergency"}, (False, "应急管理部门的标准没有选专业。")),
        ({"document_number": ""}, (False, "没有写文号。")),
        ({"is_sample": True}, (False, "这一版标着“示例”，正式使用前请换成印发的标准，并去掉标记。")),
    ],
)
def test_a_wrong_head_is_found(draft: Standard, facts: dict[str, Any], found: tuple[bool, str]) -> None:
    Standard.objects.filter(pk=draft.pk).update(**facts)
    assert found in told(draft)
