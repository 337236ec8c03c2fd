"""What holds of points whatever the standard and the answers, also where the standard is faulty."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.choices import Method
from assessments.scoring import Answer, Rules, ScoreSheet, Standing, given_of, score
from tests.assessments.standards import answered, numbers

MANY = settings(max_examples=40, deadline=None)
adjustments = numbers(200, least=-200)
Case = tuple[Rules, dict[str, Answer]]


def place(standard: Rules, sheet: ScoreSheet) -> int:
    """Of the conclusion reached: the smaller the better."""
    return standard.bars.index(sheet.conclusion) if sheet.conclusion else len(standard.bars)


def each_aim(standard: Rules, given: Mapping[str, Answer], **more: Decimal) -> list[ScoreSheet]:
    return [score(standard, given, aim=bar.key, **more) for bar in standard.bars]


@given(answered(), adjustments)
@MANY
def test_lines_and_total_stay_between_nought_and_full(case: Case, adjustment: Decimal) -> None:
    standard, given = case
    for sheet in each_aim(standard, given, adjustment=adjustment):
        assert all(0 <= line.points <= line.rule.points for line in sheet.lines)
        assert 0 <= sheet.total <= sheet.full == standard.full
        assert 0 <= sheet.earned <= sheet.applicable <= sheet.full
        assert all(0 <= points <= sheet.full for points in sheet.subjects.values())
        assert all(isinstance(number, Decimal) for number in (sheet.total, sheet.earned, *sheet.subjects.values()))
        assert all(isinstance(line.points, Decimal) and line.reason for line in sheet.lines)
        assert sheet.earned == sum(line.points for line in sheet.lines)


@given(answered())
@MANY
def test_whoever_adds_the_lines_up_comes_to_the_total(case: Case) -> None:
    standard, given = case
    for sheet in each_aim(standard, given):
        if sheet.applicable == sheet.full:
            assert sheet.total == sheet.earned == sum(sheet.subjects.values())


@given(answered())
@MANY
def test_a_veto_wins(case: Case) -> None:
    standard, given = case
    reached = score(standard, given).conclusion
    for sheet in each_aim(standard, given):
        if sheet.vetoes:
            assert sheet.aim != reached
    ruled_out = score(standard, given, vetoed=True).conclusion
    assert ruled_out is None or ruled_out.is_rest


@given(answered(), st.randoms(use_true_random=False))
@MANY
def test_the_order_of_lines_steps_and_answers_does_not_matter(case: Case, random: object) -> None:
    standard, given = case
    lines = [replace(rule, steps=tuple(shuffled(random, rule.steps))) for rule in shuffled(random, standard.rules)]
    turned = score(Rules(tuple(lines), standard.bars), dict(shuffled(random, given.items())))
    straight = score(standard, given)
    assert (turned.total, turned.subjects, turned.conclusion) == (
        straight.total,
        straight.subjects,
        straight.conclusion,
    )
    told = {line.rule.code: (line.points, line.standing, line.reason, line.vetoes) for line in straight.lines}
    assert {line.rule.code: (line.points, line.standing, line.reason, line.vetoes) for line in turned.lines} == told


def shuffled(random: object, things: object) -> list:
    found = list(things)  # type: ignore[call-overload]
    random.shuffle(found)  # type: ignore[attr-defined]
    return found


@st.composite
def bettered(draw: st.DrawFn) -> tuple[Rules, dict[str, Answer], dict[str, Answer]]:
    """Answers, and the same with some of them better: more, or less where less is better, or given at all."""
    standard, before = draw(answered())
    after = dict(before)
    for rule in standard.rules:
        old = before.get(rule.code, Answer())
        if old.not_applicable or not draw(st.booleans()):
            continue
        now, by = given_of(rule, old), draw(numbers(30))
        number = draw(numbers()) if now is None else now + by if rule.rises else now - by
        after[rule.code] = old._replace(**{"points" if rule.method == Method.JUDGED else "value": number})
    return standard, before, after


@given(bettered(), adjustments, numbers(50))
@MANY
def test_a_better_answer_never_lowers_points_nor_conclusion(
    case: tuple[Rules, dict[str, Answer], dict[str, Answer]], adjustment: Decimal, bonus: Decimal
) -> None:
    """Also where the steps of a faulty standard give less for more: the best step reached counts."""
    standard, before, after = case
    pairs = zip(each_aim(standard, before), each_aim(standard, after), strict=True)
    for worse, better in pairs:
        assert better.total >= worse.total
        assert all(better.subjects[one] >= worse.subjects[one] for one in better.subjects)
        assert {line.rule.code for line in better.vetoes} <= {line.rule.code for line in worse.vetoes}
        assert all(new.points >= old.points for new, old in zip(better.lines, worse.lines, strict=True))
    low, high = score(standard, before, adjustment=adjustment), score(standard, after, adjustment=adjustment + bonus)
    assert place(standard, high) <= place(standard, low)


@given(answered())
@MANY
def test_leaving_out_what_gives_nothing_never_lowers_the_share(case: Case) -> None:
    standard, given = case
    for sheet in each_aim(standard, given):
        for line in sheet.lines:
            if line.points or not line.rule.may_not_apply:
                continue
            without = score(
                standard, {**given, line.rule.code: Answer(not_applicable=True)}, aim=sheet.aim and sheet.aim.key
            )
            assert without.total >= sheet.total
            assert all(without.subjects[one] >= sheet.subjects[one] for one in sheet.subjects)
            assert len(without.vetoes) <= len(sheet.vetoes)


@given(answered())
@MANY
def test_not_applicable_holds_only_where_the_standard_allows_it(case: Case) -> None:
    standard, _given = case
    left_out = {rule.code: Answer(not_applicable=True) for rule in standard.rules}
    for line in score(standard, left_out).lines:
        expected = Standing.NOT_APPLICABLE if line.rule.may_not_apply else Standing.UNANSWERED
        assert line.standing == expected


@given(answered(), adjustments)
@MANY
def test_an_adjustment_moves_the_total_by_itself_at_most(case: Case, adjustment: Decimal) -> None:
    standard, given = case
    for plain, moved in zip(each_aim(standard, given), each_aim(standard, given, adjustment=adjustment), strict=True):
        assert abs(moved.total - plain.total) <= abs(adjustment)
        assert (moved.earned, moved.subjects, moved.lines) == (plain.earned, plain.subjects, plain.lines)


@given(answered())
@MANY
def test_the_same_goes_in_and_out_and_nothing_is_touched(case: Case) -> None:
    standard, given = case
    before = deepcopy(case)
    assert score(standard, given) == score(*before)
    assert (standard, given) == before
    stranger = {**given, "not in the standard": Answer(Decimal(99), Decimal(99))}
    assert score(standard, stranger) == score(standard, given)


@given(answered())
@MANY
def test_the_total_shown_agrees_with_the_conclusion(case: Case) -> None:
    """A sheet without an aim shows the points of what was reached, or of what was missed."""
    standard, given = case
    sheet = score(standard, given)
    bar = sheet.aim
    if bar is None or bar.is_rest:
        assert standard.lowest is None
        return
    short = bar.min_total is not None and sheet.total < bar.min_total
    short |= bar.min_public is not None and sheet.subjects["public"] < bar.min_public
    short |= bar.min_professional is not None and sheet.subjects["professional"] < bar.min_professional
    assert (sheet.conclusion == bar) is not (short or bool(sheet.vetoes))
