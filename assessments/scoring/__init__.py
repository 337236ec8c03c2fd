"""How points come of answers: one pure function over values, no database, in ``Decimal``.

    sheet = score(rules, {"1.1": Answer(value=Decimal(24))}, aim="2")
    sheet.total, sheet.conclusion, sheet.lines[0].reason

Gradings, annual assessments, members' assessments and the gap to the next grade all read this.

- 有无 YES_NO: full points for a value of 1 or more; where less is better, for less than 1.
- 分档 STEPS: the points of the best step reached, also where a faulty table gives less points for a higher value.
- 扣分 DEDUCTION: full points less ``per_unit`` for each one counted, not below nought.
- 数值达标 THRESHOLD: full points when the value reaches the requirement of the conclusion looked at; these differ
  between conclusions, so the same answers may give a team more points on the way to 3 级 than on the way to 1 级.
- 评分 JUDGED: the points somebody gave, not above the maximum.

Each line is rounded to a hundredth, so that whoever adds the lines up comes to the total. What does not apply (不适用)
is left out on both sides: bars are compared with the points as they would be out of the full score, rounded once more.
What was not answered gives nought and says so: it is not the same as not met.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from assessments.choices import Method, Subject
from assessments.scoring.methods import CANNOT_BE_LEFT_OUT, NOT_ANSWERED, NOT_APPLICABLE, NOUGHT, POINTS, Why, is_met

_CENT = Decimal("0.01")


class Standing(TextChoices):
    """How a line stands."""

    FULL = "full", gettext_lazy("得满分")
    PART = "part", gettext_lazy("得部分分")
    NONE = "none", gettext_lazy("没有得分")
    UNANSWERED = "unanswered", gettext_lazy("没有填")
    NOT_APPLICABLE = "not_applicable", gettext_lazy("不适用")


# Tone and icon of each standing (generic/_state.html).
STANDING_TONES: dict[str, tuple[str, str]] = {
    Standing.FULL: ("ok", "ok"),
    Standing.PART: ("warn", "warn"),
    Standing.NONE: ("bad", "bad"),
    Standing.UNANSWERED: ("off", "draft"),
    Standing.NOT_APPLICABLE: ("off", "off"),
}


@dataclass(frozen=True)
class Rule:
    """An indicator as a value (``models.Indicator``); headings are left out.

    :ivar steps: (from, points), any order. :ivar requirements: conclusion key → bar.
    :ivar said: what 1 and what 0 mean, of a number that reads oddly (``core.metrics.OfOne``).
    :ivar within: code of the rule that counts what this one counts a part of.
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
    said: tuple[StrOrPromise, StrOrPromise] | None = None
    within: str = ""

    @property
    def rises(self) -> bool:
        """Whether more is better: points given always are, what is deducted for never is."""
        return self.method == Method.JUDGED or (self.more_is_better and self.method != Method.DEDUCTION)

    @property
    def binds(self) -> bool:
        """Whether it asks different things on the way to different conclusions."""
        return self.is_veto or self.method == Method.THRESHOLD

    def reaches(self, value: Decimal, bar: Decimal) -> bool:
        return value >= bar if self.rises else value <= bar


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

    def bar(self, key: str) -> Bar | None:
        return next((bar for bar in self.bars if bar.key == key), None)

    @property
    def lowest(self) -> Bar | None:
        """The least that has to be reached: what somebody missed who reached nothing, or only the rest."""
        return next((bar for bar in reversed(self.bars) if not bar.is_rest), None)

    def line_with(self, rule: Rule, number: Decimal, bar: Bar) -> "Line":
        """The line of a rule with this number. Kept: whoever is held against the standard meets the same steps."""
        key = rule.code, number, bar.key
        if key not in self._lines:
            self._lines[key] = line_of(rule, answered(rule, number), bar)
        return self._lines[key]

    @cached_property
    def _lines(self) -> dict[tuple[str, Decimal, str], "Line"]:
        return {}

    @cached_property
    def steps(self) -> dict[Any, list[Any]]:
        """What ``assessments.gap.way`` keeps of each line and answer: teams by the hundred answer alike."""
        return {}


class Answer(NamedTuple):
    """:ivar value: a number, 1 or 0 for 有无. :ivar points: given by hand, for 评分."""

    value: Decimal | None = None
    points: Decimal | None = None
    not_applicable: bool = False


UNANSWERED = Answer()


