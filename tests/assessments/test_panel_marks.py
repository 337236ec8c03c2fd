"""Scores taken in: each once, each stored or answered with the reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.models import Grading, PanelMember, ScoreMark, SettledScore
from assessments.panel.given import Given, number, read
from assessments.panel.marking import take
from assessments.panel.members import finish, leave
from assessments.panel.settling import settle
from assessments.panel.sheet import panel_answers, panel_sheet, unsettled
from assessments.scoring import Answer
from core.offline import REFUSED, SAME, STORED
from organizations.models import User
from teams.models import Team
from tests.assessments import builders
from tests.assessments.test_panel_folding import D, P, V
from tests.people import builders as people

pytestmark = pytest.mark.django_db
HERE = UUID("5f3d0000-0000-4000-8000-000000000006")
NA = Answer(not_applicable=True)


@pytest.fixture
def grading(captain: User, region: User, assessor: User, baotou: User) -> Grading:
    team = Team.objects.get(organization=captain.organization)
    return builders.on_site(team, captain, region.organization, assessor, baotou)


def mark(grading: Grading, code: str, answer: Answer, count: int = 1, **facts: Any) -> Given:
    indicator = grading.standard.indicators.get(code=code).pk
    facts = {"at": timezone.now() - timedelta(minutes=5), **facts}
    return Given(uuid5(HERE, str(count)), grading.pk, indicator, answer=answer, **facts)


def took(*marks: Given, by: User, **facts: Any) -> list[tuple[str, str]]:
    return [(result.state, result.message) for result in take(marks, by=by, **facts)]


def test_the_same_twice_is_one_and_another_under_its_key_is_refused(grading: Grading, assessor: User) -> None:
    one = mark(grading, "2.1", P(30), note="演示")
    assert took(one, one, by=assessor) == [(STORED, ""), (SAME, "")]
    assert took(one, by=assessor, offset=timedelta(seconds=40)) == [(SAME, "")]
    other = mark(grading, "2.1", P(31), note="演示")
    assert took(other, by=assessor) == [(REFUSED, "这个编号已经记过另一条评分，先记的那条不变。")]
    kept = ScoreMark.objects.get()
    assert (kept.points, kept.note, kept.member.user) == (D(30), "演示", assessor)
    assert kept.made_at == one.at


@pytest.mark.parametrize(
    ("code", "answer", "facts", "said"),
    [
        ("2.1", P(41), {}, "得分要在 0 到 40 分之间。"),
        ("2.1", P(-1), {}, "得分要在 0 到 40 分之间。"),
        ("2.1", V(1), {}, "本项直接评分，不填数值。"),
        ("1.2", P(1), {}, "本项填数值，分数由标准算出。"),
        ("1.2", V(-1), {}, "数值不能小于 0。"),
        ("1.2", NA, {}, "本项不能选不适用。"),
        ("2.1", Answer(points=D(1), not_applicable=True), {}, "选了不适用，就不再填分数。"),
        ("1.3", V(2), {}, "本项只填有或没有。"),
        ("2", P(1), {}, "这是分组标题，不评分。"),
        ("2.1", P(1), {"at": timezone.now() + timedelta(days=1)}, "评分时间在将来，请核对设备时间后重新评分。"),
        (
            "2.1", P(1), {"at": timezone.now() - timedelta(days=400)},
            "评分时间早于您进入专家组的时间，请核对设备时间后重新评分。",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_the_rest_taken(
    grading: Grading, assessor: User, code: str, answer: Answer, facts: dict[str, Any], said: str
) -> None:
    bad, good = mark(grading, code, answer, 1, **facts), mark(grading, "1.3", V(1), 2)
    assert took(bad, good, by=assessor) == [(REFUSED, said), (STORED, "")]
    assert ScoreMark.objects.get().value == 1


def test_wrong_clock_is_put_right(grading: Grading, assessor: User) -> None:
    slow = mark(grading, "2.1", P(30), at=timezone.now() - timedelta(days=400, minutes=5))
    (answer,) = take([slow], by=assessor, offset=timedelta(days=400))
    assert (answer.state, answer.shift) == (STORED, 400 * 86400)
    assert ScoreMark.objects.get().made_at == slow.at + timedelta(days=400)


def test_unknown_indicator_and_unknown_grading(grading: Grading, assessor: User, chifeng: User) -> None:
    elsewhere = builders.standard(code="test-other").indicators.get(code="2.1")
    odd = Given(uuid5(HERE, "odd"), grading.pk, elsewhere.pk, timezone.now(), P(1))
    assert took(odd, by=assessor) == [(REFUSED, "这项标准里没有这个指标。")]
    nowhere = "找不到这次测评，或者您不在它的专家组里。评分还在本机，请联系组织单位。"
    gone = Given(uuid5(HERE, "gone"), 10**9, elsewhere.pk, timezone.now(), P(1))
    assert took(gone, by=assessor) == [(REFUSED, nowhere)]
    assert took(mark(grading, "2.1", P(1)), by=chifeng) == [(REFUSED, nowhere)]


def _state(grading: Grading, user: User) -> None:
    Grading.objects.filter(pk=grading.pk).update(state="panel")


def _left(grading: Grading, user: User) -> None:
    leave(grading.panel.get(user=user), reason="有关系", by=user)


def _undeclared(grading: Grading, user: User) -> None:
    PanelMember.objects.filter(user=user).update(declared_at=None)


def _finished(grading: Grading, user: User) -> None:
    PanelMember.objects.filter(user=user).update(finished_at=timezone.now())


def _tied(grading: Grading, user: User) -> None:
    people.member(grading.team.organization, person=people.person(90, user=user))


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (_state, "现在是“组建专家组”，不在现场测评期间，评分不收。"),
        (_left, "您已退出这个专家组，评分不再收。"),
        (_undeclared, "您还没有声明与这支队伍无利害关系，声明后才能评分。"),
        (_finished, "您已完成评分。要改，请组长或组织单位重新打开。"),
        (_tied, "按回避规定不能评分：是这支队伍的队员（2024-03-01 入队）。"),
    ],
)
def test_why_nothing_is_taken_now(grading: Grading, assessor: User, before: Any, said: str) -> None:
    before(grading, assessor)
    assert took(mark(grading, "2.1", P(30)), by=assessor) == [(REFUSED, said)]
    assert not ScoreMark.objects.exists()


def test_platform_number_stands_unless_overruled_with_a_reason(grading: Grading, assessor: User, baotou: User) -> None:
    builders.claimed(grading, "1.1", 24)
    assert panel_answers(grading) == {"1.1": V(24)}
    less = mark(grading, "1.1", V(20))
    assert took(less, by=assessor) == [(REFUSED, "与平台数据不同的，要在意见里写明理由。")]
    assert took(mark(grading, "1.1", V(20), note="4 人长期在外"), by=assessor) == [(STORED, "")]
    assert [one.code for one in unsettled(grading)] == ["1.1"]
    assert took(mark(grading, "1.1", V(20), 2, note="同意"), by=baotou) == [(STORED, "")]
    assert panel_answers(grading) == {"1.1": V(20)}


def test_scores_of_who_has_left_count_no_more(grading: Grading, assessor: User, baotou: User) -> None:
    lead, other = grading.panel.get(user=assessor), grading.panel.get(user=baotou)
    builders.scored(lead, "2.1", points=30)
    builders.scored(other, "2.1", points=10)
    assert [one.code for one in unsettled(grading)] == ["2.1"]
    assert panel_answers(grading) == {}
    leave(other, reason="亲属在队里", by=baotou)
    assert panel_answers(grading) == {"2.1": P(30)}
    other.refresh_from_db()
    assert (other.left_on, other.left_reason) == (timezone.localdate(), "亲属在队里")
    assert ScoreMark.objects.count() == 2


def test_settled_score_counts_and_a_later_mark_shows_on_it(
    grading: Grading, assessor: User, baotou: User, region: User
) -> None:
    lead, other = grading.panel.get(user=assessor), grading.panel.get(user=baotou)
    builders.scored(lead, "2.1", points=30)
    builders.scored(other, "2.1", points=10)
    one = grading.standard.indicators.get(code="2.1")
    settle(grading, one, P(22), reason="复看录像后合议", by=assessor, opened=0)
    assert panel_answers(grading) == {"2.1": P(22)}
    assert unsettled(grading) == []
    with pytest.raises(ValidationError, match="已由别人认定"):
        settle(grading, one, P(25), reason="再议", by=region, opened=0)
    settle(grading, one, P(25), reason="再议", by=region, opened=1)
    assert SettledScore.objects.get().version == 2
    builders.scored(other, "2.1", minutes=50, points=25)
    (row,) = [row for row in panel_sheet(grading).rows if row.indicator == one]
    assert (row.answer, row.outdated) == (P(25), True)


def test_what_the_panel_agrees_on_is_not_settled_on_site(grading: Grading, assessor: User, region: User) -> None:
    builders.scored(grading.panel.get(user=assessor), "2.1", points=30)
    one = grading.standard.indicators.get(code="2.1")
    with pytest.raises(ValidationError, match="没有分歧"):
        settle(grading, one, P(22), reason="演示", by=region)
    Grading.objects.filter(pk=grading.pk).update(state="deliberation")
    settle(grading, one, P(22), reason="评议", by=region)
    assert panel_answers(grading) == {"2.1": P(22)}


def test_finish_needs_every_answer(grading: Grading, assessor: User) -> None:
    member = grading.panel.get(user=assessor)
    builders.claimed(grading, "1.1", 24)
    with pytest.raises(ValidationError, match=r"还有 3 项没有评：1\.2、1\.3、2\.1。"):
        finish(member)
    for code, answer in (("1.2", {"value": 4}), ("1.3", {"value": 1}), ("2.1", {"not_applicable": True})):
        builders.scored(member, code, **answer)
    builders.scored(member, "2.1", minutes=1)  # taken back
    with pytest.raises(ValidationError, match=r"还有 1 项没有评：2\.1。"):
        finish(member)
    builders.scored(member, "2.1", minutes=2, points=38)
    assert finish(member).finished_at is not None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "格式不对"),
        ({"id": "x"}, "没有编号"),
        ({"at": "gestern"}, "时间写错了"),
        ({"grading": True}, "没有说是哪一项"),
        ({"points": "1e30"}, "数字写错了"),
        ({"points": 3}, "数字写错了"),
        ({"points": "1.005"}, "数字写错了"),
        ({"value": "9" * 29}, "数字写错了"),
        ({"value": "NaN"}, "数字写错了"),
        ({"note": "字" * 501}, "最多 500 个字"),
    ],
)
def test_nonsense_is_told(raw: Any, said: str) -> None:
    good = {"id": str(uuid5(HERE, "1")), "at": "2026-11-20T01:00:00Z", "grading": 1, "indicator": 2, "points": "3"}
    assert read({**good, "note": " 两\x00行\n字 "}).note == "两行 字"
    with pytest.raises(ValidationError, match=said):
        read({**good, **raw} if isinstance(raw, dict) else raw)
    assert number("") is None
