"""How points come of answers: one pure function over values, no database, in ``Decimal`` (design §9).

    sheet = score(rules, {"1.1": Answer(value=Decimal(24))}, aim="2")
    sheet.total, sheet.conclusion, sheet.lines[0].reason

Gradings, annual assessments, members' assessments and the gap to the next grade all read this.

- 有无 YES_NO: full points for a value of 1 or more.
- 分档 STEPS: the points of the best step reached.
- 扣分 DEDUCTION: full points less ``per_unit`` for each one counted, not below nought.
- 数值达标 THRESHOLD: full points when the value reaches the requirement of the conclusion looked at; these differ
  between conclusions, so the same answers may give a team more points on the way to 3 级 than on the way to 1 级.
- 评分 JUDGED: the points somebody gave, not above the maximum.

What does not apply (不适用) is left out on both sides: bars are compared with the points as they would be out of the
full score. What was not answered gives nought and says so: it is not the same as not met.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Method, Subject

NOUGHT = Decimal(0)
_CENT = Decimal("0.01")


class Standing(TextChoices):
    """How a line stands."""

    FULL = "full", gettext_lazy("得满分")
    PART = "part", gettext_lazy("得部分分")
    NONE = "none", gettext_lazy("没有得分")
    UNANSWERED = "unanswered", gettext_lazy("没有填")
    NOT_APPLICABLE = "not_applicable", gettext_lazy("不适用")


@dataclass(frozen=True)
class Rule:
    """An indicator as a value (``models.Indicator``); headings are left out.

    :ivar steps: (from, points), any order. :ivar requirements: conclusion key → bar.
    """

    code: str
    name: str
    method: str
    points: Decimal
    subject: str = Subject.PUBLIC
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    per_unit: Decimal = NOUGHT
    requirements: Mapping[str, Decimal] = field(default_factory=dict)
    more_is_better: bool = True
    is_veto: bool = False
    may_not_apply: bool = False

    def reaches(self, value: Decimal, bar: Decimal) -> bool:
        return value >= bar if self.more_is_better else value <= bar


@dataclass(frozen=True)
class Bar:
    """A conclusion as a value (``models.Conclusion``)."""

    key: str
    name: str
    min_total: Decimal | None = None
    min_public: Decimal | None = None
    min_professional: Decimal | None = None

    @property
    def is_rest(self) -> bool:
        """Takes whoever reached no other."""
        return self.min_total is self.min_public is self.min_professional is None


@dataclass(frozen=True)
class Rules:
    """A standard as a value: its scored indicators in order, its conclusions best first."""

    rules: tuple[Rule, ...]
    bars: tuple[Bar, ...] = ()

    @property
    def full(self) -> Decimal:
        return sum((rule.points for rule in self.rules), NOUGHT)


@dataclass(frozen=True)
class Answer:
    """:ivar value: a number, 1 or 0 for 有无. :ivar points: given by hand, for 评分."""

    value: Decimal | None = None
    points: Decimal | None = None
    not_applicable: bool = False


UNANSWERED = Answer()


@dataclass(frozen=True)
class Line:
    """One indicator's points, and why in one sentence."""

    rule: Rule
    answer: Answer
    points: Decimal
    standing: Standing
    reason: str
    vetoes: bool = False  # rules out the conclusion looked at


@dataclass(frozen=True)
class ScoreSheet:
    """:ivar total: out of ``full``, also where something did not apply. :ivar earned: out of ``applicable``.
    :ivar aim: the conclusion the lines were made for. :ivar conclusion: the best reached, None if none is.
    """

    lines: tuple[Line, ...]
    full: Decimal
    applicable: Decimal
    earned: Decimal
    total: Decimal
    subjects: Mapping[str, Decimal]
    aim: Bar | None
    conclusion: Bar | None
    adjustment: Decimal = NOUGHT

    @property
    def vetoes(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.vetoes)

    @property
    def unanswered(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.standing == Standing.UNANSWERED)


def score(
    standard: Rules,
    answers: Mapping[str, Answer],
    *,
    aim: str | None = None,
    adjustment: Decimal = NOUGHT,
    vetoed: bool = False,
) -> ScoreSheet:
    """The sheet of one team or person under one standard.

    :param answers: indicator code → answer; what is missing is unanswered, what the standard does not know is ignored.
    :param aim: key of the conclusion the lines are shown for; the one reached if not given, else the best.
    :param adjustment: points added or taken beside the standard (加分、扣分); the total stays between 0 and ``full``.
    :param vetoed: ruled out beside the standard (一票否决 by an adjustment): only the rest remains.
    """
    reached = next((bar for bar in standard.bars if _is_reached(standard, answers, bar, adjustment, vetoed)), None)
    wanted = next((bar for bar in standard.bars if bar.key == aim), None) if aim is not None else reached
    shown = wanted or (standard.bars[0] if standard.bars else None)
    return _sheet(standard, answers, shown, reached, adjustment)


def _is_reached(standard: Rules, answers: Mapping[str, Answer], bar: Bar, adjustment: Decimal, vetoed: bool) -> bool:
    if bar.is_rest:
        return True
    sheet = _sheet(standard, answers, bar, None, adjustment)
    if vetoed or sheet.vetoes:
        return False
    found = [
        (bar.min_total, sheet.total),
        (bar.min_public, sheet.subjects.get(Subject.PUBLIC, NOUGHT)),
        (bar.min_professional, sheet.subjects.get(Subject.PROFESSIONAL, NOUGHT)),
    ]
    return all(least is None or points >= least for least, points in found)