class Line(NamedTuple):
    """One indicator's points, and why in one sentence, put together when it is read."""

    rule: Rule
    answer: Answer
    points: Decimal
    standing: Standing
    why: Why
    vetoes: bool = False  # rules out the conclusion looked at

    @property
    def given(self) -> Decimal | None:
        return given_of(self.rule, self.answer)

    @property
    def reason(self) -> str:
        if self.rule.said is not None and not self.answer.not_applicable and self.given in (0, 1):
            return f"{self.rule.said[0 if self.given else 1]}。"
        sentence, numbers = self.why
        return str(sentence) % {name: plain(number) for name, number in numbers.items()} if numbers else str(sentence)

    @property
    def points_shown(self) -> str:
        return plain(self.points)

    @property
    def tone(self) -> str:
        return "bad" if self.vetoes else STANDING_TONES[self.standing][0]

    @property
    def icon(self) -> str:
        return STANDING_TONES[self.standing][1]


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
    def total_shown(self) -> str:
        return plain(self.total)

    @property
    def full_shown(self) -> str:
        return plain(self.full)

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
    :param aim: key of the conclusion the lines are shown for; if not given the one reached, or the lowest with bars
        where none or only the rest is: the one that was missed, so that the total shown says why.
    :param adjustment: points added or taken beside the standard (加分、扣分); the total stays between 0 and ``full``.
    :param vetoed: ruled out beside the standard (一票否决 by an adjustment): only the rest remains.
    """
    lines = Lines(standard, answers)
    reached = next((bar for bar in standard.bars if _is_reached(lines, bar, adjustment, vetoed)), None)
    shown = standard.bar(aim) if aim is not None else None
    shown = shown or (reached if reached is not None and not reached.is_rest else standard.lowest or reached)
    return _sheet(lines, shown, reached, adjustment)


def _is_reached(lines: "Lines", bar: Bar, adjustment: Decimal, vetoed: bool) -> bool:
    if bar.is_rest:
        return True
    if vetoed:
        return False
    sheet = _sheet(lines, bar, None, adjustment)
    return not sheet.vetoes and clears(bar, sheet.total, sheet.subjects)


def clears(bar: Bar, total: Decimal, subjects: Mapping[str, Decimal]) -> bool:
    """Whether the points are enough; vetoes are another question."""
    found = [
        (bar.min_total, total),
        (bar.min_public, subjects.get(Subject.PUBLIC, NOUGHT)),
        (bar.min_professional, subjects.get(Subject.PROFESSIONAL, NOUGHT)),
    ]
    return all(least is None or points >= least for least, points in found)


def _sheet(lines_to: "Lines", bar: Bar | None, reached: Bar | None, adjustment: Decimal) -> ScoreSheet:
    lines = lines_to.to(bar)
    sums = {one: _summed(line for line in lines if line.rule.subject == one) for one in Subject.values}
    earned, applicable, full = (sum((one[place] for one in sums.values()), NOUGHT) for place in range(3))
    return ScoreSheet(
        lines=lines,
        full=full,
        applicable=applicable,
        earned=earned,
        total=bounded(scaled(earned, applicable, full) + adjustment, full),
        subjects={one: scaled(*found) for one, found in sums.items()},
        aim=bar,
        conclusion=reached,
        adjustment=adjustment,
    )


def _summed(lines: Iterable[Line]) -> tuple[Decimal, Decimal, Decimal]:
    """Points earned, points that apply, all points."""
    earned = applicable = full = NOUGHT
    for line in lines:
        full += line.rule.points
        if line.standing != Standing.NOT_APPLICABLE:
            applicable += line.rule.points
            earned += line.points
    return earned, applicable, full


def scaled(earned: Decimal, applicable: Decimal, full: Decimal) -> Decimal:
    """The points out of what all lines could give, from those that apply; where nothing applies, none."""
    return (earned * full / applicable).quantize(_CENT, ROUND_HALF_UP) if applicable else NOUGHT


def bounded(points: Decimal, most: Decimal) -> Decimal:
    return min(max(points, NOUGHT), most)


def given_of(rule: Rule, answer: Answer) -> Decimal | None:
    """The number the line is scored by; None: not answered."""
    return answer.points if rule.method == Method.JUDGED else answer.value


class Lines:
    """The lines of one team or person on the way to each conclusion; most are the same on the way to all of them."""

    def __init__(self, standard: Rules, answers: Mapping[str, Answer]) -> None:
        self._given = [(rule, answers.get(rule.code, UNANSWERED)) for rule in standard.rules]
        self._same = {rule.code: line_of(rule, answer, None) for rule, answer in self._given if not rule.binds}

    def to(self, bar: Bar | None) -> tuple[Line, ...]:
        return tuple([self._same.get(rule.code) or line_of(rule, answer, bar) for rule, answer in self._given])


def answered(rule: Rule, number: Decimal, before: Answer = UNANSWERED) -> Answer:
    """``before`` with this number."""
    if rule.method == Method.JUDGED:
        return before._replace(points=number, not_applicable=False)
    return before._replace(value=number, not_applicable=False)


def line_of(rule: Rule, answer: Answer, bar: Bar | None) -> Line:
    """One line on the way to one conclusion."""
    if answer.not_applicable and rule.may_not_apply:
        return Line(rule, answer, NOUGHT, Standing.NOT_APPLICABLE, (NOT_APPLICABLE, {}))
    given = given_of(rule, answer)
    if given is None:
        why: Why = (CANNOT_BE_LEFT_OUT if answer.not_applicable else NOT_ANSWERED, {})
        return Line(rule, answer, NOUGHT, Standing.UNANSWERED, why, _rules_out(rule, None, NOUGHT, bar))
    points, why = POINTS[rule.method](rule, given, bar)
    points = bounded(points.quantize(_CENT, ROUND_HALF_UP), rule.points)
    vetoes = _rules_out(rule, given, points, bar)
    if rule.points:
        standing = Standing.NONE if not points else Standing.FULL if points == rule.points else Standing.PART
    else:  # a line that only rules out
        standing = Standing.NONE if vetoes else Standing.FULL
    return Line(rule, answer, points, standing, why, vetoes)


def _rules_out(rule: Rule, given: Decimal | None, points: Decimal, bar: Bar | None) -> bool:
    """Whether the line vetoes the conclusion.

    A veto with requirements binds only the conclusions they name; one without binds all that have bars, and rules them
    out when the line gets nothing.
    """
    if not rule.is_veto or bar is None or bar.is_rest:
        return False
    if rule.requirements:
        least = rule.requirements.get(bar.key)
        return least is not None and (given is None or not rule.reaches(given, least))
    return given is None or (not points if rule.points else not is_met(rule, given))


def plain(number: Decimal) -> str:
    """Without trailing noughts or an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
