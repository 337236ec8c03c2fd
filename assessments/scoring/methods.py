"""How each method gives points: (rule, given number, conclusion) → points before rounding, and why.

The part of ``assessments.scoring`` that knows the methods; a new method is a function and a line in ``POINTS``.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from assessments.choices import Method

if TYPE_CHECKING:
    from assessments.scoring import Bar, Rule

NOUGHT = Decimal(0)
Why = tuple[Any, Mapping[str, Decimal]]  # a sentence, and the numbers in it

NOT_APPLICABLE = gettext_lazy("不适用，不计入总分。")
CANNOT_BE_LEFT_OUT = gettext_lazy("本项不能选不适用，还没有填。")
NOT_ANSWERED = gettext_lazy("还没有填，按零分算。")
_YES, _NO = gettext_lazy("有。"), gettext_lazy("没有。")
_NO_STEP = gettext_lazy("现为 %(value)s，没有达到最低一档。")
_STEP = gettext_lazy("现为 %(value)s，达到 %(start)s 一档。")
_STEP_WITHIN = gettext_lazy("现为 %(value)s，在 %(start)s 以内一档。")
_NOTHING_TAKEN = gettext_lazy("没有扣分事项。")
_TAKEN = gettext_lazy("%(count)s 项，每项扣 %(each)s 分，共扣 %(taken)s 分。")
_NO_REQUIREMENT = gettext_lazy("现为 %(value)s，这一档没有数值要求。")
_REACHED = gettext_lazy("现为 %(value)s，要求 %(least)s，达到。")
_NOT_REACHED = gettext_lazy("现为 %(value)s，要求 %(least)s，没有达到。")
_JUDGED = gettext_lazy("评 %(points)s 分，满分 %(full)s 分。")


def _is_good(rule: "Rule", given: Decimal) -> bool:
    return (given >= 1) is rule.rises


def _yes_no(rule: "Rule", given: Decimal, bar: "Bar | None") -> tuple[Decimal, Why]:
    return rule.points if _is_good(rule, given) else NOUGHT, (_YES if given >= 1 else _NO, {})


def _steps(rule: "Rule", given: Decimal, bar: "Bar | None") -> tuple[Decimal, Why]:
    reached = [(points, start) for start, points in rule.steps if rule.reaches(given, start)]
    if not reached:
        return NOUGHT, (_NO_STEP, {"value": given})
    points, start = max(reached, key=lambda one: (one[0], one[1] if rule.rises else -one[1]))
    return points, (_STEP if rule.rises else _STEP_WITHIN, {"value": given, "start": start})


def _deduction(rule: "Rule", given: Decimal, bar: "Bar | None") -> tuple[Decimal, Why]:
    taken = min(rule.points, max(given, NOUGHT) * rule.per_unit)
    if not taken:
        return rule.points, (_NOTHING_TAKEN, {})
    return rule.points - taken, (_TAKEN, {"count": given, "each": rule.per_unit, "taken": taken})


def _threshold(rule: "Rule", given: Decimal, bar: "Bar | None") -> tuple[Decimal, Why]:
    least = rule.requirements.get(bar.key) if bar is not None else None
    if least is None:
        return rule.points, (_NO_REQUIREMENT, {"value": given})
    if rule.reaches(given, least):
        return rule.points, (_REACHED, {"value": given, "least": least})
    return NOUGHT, (_NOT_REACHED, {"value": given, "least": least})


def _judged(rule: "Rule", given: Decimal, bar: "Bar | None") -> tuple[Decimal, Why]:
    return given, (_JUDGED, {"points": given, "full": rule.points})


POINTS: dict[str, Callable[["Rule", Decimal, "Bar | None"], tuple[Decimal, Why]]] = {
    Method.YES_NO: _yes_no,
    Method.STEPS: _steps,
    Method.DEDUCTION: _deduction,
    Method.THRESHOLD: _threshold,
    Method.JUDGED: _judged,
}


def is_met(rule: "Rule", given: Decimal) -> bool:
    """Of a veto that has neither points nor a requirement: there, or reached, or nothing to deduct for."""
    if rule.method == Method.DEDUCTION:
        return given <= 0
    if rule.method == Method.STEPS:
        return any(rule.reaches(given, start) for start, _points in rule.steps)
    if rule.method == Method.YES_NO:
        return _is_good(rule, given)
    return given > 0