def _sheet(
    standard: Rules, answers: Mapping[str, Answer], bar: Bar | None, reached: Bar | None, adjustment: Decimal
) -> ScoreSheet:
    lines = tuple(_line(rule, answers.get(rule.code, UNANSWERED), bar) for rule in standard.rules)
    counted = [line for line in lines if line.standing != Standing.NOT_APPLICABLE]
    earned = sum((line.points for line in counted), NOUGHT)
    total = _scaled(lines) + adjustment
    return ScoreSheet(
        lines=lines,
        full=standard.full,
        applicable=sum((line.rule.points for line in counted), NOUGHT),
        earned=earned,
        total=min(max(total, NOUGHT), standard.full),
        subjects={one: _scaled([line for line in lines if line.rule.subject == one]) for one in Subject.values},
        aim=bar,
        conclusion=reached,
        adjustment=adjustment,
    )


def _scaled(lines: Sequence[Line]) -> Decimal:
    """The points out of what all lines could give, from those that apply."""
    counted = [line for line in lines if line.standing != Standing.NOT_APPLICABLE]
    applicable = sum((line.rule.points for line in counted), NOUGHT)
    if not applicable:
        return NOUGHT
    full = sum((line.rule.points for line in lines), NOUGHT)
    earned = sum((line.points for line in counted), NOUGHT)
    return (earned * full / applicable).quantize(_CENT, ROUND_HALF_UP)


def _line(rule: Rule, answer: Answer, bar: Bar | None) -> Line:
    if answer.not_applicable and rule.may_not_apply:
        return Line(rule, answer, NOUGHT, Standing.NOT_APPLICABLE, _("不适用，不计入总分。"))
    given = answer.points if rule.method == Method.JUDGED else answer.value
    if given is None:
        reason = _("本项不能选不适用，还没有填。") if answer.not_applicable else _("还没有填，按零分算。")
        return Line(rule, answer, NOUGHT, Standing.UNANSWERED, reason, _rules_out(rule, None, bar))
    points, reason = _POINTS[rule.method](rule, given, bar)
    points = min(max(points, NOUGHT), rule.points)
    standing = Standing.NONE if not points else Standing.FULL if points == rule.points else Standing.PART
    if not rule.points:  # a line that only rules out
        standing = Standing.NONE if _rules_out(rule, given, bar) else Standing.FULL
    return Line(rule, answer, points, standing, reason, _rules_out(rule, given, bar))


def _rules_out(rule: Rule, given: Decimal | None, bar: Bar | None) -> bool:
    """Whether the line vetoes the conclusion. A veto with requirements binds only the conclusions they name."""
    if not rule.is_veto or bar is None or bar.is_rest:
        return False
    if rule.requirements:
        least = rule.requirements.get(bar.key)
        return least is not None and (given is None or not rule.reaches(given, least))
    return given is None or given <= 0


# -- one function per method: (rule, given, conclusion) → points, why -----------------------------------------
def _yes_no(rule: Rule, given: Decimal, bar: Bar | None) -> tuple[Decimal, str]:
    return (rule.points, _("有。")) if given >= 1 else (NOUGHT, _("没有。"))


def _steps(rule: Rule, given: Decimal, bar: Bar | None) -> tuple[Decimal, str]:
    reached = [(start, points) for start, points in rule.steps if rule.reaches(given, start)]
    words = {"value": plain(given)}
    if not reached:
        return NOUGHT, _("现为 %(value)s，没有达到最低一档。") % words
    start, points = max(reached, key=lambda one: one[1])
    words |= {"start": plain(start)}
    return points, (
        _("现为 %(value)s，达到 %(start)s 一档。")
        if rule.more_is_better
        else _("现为 %(value)s，在 %(start)s 以内一档。")
    ) % words


def _deduction(rule: Rule, given: Decimal, bar: Bar | None) -> tuple[Decimal, str]:
    taken = min(rule.points, max(given, NOUGHT) * rule.per_unit)
    if not taken:
        return rule.points, _("没有扣分事项。")
    words = {"count": plain(given), "each": plain(rule.per_unit), "taken": plain(taken)}
    return rule.points - taken, _("%(count)s 项，每项扣 %(each)s 分，共扣 %(taken)s 分。") % words


def _threshold(rule: Rule, given: Decimal, bar: Bar | None) -> tuple[Decimal, str]:
    least = rule.requirements.get(bar.key) if bar is not None else None
    if least is None:
        return rule.points, _("现为 %(value)s，这一档没有数值要求。") % {"value": plain(given)}
    words = {"value": plain(given), "least": plain(least)}
    if rule.reaches(given, least):
        return rule.points, _("现为 %(value)s，要求 %(least)s，达到。") % words
    return NOUGHT, _("现为 %(value)s，要求 %(least)s，没有达到。") % words


def _judged(rule: Rule, given: Decimal, bar: Bar | None) -> tuple[Decimal, str]:
    return given, _("评 %(points)s 分，满分 %(full)s 分。") % {"points": plain(given), "full": plain(rule.points)}


_POINTS: dict[str, Callable[[Rule, Decimal, Bar | None], tuple[Decimal, str]]] = {
    Method.YES_NO: _yes_no,
    Method.STEPS: _steps,
    Method.DEDUCTION: _deduction,
    Method.THRESHOLD: _threshold,
    Method.JUDGED: _judged,
}


def plain(number: Decimal) -> str:
    """Without trailing noughts or an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def total_of(lines: Iterable[Line]) -> Decimal:
    """The plain sum of their points."""
    return sum((line.points for line in lines), NOUGHT)
