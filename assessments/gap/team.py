"""One team held against one standard: everything its page shows, from what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import Method, Purpose
from assessments.forms.whatif import WhatIfForm
from assessments.gap import words
from assessments.gap.fixes import link_for
from assessments.gap.known import Known, shown, with_unit
from assessments.gap.sheet_layout import laid_out
from assessments.gap.way import Outlook, Way, next_above, way_of
from assessments.gradings.claims import period_until
from assessments.models import Conclusion, Indicator, Standard
from assessments.scoring import Bar, ScoreSheet, score
from assessments.scoring.rules import made
from assessments.standards import measures
from assessments.standards.shares import SHARES, counts_behind, with_counts
from core import metrics
from core.metrics import Measure, Metric, Period
from organizations.models import Organization, User


def period_for(standard: Standard, day: date) -> Period:
    """What live numbers are about: for a grading what an application of that day would count, else the year so far."""
    if standard.purpose == Purpose.GRADING:
        return period_until(day)
    return Period(date(day.year, 1, 1), day + timedelta(days=1))


def metrics_of(indicators: Sequence[Indicator]) -> list[Metric]:
    """All that has to be counted for these, with the counts that shares are made of."""
    names = [metric.name for one in indicators if (metric := measures.of(one))]
    return [metrics.get(name) for name in with_counts(names)]


@dataclass
class Row:
    """A line of the page. ``indicator`` carries ``line`` and ``depth`` (``assessments.gap.sheet_layout``)."""

    indicator: Any
    asked: str = ""
    now: str = ""
    url: str = ""
    note: str = ""
    source: str = ""
    source_url: str = ""
    missing: str = ""
    fix: Mapping[str, Any] | None = None
    fields: Sequence[Any] = ()
    follows: str = ""
    changed: bool = False


@dataclass(frozen=True)
class TeamGap:
    """:ivar known: as it is. :ivar form: what was changed to see what would be."""

    place: Organization
    user: User
    standard: Standard
    indicators: list[Indicator]
    conclusions: list[Conclusion]
    known: Known
    measures: Mapping[str, Measure]
    form: WhatIfForm
    period: Period
    asked_aim: str = ""

    @cached_property
    def rules(self) -> Any:
        return made(self.indicators, self.conclusions)

    @cached_property
    def now(self) -> ScoreSheet:
        """As it is, seen from what is reached, so that total and conclusion agree."""
        return score(self.rules, self.known.answers(self.indicators))

    @cached_property
    def then(self) -> Known:
        return self.form.known

    @cached_property
    def reached(self) -> ScoreSheet:
        """As it would be with what was changed."""
        return score(self.rules, self.then.answers(self.indicators))

    @cached_property
    def aim(self) -> Bar | None:
        """The conclusion asked for; else the next above the one reached now, at the top that one."""
        asked = self.rules.bar(self.asked_aim)
        if asked is not None and not asked.is_rest:
            return asked
        return next_above(self.rules, self.now.conclusion) or self.now.conclusion

    @cached_property
    def sheet(self) -> ScoreSheet:
        """As it would be, seen from the aim: the lines of the page."""
        return score(self.rules, self.then.answers(self.indicators), aim=self.aim.key if self.aim else None)

    @cached_property
    def outlook(self) -> Outlook | None:
        return Outlook(self.rules, self.then.answers(self.indicators), self.aim) if self.aim else None

    @cached_property
    def way(self) -> Way | None:
        return way_of(self.outlook) if self.outlook else None

    @cached_property
    def summary(self) -> str:
        return words.summary(self.outlook, self.way, tried=self.form.is_used) if self.outlook else ""

    @cached_property
    def wrong(self) -> str:
        """Which numbers tried make no sense: on a telephone their fields are far below."""
        told = []
        for name, errors in self.form.errors.items():
            label = str(self.form.fields[name].label) if name in self.form.fields else ""
            said = [str(error).removesuffix("。") for error in errors]
            told += [one if not label or one.startswith(label) else f"{label}：{one}" for one in said]
        return _("；").join(told)

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """What to do, each with the place to do it."""
        named = {one.code: one for one in self.indicators}
        texts = words.to_do_list(self.way, self.indicators, self.then.numbers)
        changes = self.way.changes if self.way else ()
        return [
            {
                "text": text,
                "anchor": f"i{named[change.rule.code].pk}",
                "fix": link_for(named[change.rule.code].metric, self.place, self.user),
            }
            for text, change in zip(texts, changes, strict=True)
        ]

    @cached_property
    def aims(self) -> list[Bar]:
        return [bar for bar in self.rules.bars if not bar.is_rest]

    @cached_property
    def rows(self) -> list[Row]:
        placed: dict[str, str] = {}
        return [self._row(one, placed) for one in laid_out(self.indicators, self.sheet)]

    def _row(self, indicator: Any, placed: dict[str, str]) -> Row:
        if indicator.method == Method.HEADING:
            return Row(indicator)
        metric = measures.of(indicator)
        row = Row(indicator, words.asked(indicator, self.aim), self._now(indicator, metric))
        if self.outlook is not None:
            row.missing = words.missing(indicator.line, indicator, self.outlook, self.then.numbers)
        if metric is None:
            said = self.then.said.get(indicator.code)
            row.changed = said is not self.known.said.get(indicator.code)
            if said is not None and not row.changed:
                row.source, row.source_url = said.source, said.url
            names = (f"i-{indicator.pk}", f"na-{indicator.pk}")
            row.fields = [self.form[name] for name in names if name in self.form.fields]
            return row
        row.url, row.note = metric.url(self.place, self.period), str(metric.note)
        row.changed = self.then.numbers.get(metric.name) != self.known.numbers.get(metric.name)
        row.fix = link_for(metric.name, self.place, self.user) if row.missing else None
        row.fields, row.follows = self._counts(metric, indicator, placed)
        return row

    def _counts(self, metric: Metric, indicator: Indicator, placed: dict[str, str]) -> tuple[list[Any], str]:
        """Fields of the numbers behind it, each on the first line that needs it; what the line follows besides."""
        behind = counts_behind(metric.name)
        fields = [self.form[f"n-{name}"] for name in behind if name not in placed]
        share = SHARES.get(metric.name)
        told = [str(metrics.get(name).label) for name in behind if name in placed or share is not None]
        placed |= dict.fromkeys(behind, indicator.code)
        return fields, _("、").join(dict.fromkeys(told)) if told else ""

    def _now(self, indicator: Indicator, metric: Metric | None) -> str:
        if metric is not None and metric.name in self.then.numbers:
            return with_unit(self.then.numbers[metric.name], indicator)
        said = self.then.said.get(indicator.code)
        return shown(indicator, said.answer if said else None)


def numbers_of(measures: Mapping[str, Measure]) -> dict[str, Decimal]:
    return {name: Decimal(str(measure.value)) for name, measure in measures.items()}
