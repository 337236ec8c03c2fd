"""What marks come to, whatever their order; what several answers come to, by method. No database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.choices import Method
from assessments.panel.folding import Agreed, agree, answer_of, fold, given_by
from assessments.scoring import Answer, Rule

D = Decimal
# a busy machine is slow, not wrong
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BEGINS = datetime(2026, 11, 20, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Mark:
    id: UUID
    member_id: int
    indicator_id: int
    made_at: datetime
    received_at: datetime
    value: Decimal | None = None
    points: Decimal | None = None
    not_applicable: bool = False


def _mark(number: int, member: int, indicator: int, made: int, received: int, points: int | None) -> Mark:
    at = [BEGINS + timedelta(minutes=minutes) for minutes in (made, received)]
    return Mark(UUID(int=number), member, indicator, *at, points=None if points is None else D(points))


SMALL = st.integers(0, 3)
MARKS = st.lists(st.tuples(SMALL, SMALL, SMALL, SMALL, st.one_of(st.none(), SMALL)), max_size=12).map(
    lambda rows: [_mark(number, *row) for number, row in enumerate(rows)]
)


@PATIENT
@given(marks=MARKS, data=st.data())
def test_order_and_doubles_make_no_difference(marks: list[Mark], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(marks), max_size=5)) if marks else []
    assert fold(data.draw(st.permutations(marks + again))) == fold(marks)


@PATIENT
@given(marks=MARKS)
def test_latest_counts_and_another_assessors_marks_touch_nothing(marks: list[Mark]) -> None:
    for (member, indicator), counts in fold(marks).items():
        own = [one for one in marks if (one.member_id, one.indicator_id) == (member, indicator)]
        assert all(
            (one.made_at, one.received_at, one.id) <= (counts.made_at, counts.received_at, counts.id) for one in own
        )
        assert fold(own) == {(member, indicator): counts}


def test_mark_without_answer_takes_back() -> None:
    marks = [_mark(1, 1, 1, 0, 0, 5), _mark(2, 1, 1, 1, 0, None)]
    counts = fold(marks)
    assert answer_of(counts[1, 1]) is None
    assert given_by(1, [1], counts) == {}
    assert given_by(1, [1], counts, Answer(value=D(3))) == {1: Answer(value=D(3))}
    assert given_by(1, [1, 2], {(1, 1): marks[0]}, Answer(value=D(3))) == {
        1: Answer(points=D(5)),
        2: Answer(value=D(3)),
    }


P, V, NA = (lambda n: Answer(points=D(n))), (lambda n: Answer(value=D(n))), Answer(not_applicable=True)


@pytest.mark.parametrize(
    ("method", "answers", "comes_to"),
    [
        (Method.JUDGED, [], Agreed()),
        (Method.JUDGED, [P(30)], Agreed(P(30))),
        (Method.JUDGED, [P(30), P(30)], Agreed(P(30))),
        (Method.JUDGED, [P(30), P(31), P(31)], Agreed(P("30.7"))),
        (Method.JUDGED, [P("30.5"), P("30.6")], Agreed(P("30.6"))),  # half up
        (Method.JUDGED, [P(30), P(38)], Agreed(P(34))),  # a fifth of 40 apart: still near
        (Method.JUDGED, [P(30), P("38.5")], Agreed(differs=True)),
        (Method.JUDGED, [P(30), NA], Agreed(differs=True)),
        (Method.JUDGED, [NA, NA], Agreed(NA)),
        (Method.YES_NO, [V(1), V(1)], Agreed(V(1))),
        (Method.YES_NO, [V(1), V(0)], Agreed(differs=True)),
        (Method.STEPS, [V(4), V("4.00")], Agreed(V(4))),
        (Method.STEPS, [V(4), V(5)], Agreed(differs=True)),
        (Method.THRESHOLD, [V(40), NA], Agreed(differs=True)),
        (Method.DEDUCTION, [V(0), V(0)], Agreed(V(0))),
    ],
)  # fmt: skip
def test_what_several_answers_come_to(method: Method, answers: list[Answer], comes_to: Agreed) -> None:
    assert agree(Rule("a", "演示指标", method, D(40)), answers) == comes_to


@PATIENT
@given(points=st.lists(st.integers(0, 400).map(lambda tenths: D(tenths) / 10), min_size=1, max_size=6), data=st.data())
def test_mean_lies_between_and_order_makes_no_difference(points: list[Decimal], data: st.DataObject) -> None:
    rule = Rule("a", "演示指标", Method.JUDGED, D(40))
    found = agree(rule, [Answer(points=one) for one in points])
    assert agree(rule, [Answer(points=one) for one in data.draw(st.permutations(points))]) == found
    assert found.differs == (max(points) - min(points) > 8)
    if found.answer is not None:
        assert found.answer.points is not None
        assert min(points) <= found.answer.points <= max(points)
