"""Teams below an office held against one standard, in tree order; and which single thing helps most of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from assessments import measures
from assessments.choices import Method
from assessments.fixing import fix_for
from assessments.gap import words
from assessments.gap.known import Known, shown, with_unit
from assessments.gap.shares import counts_behind
from assessments.gap.standards import SPECIALTIES, closed_to
from assessments.models import Conclusion, Indicator, Standard
from assessments.rules import made
from assessments.scoring import Bar, Rules, ScoreSheet, score
from assessments.steps import Outlook, Way, next_above, way_of
from core import metrics
from teams.models import Team


def judged_by(standard: Standard) -> Q:
    """Teams the standard is about: of its category, as main or other; of any where it names none."""
    if standard.category_id:
        keys = [standard.category_id]
    elif standard.specialty:
        keys = [key for key, specialties in SPECIALTIES.items() if standard.specialty in specialties]
    else:
        return Q()
    return Q(main_category__in=keys) | Q(other_categories__overlap=keys)


class TeamLine:
    """One team. :ivar closed: why the standard does not apply to it; then it has no sheet."""

    def __init__(self, team: Team, standard: Standard, rules: Rules, indicators: Sequence[Indicator], known: Known):
        self.team, self.known = team, known
        self.closed: StrOrPromise = closed_to(standard, team)
        self.rules, self.answers = rules, known.answers(indicators)

    @cached_property
    def sheet(self) -> ScoreSheet | None:
        return None if self.closed else score(self.rules, self.answers)

    @cached_property
    def next(self) -> Bar | None:
        """The conclusion one better than what is reached; None at the top."""
        return next_above(self.rules, self.sheet.conclusion) if self.sheet else None

    @cached_property
    def outlook(self) -> Outlook | None:
        return Outlook(self.rules, self.answers, self.next) if self.next else None

    @cached_property
    def way(self) -> Way | None:
        return way_of(self.outlook) if self.outlook else None

    @property
    def reached(self) -> str:
        return self.sheet.conclusion.name if self.sheet and self.sheet.conclusion else ""

    @property
    def points_short(self) -> Decimal:
        return self.outlook.points_short if self.outlook else Decimal(0)


@dataclass(frozen=True)
class Remedy:
    """One thing to put right for everybody: lines that one course, one purchase or one piece of work brings up.

    :ivar lifts: teams that would reach their next conclusion by it alone. :ivar gains: teams that would gain points, or
        lose a veto. :ivar sort: 培训, 演练, … what kind of thing it is.
    """

    name: str
    sort: StrOrPromise
    codes: tuple[str, ...]
    lifts: tuple[TeamLine, ...]
    gains: int
    evidence: str = ""


@dataclass(frozen=True)
class LeagueGap:
    standard: Standard
    indicators: list[Indicator]
    conclusions: list[Conclusion]
    teams: list[Team]
    known: Mapping[int, Known]

    @cached_property
    def rules(self) -> Rules:
        return made(self.indicators, self.conclusions)

    @cached_property
    def scored(self) -> list[Indicator]:
        return [one for one in self.indicators if one.method != Method.HEADING]

    @cached_property
    def lines(self) -> list[TeamLine]:
        unknown = Known()
        return [
            TeamLine(team, self.standard, self.rules, self.scored, self.known.get(team.pk, unknown))
            for team in self.teams
        ]

    @cached_property
    def remedies(self) -> list[Remedy]:
        """What lifts most teams first, then what gives most teams points; what helps nobody is left out."""
        found = [self._remedy(ones) for ones in _things(self.scored).values()]
        return sorted((one for one in found if one.gains), key=lambda one: (-len(one.lifts), -one.gains))

    def _remedy(self, ones: Sequence[Indicator]) -> Remedy:
        codes = tuple(one.code for one in ones)
        open_ones = [line for line in self.lines if line.outlook]
        lifts = tuple(line for line in open_ones if line.outlook and line.outlook.alone(codes))
        gains = sum(1 for line in open_ones if line.outlook and set(codes) & set(line.outlook.options))
        evidence = _("；").join(dict.fromkeys(one.evidence for one in ones if one.evidence))
        return Remedy(_name(ones), _sort(ones[0]), codes, lifts, gains, evidence)

    @cached_property
    def counts(self) -> list[tuple[str, int]]:
        """How many teams reach what now, best first; those that reach nothing and those it does not apply to last."""
        names = [bar.name for bar in self.rules.bars]
        told = [(name, sum(1 for line in self.lines if line.reached == name)) for name in names]
        nothing = sum(1 for line in self.lines if line.sheet and not line.reached)
        closed = sum(1 for line in self.lines if line.closed)
        return [*told, (_("未达到"), nothing), *([(_("不适用"), closed)] if closed else [])]

    @cached_property
    def summary(self) -> str:
        """Which one thing helps most, in one sentence."""
        if not any(line.sheet for line in self.lines):
            return ""
        if not any(line.next for line in self.lines):
            return _("这些队伍都已经达到最高一档。")
        if not self.remedies:
            return _("按现有标准，没有哪一项补齐后能增加得分。")
        best = self.remedies[0]
        words_ = {"name": best.name, "sort": best.sort, "n": len(best.lifts), "gains": best.gains}
        if best.lifts:
            return (
                ngettext(
                    "只补“%(name)s”一项（%(sort)s），就有 %(n)s 支队伍能升一档，在各项中最多。",
                    "只补“%(name)s”一项（%(sort)s），就有 %(n)s 支队伍能升一档，在各项中最多。",
                    len(best.lifts),
                )
                % words_
            )
        return (
            ngettext(
                "没有哪一项单独补齐就能使队伍升档；补“%(name)s”（%(sort)s）能让 %(gains)s 支队伍增加得分，面最广。",
                "没有哪一项单独补齐就能使队伍升档；补“%(name)s”（%(sort)s）能让 %(gains)s 支队伍增加得分，面最广。",
                best.gains,
            )
            % words_
        )


def _things(indicators: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    """Lines that one and the same thing brings up: those read from one count stand together."""
    found: dict[str, list[Indicator]] = {}
    for one in indicators:
        metric = measures.of(one)
        found.setdefault(counts_behind(metric.name)[0] if metric else f"={one.code}", []).append(one)
    return found


def _name(ones: Sequence[Indicator]) -> str:
    metric = measures.of(ones[0])
    return ones[0].name if len(ones) == 1 or metric is None else str(metrics.get(counts_behind(metric.name)[0]).label)


def _sort(indicator: Indicator) -> StrOrPromise:
    metric = measures.of(indicator)
    if metric is None:
        return _("现场测评") if indicator.method == Method.JUDGED else _("装备、制度或材料")
    fix = fix_for(metric.name)
    return _("培训") if fix and fix.course else _("演练") if metric.name.startswith("drills_") else _("日常工作")


# -- cells ----------------------------------------------------------------------------------------------------
def cells(line: TeamLine, indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """How the team stands in each line on the way to its next conclusion."""
    if line.sheet is None:
        return []
    lines = line.outlook.lines if line.outlook else line.sheet.lines
    by_code = {one.rule.code: one for one in lines}
    found = []
    for indicator in indicators:
        one = by_code[indicator.code]
        missing = words.missing(one, indicator, line.outlook, line.known.numbers) if line.outlook else ""
        found.append({"line": one, "indicator": indicator, "now": number_shown(indicator, line), "missing": missing})
    return found


def number_shown(indicator: Indicator, line: TeamLine) -> str:
    metric = measures.of(indicator)
    if metric is not None and metric.name in line.known.numbers:
        return with_unit(line.known.numbers[metric.name], indicator)
    return shown(indicator, line.answers.get(indicator.code))


def to_do(line: TeamLine, indicators: Iterable[Indicator]) -> list[str]:
    """The shortest list of things to do, in words."""
    return words.to_do_list(line.way, indicators, line.known.numbers)
