"""The standards that are shipped: whole, sound, and scored from nought to full."""

from decimal import Decimal

import pytest

from assessments.choices import Method, Purpose, Scheme
from assessments.models import Standard
from assessments.reference import load_all, shipped
from assessments.scoring import Answer, Rule, score
from assessments.scoring.rules import rules_of
from assessments.standards import measures
from assessments.standards.checks import check
from teams.models import Category

pytestmark = pytest.mark.django_db
CODES = [row["code"] for row in shipped()]
# What the founding notice asks of every team, by a word of the line that asks it.
PUBLIC = (
    "党组织", "备案", "队长", "队员", "红十字会", "持证率", "保险", "培训", "演练", "录入系统", "标志", "装备",
    "自我保障", "任务",
)  # fmt: skip


def best(rule: Rule) -> Answer:
    """The answer that leaves nothing to be wished."""
    if rule.method == Method.JUDGED:
        return Answer(points=rule.points)
    if rule.method == Method.STEPS:
        return Answer(max(rule.steps, key=lambda step: step[1])[0])
    if rule.method == Method.THRESHOLD:
        return Answer(max(rule.requirements.values()) if rule.more_is_better else min(rule.requirements.values()))
    return Answer(Decimal(rule.method == Method.YES_NO and rule.more_is_better))


@pytest.mark.parametrize("code", CODES)
def test_a_sample_is_sound_and_scores_from_nought_to_full(code: str) -> None:
    standard = Standard.objects.get(code=code, number=1)
    assert standard.is_sample
    findings = check(standard)
    assert [one.text for one in findings if one.blocks] == []
    assert {one.text for one in findings} <= {
        "这一版标着“示例”，正式使用前请换成印发的标准，并去掉标记。", "没有写结论有效期，发的等级证书上没有有效至。",
        *(() if standard.scheme == Scheme.RED_CROSS else (one.text for one in findings)),
    }  # fmt: skip
    rules = rules_of(standard)
    assert rules.full == 100
    full = score(rules, {rule.code: best(rule) for rule in rules.rules})
    assert (full.total, full.vetoes, full.unanswered) == (100, (), ())
    assert full.conclusion == rules.bars[0]
    nothing = score(rules, {})
    assert nothing.total == 0
    assert nothing.conclusion is None or nothing.conclusion.is_rest


def test_there_is_one_for_each_graded_category_and_each_purpose() -> None:
    graded = Standard.objects.filter(purpose=Purpose.GRADING, is_sample=True)
    ours = graded.filter(scheme=Scheme.RED_CROSS).values_list("category", flat=True)
    assert set(ours) == set(Category.objects.filter(is_graded=True).values_list("pk", flat=True))
    mem = graded.get(scheme=Scheme.EMERGENCY)
    assert (mem.category_id, mem.specialty, mem.publisher, mem.civil_only) == ("sar", "collapse", "ministry", True)
    assert mem.indicators.get(code="2.5").texts["2"] == "未取得"
    assert list(Standard.objects.get(code="annual-team").conclusions.values_list("name", flat=True)) == [
        "优秀", "合格", "基本合格", "不合格",
    ]  # fmt: skip
    assert Standard.objects.filter(purpose=Purpose.MEMBER, is_sample=True).count() == 1


def test_the_public_subject_holds_what_the_notice_asks_and_says_where() -> None:
    relief = Standard.objects.get(code="grading-relief", number=1)
    lines = list(relief.indicators.all())
    said = "；".join(line.name for line in lines if line.subject == "public")
    assert [word for word in PUBLIC if word not in said] == []
    assert [line.code for line in lines if line.method != Method.HEADING and "示例" not in line.source] == []
    assert [line.code for line in lines if line.metric and measures.find(line.metric) is None] == []
    for line in lines:
        assert not line.metric or line.unit == measures.unit_of(line.metric), line


def test_loading_again_leaves_what_is_there() -> None:
    """Also where the region has gone on to a version of its own."""
    relief = Standard.objects.get(code="grading-relief", number=1)
    relief.note, relief.valid_until = "自治区写的", relief.valid_from
    relief.save(update_fields=["note", "valid_until"])
    before = Standard.objects.count(), relief.indicators.count()
    gone = Standard.objects.get(code="member-capability")
    Standard.objects.filter(pk=gone.pk).update(state="withdrawn")
    load_all()
    relief.refresh_from_db()
    assert (relief.note, relief.valid_until) == ("自治区写的", relief.valid_from)
    assert (Standard.objects.count(), relief.indicators.count()) == before
