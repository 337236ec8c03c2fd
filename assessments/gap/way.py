"""The way to a conclusion: what stands between, and the fewest things to put right. Pure, like ``assessments.scoring``.

    way = way_of(Outlook(rules, answers, rules.bar("2")))
    [(change.rule.name, change.now, change.to) for change in way.changes]

Fewest lines first; among ways with as few, the one that changes least, where each change is measured as a share of its
line's own scale (from nothing to its best step), so that people, drills and hours can be added up. What the records
say of the one team (已确认) is put right by a paper, and counts little; a part that would outgrow its whole, such as
more insured than there are members, counts the people to be found for it too.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

from assessments.choices import Method, Subject
from assessments.gap.frontier import Item, Need, fewest
from assessments.scoring import (
    NOUGHT,
    UNANSWERED,
    Answer,
    Bar,
    Line,
    Lines,
    Rule,
    Rules,
    ScoreSheet,
    Standing,
    answered,
    score,
)

_HALF_CENT = Fraction(1, 200)
_FINE = 10**6  # how finely effort is measured
_PAPER = Decimal("0.1")  # of a scale
_MOST_LEVELS = 100


@dataclass(frozen=True)
class Change:
    """One line put right: its number from ``now`` (None: not answered) to ``to``.

    :ivar gain: points it brings. :ivar effort: how far it is, a million a scale. :ivar frees: clears its veto.
    """

    rule: Rule
    now: Decimal | None
    to: Decimal
    gain: Decimal
    effort: int
    frees: bool

    @property
    def by(self) -> Decimal:
        return abs(self.to - (self.now or NOUGHT))

    def made_in(self, answers: Mapping[str, Answer]) -> dict[str, Answer]:
        return {**answers, self.rule.code: answered(self.rule, self.to, answers.get(self.rule.code, UNANSWERED))}


@dataclass(frozen=True)
class Way:
    """:ivar changes: in the standard's order; none: it is reached."""

    outlook: "Outlook"
    changes: tuple[Change, ...]

    @cached_property
    def sheet(self) -> ScoreSheet:
        """As it would be then."""
        seen = self.outlook
        after: Mapping[str, Answer] = seen.answers
        for change in self.changes:
            after = change.made_in(after)
        return score(seen.standard, after, aim=seen.aim.key, adjustment=seen.adjustment)


class Outlook:
    """One team's answers seen from one conclusion: what is missing, and what each line could still give."""

    def __init__(
        self, standard: Rules, answers: Mapping[str, Answer], aim: Bar, *, adjustment: Decimal = NOUGHT
    ) -> None:
        self.standard, self.answers, self.aim, self.adjustment = standard, answers, aim, adjustment
        self.lines = Lines(standard, answers).to(aim)

    @cached_property
    def vetoes(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.vetoes)

    @cached_property
    def need(self) -> Need | None:
        """Points still to be gained, in hundredths, per subject and in all. None: no points could be enough."""
        bar = self.aim
        found = [
            self._short(bar.min_public, Subject.PUBLIC),
            self._short(bar.min_professional, Subject.PROFESSIONAL),
            self._short(bar.min_total, None),
        ]
        return None if None in found else Need(*found)  # type: ignore[arg-type]

    @property
    def points_short(self) -> Decimal:
        """Of the total. By points alone; vetoes are another question."""
        return Decimal(self.need.total) / 100 if self.need else NOUGHT

    @cached_property
    def options(self) -> dict[str, list[Change]]:
        """Code → each better step the line could stand at, the nearest first; lines without one are left out."""
        kept, found = self.standard.steps, {}
        now = {line.rule.code: line.given for line in self.lines}
        for line in self.lines:
            whole = now.get(line.rule.within)
            mark = line.rule.code, line.answer, self.aim.key, whole
            if mark not in kept:
                kept[mark] = _options(self.standard, line, self.aim, whole)
            if kept[mark]:
                found[line.rule.code] = kept[mark]
        return found

    def alone(self, codes: Collection[str]) -> bool:
        """Whether these lines put right, and nothing else, reach the conclusion."""
        if self.need is None or any(line.rule.code not in codes for line in self.vetoes):
            return False
        best = [self.options[code][-1] for code in codes if code in self.options]
        if sum(change.frees for change in best) < len(self.vetoes):
            return False
        gains = dict.fromkeys(Subject.values, 0)
        for change in best:
            gains[change.rule.subject] += _cents(change.gain)
        return bool(best) and self.need.met(gains[Subject.PUBLIC], gains[Subject.PROFESSIONAL])

    def _short(self, least: Decimal | None, subject: str | None) -> int | None:
        """Hundredths missing at ``least`` points of a subject, or of all; exact, as ``scoring.scaled`` rounds."""
        of = [line for line in self.lines if subject is None or line.rule.subject == subject]
        full = sum((line.rule.points for line in of), NOUGHT)
        wanted = least
        if least is not None and subject is None:
            if least > full:
                return None
            wanted = (least - self.adjustment).quantize(Decimal("0.01"), ROUND_CEILING) if least > 0 else None
        if wanted is None or wanted <= 0:
            return 0
        counted = [line for line in of if line.standing != Standing.NOT_APPLICABLE]
        applicable = sum((line.rule.points for line in counted), NOUGHT)
        if not applicable or wanted > full:
            return None
        earned = sum((line.points for line in counted), NOUGHT)
        wanted_earned = (Fraction(wanted) - _HALF_CENT) * Fraction(applicable) / Fraction(full)
        return max(0, ceil((wanted_earned - Fraction(earned)) * 100))


