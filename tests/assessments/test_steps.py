"""The shortest way to a conclusion, against trying everything."""

from decimal import Decimal
from itertools import product
from time import process_time

from hypothesis import given, settings

from assessments.choices import Method, Subject
from assessments.gap.frontier import Need
from assessments.gap.way import Change, Outlook, Way, next_above, way_of
from assessments.scoring import NOUGHT, Answer, Bar, Rule, Rules, answered, clears, score
from tests.assessments import standards

D = Decimal
MANY = settings(max_examples=40, deadline=None)
Case = tuple[Rules, dict[str, Answer]]


def way_to(standard: Rules, given: dict[str, Answer], key: str, adjustment: Decimal = NOUGHT) -> Way | None:
    aim = standard.bar(key)
    assert aim is not None
    return way_of(Outlook(standard, given, aim, adjustment=adjustment))


def reaches(standard: Rules, given: dict[str, Answer], bar: Bar) -> bool:
    sheet = score(standard, given, aim=bar.key)
    return not sheet.vetoes and clears(bar, sheet.total, sheet.subjects)


def every_way(outlook: Outlook) -> list[tuple[int, int]]:
    """Number and effort of all combinations that reach the aim."""
    per_line: list[list[Change | None]] = [[None, *changes] for changes in outlook.options.values()]
    found = []
    for combination in product(*per_line):
        changes = [change for change in combination if change is not None]
        then = dict(outlook.answers)
        for change in changes:
            then = change.made_in(then)
        if reaches(outlook.standard, then, outlook.aim):
            found.append((len(changes), sum(change.effort for change in changes)))
    return found


@given(standards.answered(most=4, whole=True))
@MANY
def test_no_way_is_shorter_or_less(case: Case) -> None:
    standard, given = case
    for bar in standard.bars:
        outlook = Outlook(standard, given, bar)
        if any(len(changes) > 8 for changes in outlook.options.values()):
            continue  # too many to try
        way, tried = way_of(outlook), every_way(outlook)
        if way is None:
            assert not tried
            continue
        assert (len(way.changes), sum(change.effort for change in way.changes)) == min(tried)
        assert (not outlook.vetoes and outlook.need == Need(0, 0, 0)) == (way.changes == ())


@given(standards.answered(most=8), standards.numbers(20, least=-20))
@MANY
def test_a_way_leads_there_and_every_part_of_it_is_needed(case: Case, adjustment: Decimal) -> None:
    standard, given = case
    for bar in standard.bars:
        way = way_to(standard, given, bar.key, adjustment=adjustment)
        if way is None:
            continue
        sheet = way.sheet
        assert not sheet.vetoes
        assert clears(bar, sheet.total, sheet.subjects)
        for left in way.changes:
            then = dict(given)
            for change in way.changes:
                then = change.made_in(then) if change is not left else then
            without = score(standard, then, aim=bar.key, adjustment=adjustment)
            assert without.vetoes or not clears(bar, without.total, without.subjects)


@given(standards.answered(most=6))
@MANY
def test_there_is_a_way_whenever_the_best_answers_would_do(case: Case) -> None:
    standard, given = case
    best = dict(given)
    for rule in standard.rules:
        before = given.get(rule.code, Answer())
        if before.not_applicable and rule.may_not_apply:
            continue
        number = D(10**6) if rule.rises else D(0) if rule.method == Method.DEDUCTION else D(-(10**6))
        best[rule.code] = answered(rule, number, before)
    for bar in standard.bars:
        assert (way_to(standard, given, bar.key) is not None) == reaches(standard, best, bar)


@given(standards.answered(most=5))
@MANY
def test_what_one_line_alone_would_do(case: Case) -> None:
    standard, given = case
    for bar in standard.bars:
        outlook = Outlook(standard, given, bar)
        for code, changes in outlook.options.items():
            assert outlook.alone([code]) == reaches(standard, changes[-1].made_in(given), bar)


@given(standards.answered(most=5))
@MANY
def test_every_step_offered_gains_or_frees(case: Case) -> None:
    standard, given = case
    for bar in standard.bars:
        for changes in Outlook(standard, given, bar).options.values():
            assert [change.effort for change in changes] == sorted(change.effort for change in changes)
            for change in changes:
                assert change.gain > 0 or change.frees
                assert 0 <= change.effort <= 10**6


def rule(code: str, method: Method, points: int, **facts: object) -> Rule:
    return Rule(code=code, name=f"演示{code}", method=method, points=D(points), **facts)  # type: ignore[arg-type]


STANDARD = Rules(
    (
        rule("people", Method.THRESHOLD, 30, requirements={"1": D(40), "2": D(25)}),
        rule("share", Method.STEPS, 30, steps=((D(60), D(10)), (D(80), D(20)), (D(100), D(30)))),
        rule("safe", Method.YES_NO, 0, is_veto=True),
        rule("site", Method.JUDGED, 40, subject=Subject.PROFESSIONAL),
    ),
    (Bar("1", "1 级", D(90)), Bar("2", "2 级", D(75)), Bar("3", "3 级", D(60))),
)


def changes(given: dict[str, Answer], key: str) -> list[tuple[str, Decimal]]:
    way = way_to(STANDARD, given, key)
    assert way is not None
    return [(change.rule.code, change.to) for change in way.changes]


def test_the_steps_of_a_team_in_words_of_numbers() -> None:
    team = {"people": Answer(D(20)), "share": Answer(D(65)), "safe": Answer(D(1)), "site": Answer(points=D(40))}
    # 30 of a threshold by five people is less of a change than the whole share
    assert changes(team, "2") == [("people", D(25))]
    # a veto not answered comes first, then what is missing
    assert changes({**team, "safe": Answer()}, "2") == [("people", D(25)), ("safe", D(1))]
    # just enough of what somebody judges
    low = {**team, "people": Answer(D(30)), "site": Answer(points=D(33))}
    assert changes(low, "2") == [("site", D(35))]
    assert changes({**team, "people": Answer(D(25))}, "2") == []


def test_the_next_above() -> None:
    bars = {bar.key: bar for bar in STANDARD.bars}
    assert next_above(STANDARD, None) == bars["3"]
    assert next_above(STANDARD, bars["3"]) == bars["2"]
    assert next_above(STANDARD, bars["1"]) is None
    with_rest = Rules(STANDARD.rules, (*STANDARD.bars, Bar("rest", "不合格")))
    assert next_above(with_rest, with_rest.bars[-1]) == bars["3"]


def test_forty_lines_take_no_time() -> None:
    lines = []
    for number in range(40):
        method = (Method.STEPS, Method.JUDGED, Method.THRESHOLD, Method.DEDUCTION)[number % 4]
        subject = (Subject.PUBLIC, Subject.PROFESSIONAL)[number % 3 == 0]
        worth = 5 + number % 7
        steps = tuple((D(10 * step), D(worth) * step / 4) for step in range(1, 5))
        asks = {"steps": steps, "per_unit": D("1.3"), "requirements": {"1": D(number)}}
        lines.append(rule(f"{number}", method, worth, subject=subject, **asks))
    standard = Rules(tuple(lines), (Bar("1", "1 级", D(300), D(150), D(90)),))
    team = {f"{number}": Answer(D(number % 9), D(number % 5) + D("0.33")) for number in range(40)}
    began = process_time()
    way = way_to(standard, team, "1")
    assert way is not None
    assert len(way.changes) > 20
    assert process_time() - began < 3
