"""Standards and answers for property tests: any an editor could bring about, faulty ones too."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from assessments.choices import Method, Subject
from assessments.scoring import Answer, Bar, Rule, Rules

KEYS = ("1", "2", "3")
METHODS = (Method.YES_NO, Method.STEPS, Method.DEDUCTION, Method.THRESHOLD, Method.JUDGED)


def hundredths(number: int) -> Decimal:
    return Decimal(number) / 100


def numbers(most: int = 60, *, least: int = 0) -> st.SearchStrategy[Decimal]:
    """To a hundredth, as the database holds them; often whole."""
    return st.one_of(st.integers(least, most).map(Decimal), st.integers(least * 100, most * 100).map(hundredths))


points = numbers(20)


@st.composite
def rules(draw: Any, code: str = "a", *, method: str | None = None, whole: bool = False) -> Rule:
    """:param whole: whole points only."""
    worth = st.integers(0, 20).map(Decimal) if whole else points
    return Rule(
        code=code,
        name=f"演示指标{code}",
        method=method or draw(st.sampled_from(METHODS)),
        points=draw(worth),
        subject=draw(st.sampled_from(Subject.values)),
        steps=tuple(draw(st.lists(st.tuples(numbers(), worth), max_size=4))),  # also falling, also above the maximum
        per_unit=draw(worth),
        requirements=draw(st.dictionaries(st.sampled_from(KEYS), numbers(), max_size=3)),
        more_is_better=draw(st.booleans()),
        is_veto=draw(st.integers(0, 4)) == 0,
        may_not_apply=draw(st.booleans()),
    )


@st.composite
def bars(draw: Any) -> tuple[Bar, ...]:
    """Best first, not always each below the one before; sometimes with a rest."""
    some = st.one_of(st.none(), numbers(80))
    made = [Bar(key, f"{key} 级", draw(numbers(80)), draw(some), draw(some)) for key in KEYS[: draw(st.integers(1, 3))]]
    return (*made, *([Bar("rest", "不合格")] if draw(st.booleans()) else []))


@st.composite
def standards(draw: Any, *, most: int = 6, whole: bool = False) -> Rules:
    codes = [f"{number}" for number in range(draw(st.integers(0, most)))]
    return Rules(tuple(draw(rules(code, whole=whole)) for code in codes), draw(bars()))


answers = st.one_of(
    st.builds(Answer, st.one_of(st.none(), numbers(least=-5)), st.one_of(st.none(), numbers(25))),
    st.just(Answer(not_applicable=True)),
)


@st.composite
def answered(draw: Any, **how: Any) -> tuple[Rules, dict[str, Answer]]:
    standard = draw(standards(**how))
    given = {rule.code: draw(answers) for rule in standard.rules if draw(st.integers(0, 5))}
    return standard, given
