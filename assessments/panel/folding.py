"""What the marks of a panel come to: of each assessor and indicator the latest counts. Pure; knows no database.

Order is ``(made_at, received_at, id)``, so it makes no difference in which order, in how many parts and how late marks
arrive, nor whether one arrives twice. A mark without an answer takes the earlier one back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol, TypeVar

from assessments.choices import Method
from assessments.scoring import Answer, Rule

# 示例 (no rule was found): judged points further apart than this share of the maximum are talked over
SHARE = Decimal("0.2")
_TENTH = Decimal("0.1")


class Scored(Protocol):
    """A mark, as ``models.ScoreMark`` has it."""

    @property
    def id(self) -> Any: ...
    @property
    def member_id(self) -> int: ...
    @property
    def indicator_id(self) -> int: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def points(self) -> Decimal | None: ...
    @property
    def not_applicable(self) -> bool: ...
    @property
    def made_at(self) -> datetime: ...
    @property
    def received_at(self) -> datetime: ...


Mark = TypeVar("Mark", bound=Scored)


def fold(marks: Iterable[Mark]) -> dict[tuple[int, int], Mark]:
    """(assessor, indicator) → the mark that counts."""
    return {
        (mark.member_id, mark.indicator_id): mark
        for mark in sorted(marks, key=lambda one: (one.made_at, one.received_at, one.id))
    }


def answer_of(mark: Scored) -> Answer | None:
    """None: taken back."""
    answer = Answer(mark.value, mark.points, mark.not_applicable)
    return None if answer == Answer() else answer


@dataclass(frozen=True)
class Agreed:
    """What several answers come to. Neither: nobody has answered."""

    answer: Answer | None = None
    differs: bool = False


def agree(rule: Rule, answers: Iterable[Answer]) -> Agreed:
    """Equal answers are one. Judged points that lie near each other give their mean; what else differs has to be
    settled by people."""
    given = list(answers)
    if not given:
        return Agreed()
    if all(_same(given[0], other) for other in given[1:]):
        return Agreed(given[0])
    points = [one.points for one in given if one.points is not None and not one.not_applicable]
    if rule.method != Method.JUDGED or len(points) != len(given):
        return Agreed(differs=True)
    if max(points) - min(points) > rule.points * SHARE:
        return Agreed(differs=True)
    mean = (sum(points, Decimal(0)) / len(points)).quantize(_TENTH, ROUND_HALF_UP)
    return Agreed(Answer(points=mean))


def _same(one: Answer, other: Answer) -> bool:
    if one.not_applicable or other.not_applicable:
        return one.not_applicable == other.not_applicable
    return (one.value, one.points) == (other.value, other.points)


def given_by(
    indicator: int, members: Iterable[int], folded: Mapping[tuple[int, int], Scored], frozen: Answer | None = None
) -> dict[int, Answer]:
    """Assessor → answer to one indicator.

    :param frozen: what the platform's own number answers where it has one: it is everybody's who did not overrule it.
    """
    found: dict[int, Answer] = {}
    for member in members:
        mark = folded.get((member, indicator))
        answer = (answer_of(mark) if mark is not None else None) or frozen
        if answer is not None:
            found[member] = answer
    return found