def way_of(outlook: Outlook) -> Way | None:
    """The shortest way to the conclusion it is seen from; None where nothing anybody could do reaches it."""
    need = outlook.need
    if need is None:
        return None
    must = [_item(outlook.options.get(line.rule.code, []), frees=True) for line in outlook.vetoes]
    bound = {line.rule.code for line in outlook.vetoes}
    may = [_item(changes) for code, changes in outlook.options.items() if code not in bound]
    if any(not item.options for item in must):
        return None
    chosen = fewest(must, [item for item in may if item.options], need)
    if chosen is None:
        return None
    order = {rule.code: position for position, rule in enumerate(outlook.standard.rules)}
    return Way(outlook, tuple(sorted(chosen, key=lambda change: order[change.rule.code])))


def next_above(standard: Rules, reached: Bar | None) -> Bar | None:
    """The conclusion one better than ``reached``; the lowest with bars for who reached none. None at the top."""
    if reached is None or reached.is_rest:
        return standard.lowest
    place = standard.bars.index(reached)
    return standard.bars[place - 1] if place else None


def _item(changes: list[Change], *, frees: bool = False) -> Item:
    """:param frees: only what clears the veto."""
    kept = [change for change in changes if change.frees or not frees]
    kept = kept if frees else [change for change in kept if change.gain]
    options = tuple((_cents(change.gain), change.effort, change) for change in kept)
    return Item(kept[0].rule.subject if kept else Subject.PUBLIC, options)


def _cents(points: Decimal) -> int:
    return int(points * 100)


def _options(standard: Rules, line: Line, aim: Bar, whole: Decimal | None) -> list[Change]:
    """Each gains more than the one before it, or is the first to clear the veto. ``whole``: what it is a part of."""
    if line.standing == Standing.NOT_APPLICABLE:
        return []
    rule, now = line.rule, line.given
    levels = _ordered(rule, now, set(_levels(rule, now, aim)))
    far = max((abs(level) for level in (*levels, now or NOUGHT)), default=NOUGHT)
    start = now if now is not None else NOUGHT if rule.rises else far
    kept: list[Change] = []
    most, freed = NOUGHT, not line.vetoes
    for level in levels:
        after = standard.line_with(rule, level, aim)
        gain, frees = after.points - line.points, line.vetoes and not after.vetoes
        if gain > most or (frees and not freed):
            share = min(abs(level - start) / far, Decimal(1)) if far and rule.method != Method.YES_NO else Decimal(1)
            share = _PAPER if rule.said else share
            beyond = (level - whole) / level if whole is not None and level > whole else NOUGHT
            kept.append(Change(rule, now, level, gain, int((share + beyond) * _FINE), frees))
            most, freed = max(gain, most), freed or frees
    return kept


def _ordered(rule: Rule, now: Decimal | None, levels: set[Decimal]) -> list[Decimal]:
    """Those beyond ``now``, the nearest first."""
    beyond = [level for level in levels if now is None or (level > now if rule.rises else level < now)]
    return sorted(beyond, reverse=not rule.rises)


def _levels(rule: Rule, now: Decimal | None, aim: Bar) -> Iterator[Decimal]:
    """Numbers at which something changes."""
    yield from _BY_METHOD[rule.method](rule, now)
    least = rule.requirements.get(aim.key)
    if least is not None and (rule.is_veto or rule.method == Method.THRESHOLD):
        yield least
    elif rule.method == Method.THRESHOLD and now is None:
        yield NOUGHT  # any number will do
    if rule.is_veto and not rule.points and rule.rises:
        yield Decimal(1)


def _of_deduction(rule: Rule, now: Decimal | None) -> Iterator[Decimal]:
    yield NOUGHT
    if now is None or not rule.per_unit:
        return
    last = min(ceil(now) - 1, int(rule.points / rule.per_unit))
    yield from map(Decimal, range(last, 0, -max(1, last // _MOST_LEVELS)))


def _of_judged(rule: Rule, now: Decimal | None) -> Iterator[Decimal]:
    yield rule.points
    first, last = int(now or NOUGHT) + 1, int(rule.points)
    yield from map(Decimal, range(first, last + 1, max(1, (last - first) // _MOST_LEVELS)))


_BY_METHOD: dict[str, Any] = {
    Method.YES_NO: lambda rule, now: iter([Decimal(1) if rule.rises else NOUGHT]),
    Method.STEPS: lambda rule, now: (start for start, _points in rule.steps),
    Method.DEDUCTION: _of_deduction,
    Method.THRESHOLD: lambda rule, now: iter(()),
    Method.JUDGED: _of_judged,
}
