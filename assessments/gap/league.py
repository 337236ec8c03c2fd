"""Teams below an office held against one standard, in tree order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from assessments.choices import Method
from assessments.gap import words
from assessments.gap.known import Known, shown, with_unit
from assessments.gap.way import Outlook, Way, next_above, way_of
from assessments.models import Conclusion, Indicator, Standard
from assessments.scoring import Bar, Line, Rules, ScoreSheet, Standing, score
from assessments.scoring.rules import made
from assessments.standards import measures
from assessments.standards.applicable import SPECIALTIES, closed_to
from core.chips import chip
from core.escaping import markup
from teams.models import Team

_DONE = mark_safe(' class="zero"')


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
class LeagueGap:
    standard: Standard
    indicators: list[Indicator]
    conclusions: list[Conclusion]
    teams: Sequence[Team]
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


# -- cells ----------------------------------------------------------------------------------------------------
class Cells:
    """How teams stand in each line on the way to their next conclusion, as cells of the table: a chip, and what is
    missing. Made here and not in a template, of which a page of ten teams would draw hundreds; what several
    teams answer alike is written once.

    :param columns: each with its name as a narrow screen shows it beside the cell.
    """

    def __init__(self, columns: Iterable[tuple[Indicator, str]]) -> None:
        self._columns = [(one, label, measures.of(one)) for one, label in columns]
        self._made: dict[Any, SafeString] = {}

    def of(self, line: TeamLine) -> SafeString:
        if line.sheet is None:
            return SafeString()
        lines = line.outlook.lines if line.outlook else line.sheet.lines
        by_code = {one.rule.code: one for one in lines}
        numbers, aim = line.known.numbers, line.next.key if line.next else ""
        found = []
        for indicator, label, metric in self._columns:
            one = by_code[indicator.code]
            # all that is written hangs on the answer; of a metric also on numbers of the records
            about = words.numbers_of(metric, numbers) if metric else ()
            mark = one.rule.code, one.answer, aim, about
            if mark not in self._made:
                self._made[mark] = _cell(one, indicator, label, line)
            found.append(self._made[mark])
        return mark_safe("".join(found))  # noqa: S308 - cells made here


def _cell(one: Line, indicator: Indicator, label: str, line: TeamLine) -> SafeString:
    missing = words.missing(one, indicator, line.outlook, line.known.numbers) if line.outlook else ""
    done = one.standing == Standing.NOT_APPLICABLE or (one.standing == Standing.FULL and not one.vetoes)
    more = markup("<small>{}</small>", missing) if missing else SafeString()
    sort = _DONE if done else SafeString()
    return markup('<td data-label="{}"{}><span>{}{}</span></td>', label, sort, _chip(one, indicator, line), more)


def _chip(one: Line, indicator: Indicator, line: TeamLine) -> SafeString:
    if one.vetoes:
        return chip("bad", _("一票否决"))
    return chip(one.tone, number_shown(indicator, line) or one.standing.label, one.icon)


def number_shown(indicator: Indicator, line: TeamLine) -> str:
    metric = measures.of(indicator)
    if metric is not None and metric.name in line.known.numbers:
        return with_unit(line.known.numbers[metric.name], indicator)
    return shown(indicator, line.answers.get(indicator.code))


def to_do(line: TeamLine, indicators: Iterable[Indicator]) -> list[str]:
    """The shortest list of things to do, in words."""
    return words.to_do_list(line.way, indicators, line.known.numbers)
