"""What was typed for a member, as answers and as a sheet."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.models import Indicator, MemberScore
from assessments.scoring import UNANSWERED, Answer, Rules, ScoreSheet, plain, score

NOT_APPLICABLE = "/"
_SAME = {NOT_APPLICABLE, "不适用"}
_CENT = Decimal("0.01")
_MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class Typed:
    """A cell as it came; ``error`` where it is no answer to the indicator."""

    answer: Answer
    error: str = ""


def answer_of(row: MemberScore) -> Answer:
    return Answer(row.value, row.points, row.not_applicable)


def sheet_of(rules: Rules, scores: Iterable[MemberScore], codes: Mapping[int, str]) -> ScoreSheet:
    """``codes``: key of the indicator → its code."""
    return score(rules, {codes[row.indicator_id]: answer_of(row) for row in scores})


def text_of(indicator: Indicator, answer: Answer) -> str:
    """What the cell holds."""
    if answer.not_applicable:
        return NOT_APPLICABLE
    given = answer.points if indicator.method == Method.JUDGED else answer.value
    return "" if given is None else plain(given)


def in_words(indicator: Indicator, text: str) -> str:
    """A cell for whoever only reads."""
    if text == NOT_APPLICABLE:
        return _("不适用")
    return {"1": _("有"), "0": _("没有")}.get(text, text) if indicator.method == Method.YES_NO else text


def read(indicator: Indicator, text: str) -> Typed:
    """A cell's text: empty, a number, 1 or 0 for 有无, ``/`` for 不适用."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return Typed(UNANSWERED)
    if text in _SAME:
        if indicator.may_not_apply:
            return Typed(Answer(not_applicable=True))
        return Typed(UNANSWERED, _("%(name)s：不能选不适用。") % {"name": indicator.name})
    number = _number(text)
    most = _most(indicator)
    if number is None or number > most:
        words = {"name": indicator.name, "most": plain(most)}
        if indicator.method == Method.JUDGED:
            return Typed(UNANSWERED, _("%(name)s：应为 0 到 %(most)s 的数，最多两位小数。") % words)
        return Typed(UNANSWERED, _("%(name)s：应为不小于 0 的数，最多两位小数。") % words)
    return Typed(Answer(points=number) if indicator.method == Method.JUDGED else Answer(value=number))


def _most(indicator: Indicator) -> Decimal:
    if indicator.method == Method.JUDGED:
        return indicator.points
    return Decimal(1) if indicator.method == Method.YES_NO else _MOST - 1


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    sound = number.is_finite() and 0 <= number < _MOST and number == number.quantize(_CENT)
    return number if sound else None
