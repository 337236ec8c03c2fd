"""Points of answers: the rules one by one."""

from decimal import Decimal

import pytest

from assessments.choices import Method, Subject
from assessments.scoring import Answer, Bar, Rule, Rules, ScoreSheet, Standing, score

D = Decimal
BARS = (Bar("1", "1 级", D(90)), Bar("2", "2 级", D(60)), Bar("none", "不合格"))


def sheet(rule: Rule, answer: Answer, aim: str | None = None) -> ScoreSheet:
    return score(Rules((rule,), BARS), {"a": answer}, aim=aim)


def rule(method: Method, **facts: object) -> Rule:
    return Rule(code="a", name="演示指标", method=method, points=D(10), **facts)  # type: ignore[arg-type]


STEPS = rule(Method.STEPS, steps=((D(60), D(4)), (D(90), D(10)), (D(80), D(7))))
FAULTY = rule(Method.STEPS, steps=((D(60), D(4)), (D(80), D(7)), (D(90), D(2))))
FEWER = rule(Method.STEPS, steps=((D(0), D(10)), (D(2), D(6))), more_is_better=False)
BAR = rule(Method.THRESHOLD, requirements={"1": D(40), "2": D(20)})
OFF = rule(Method.DEDUCTION, per_unit=D(3))


@pytest.mark.parametrize(
    ("line", "answer", "aim", "points", "standing"),
    [
        (rule(Method.YES_NO), Answer(D(1)), None, 10, Standing.FULL),
        (rule(Method.YES_NO), Answer(D(0)), None, 0, Standing.NONE),
        (rule(Method.YES_NO, more_is_better=False), Answer(D(1)), None, 0, Standing.NONE),
        (rule(Method.YES_NO, more_is_better=False), Answer(D(0)), None, 10, Standing.FULL),
        (STEPS, Answer(D(95)), None, 10, Standing.FULL),
        (STEPS, Answer(D(80)), None, 7, Standing.PART),
        (STEPS, Answer(D("59.9")), None, 0, Standing.NONE),
        (FAULTY, Answer(D(95)), None, 7, Standing.PART),  # more never gives less: the best step reached counts
        (FEWER, Answer(D(0)), None, 10, Standing.FULL),
        (FEWER, Answer(D(1)), None, 6, Standing.PART),
        (FEWER, Answer(D(3)), None, 0, Standing.NONE),
        (BAR, Answer(D(20)), "2", 10, Standing.FULL),
        (BAR, Answer(D(20)), "1", 0, Standing.NONE),
        (OFF, Answer(D(0)), None, 10, Standing.FULL),
        (OFF, Answer(D(2)), None, 4, Standing.PART),
        (OFF, Answer(D(9)), None, 0, Standing.NONE),
        (OFF, Answer(D("0.335")), None, D("9.00"), Standing.PART),  # rounded, so that lines add up to the total
        (rule(Method.JUDGED), Answer(points=D("7.5")), None, D("7.5"), Standing.PART),
        (rule(Method.JUDGED), Answer(points=D(12)), None, 10, Standing.FULL),
        (rule(Method.JUDGED), Answer(), None, 0, Standing.UNANSWERED),
        (rule(Method.JUDGED), Answer(not_applicable=True), None, 0, Standing.UNANSWERED),
        (rule(Method.JUDGED, may_not_apply=True), Answer(not_applicable=True), None, 0, Standing.NOT_APPLICABLE),
    ],
)
def test_points_of_a_line(line: Rule, answer: Answer, aim: str | None, points: object, standing: Standing) -> None:
    found = sheet(line, answer, aim).lines[0]
    assert (found.points, found.standing) == (points, standing)
    assert found.reason


def test_what_does_not_apply_is_left_out_on_both_sides() -> None:
    given = rule(Method.JUDGED)
    other = Rule("b", "另一指标", Method.JUDGED, D(30), Subject.PROFESSIONAL, may_not_apply=True)
    found = score(Rules((given, other), BARS), {"a": Answer(points=D(9)), "b": Answer(not_applicable=True)})
    assert (found.earned, found.applicable, found.total, found.full) == (9, 10, D(36), 40)


def test_a_veto_leaves_the_rest_only() -> None:
    veto = Rule("v", "没有安全责任事故", Method.YES_NO, D(0), is_veto=True)
    standard = Rules((rule(Method.JUDGED), veto), (Bar("1", "1 级", D(5)), Bar("none", "不合格")))
    good = score(standard, {"a": Answer(points=D(10)), "v": Answer(D(1))})
    bad = score(standard, {"a": Answer(points=D(10)), "v": Answer(D(0))}, aim="1")
    assert (good.conclusion and good.conclusion.key) == "1"
    assert (bad.conclusion and bad.conclusion.key) == "none"
    assert [line.rule.code for line in bad.vetoes] == ["v"]


@pytest.mark.parametrize(
    ("veto", "value", "vetoes"),
    [
        (rule(Method.YES_NO, is_veto=True), 1, False),
        (rule(Method.YES_NO, is_veto=True), 0, True),
        (rule(Method.YES_NO, is_veto=True, more_is_better=False), 1, True),
        (rule(Method.YES_NO, is_veto=True), None, True),  # nobody has said that it is so
        (rule(Method.DEDUCTION, is_veto=True, per_unit=D(3)), 0, False),
        (rule(Method.DEDUCTION, is_veto=True, per_unit=D(3)), 3, False),  # a point is left
        (rule(Method.DEDUCTION, is_veto=True, per_unit=D(3)), 4, True),
        (rule(Method.DEDUCTION, is_veto=True, requirements={"1": D(1)}), 2, True),  # at most one
        (rule(Method.DEDUCTION, is_veto=True, requirements={"1": D(1)}), 1, False),
        (rule(Method.STEPS, is_veto=True, requirements={"1": D(80)}, steps=((D(60), D(4)),)), 70, True),
        (rule(Method.STEPS, is_veto=True, requirements={"2": D(80)}, steps=((D(60), D(4)),)), 70, False),
    ],
)
def test_what_a_veto_rules_out(veto: Rule, value: int | None, vetoes: bool) -> None:
    answer = Answer(None if value is None else D(value))
    assert sheet(veto, answer, "1").lines[0].vetoes is vetoes
    assert not sheet(veto, answer, "none").vetoes


def test_a_sheet_without_aim_is_of_what_was_reached_or_missed() -> None:
    """Of the rest, thresholds would have no requirement: the total would say more than what was reached."""
    low, high = sheet(BAR, Answer(D(10))), sheet(BAR, Answer(D(40)))
    assert (low.conclusion and low.conclusion.key, low.aim and low.aim.key, low.total) == ("none", "2", 0)
    assert (high.conclusion and high.conclusion.key, high.aim and high.aim.key, high.total) == ("none", "2", 10)
    one = score(Rules((BAR,), (Bar("1", "1 级", D(9)), Bar("2", "2 级", D(5)))), {"a": Answer(D(20))})
    assert (one.conclusion and one.conclusion.key, one.aim and one.aim.key, one.total) == ("2", "2", 10)


def test_adjustments_stay_between_nought_and_full() -> None:
    standard = Rules((rule(Method.JUDGED),), (Bar("1", "1 级", D(9)),))
    assert score(standard, {"a": Answer(points=D(8))}, adjustment=D(5)).total == 10
    assert score(standard, {"a": Answer(points=D(8))}, adjustment=D(-20)).total == 0
    assert score(standard, {"a": Answer(points=D(10))}, vetoed=True).conclusion is None
