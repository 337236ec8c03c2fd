"""Answers and requirements as a person reads them."""

from decimal import Decimal

from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.models import Indicator
from assessments.scoring import Answer, plain
from assessments.standards import measures


def told(indicator: Indicator, answer: Answer | None) -> str:
    """What was answered; empty: nothing."""
    if answer is None or answer == Answer():
        return ""
    if answer.not_applicable:
        return _("不适用")
    if answer.points is not None:
        return _("%(points)s 分") % {"points": plain(answer.points)}
    assert answer.value is not None, "it is not empty"
    if indicator.method == Method.YES_NO:
        return measures.of_one(indicator, answer.value) or (_("有") if answer.value >= 1 else _("没有"))
    space = "" if indicator.unit == "%" else " "
    return measures.of_one(indicator, answer.value) or f"{plain(answer.value)}{space}{indicator.unit}".strip()


def asked(indicator: Indicator, grade: str) -> str:
    """What the standard requires for a grade: in words where it says so, else the number."""
    text = str(indicator.texts.get(grade, ""))
    bar = indicator.requirements.get(grade)
    if bar is None:
        return text
    words = {"bar": bar, "unit": indicator.unit}
    number = _("不少于 %(bar)s %(unit)s") if indicator.more_is_better else _("不多于 %(bar)s %(unit)s")
    return f"{text} {number % words}".strip()


def of_one(indicator: Indicator) -> list[str]:
    """What to put in and what it gives, one a line, of a count of teams where it is one team that is scored: nobody
    knows by himself that 0 is 已确认. Empty for all else."""
    said = [measures.of_one(indicator, Decimal(number)) for number in (0, 1)]
    if not all(said):
        return []
    words = _("填 0 为%(no)s，填 1 为%(one)s") % {"no": said[0], "one": said[1]}
    gives = _("%(what)s得 %(points)s 分")
    steps = [(measures.of_one(indicator, Decimal(step["from"])), step["points"]) for step in indicator.steps]
    return [words, *(gives % {"what": what, "points": points} for what, points in steps if what)]


def steps_of(indicator: Indicator) -> list[str]:
    """分档 in words, one a line."""
    if lines := of_one(indicator):
        return lines
    said = _("%(start)s 起得 %(points)s 分") if indicator.more_is_better else _("%(start)s 以内得 %(points)s 分")
    return [said % {"start": step["from"], "points": step["points"]} for step in indicator.steps]
