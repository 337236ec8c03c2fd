"""The way of a filing through the offices, worked out from the rule and from where the team lies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from core.together import keep, together
from organizations.models import Organization
from teams.choices import DECIDING, Duty
from teams.models import Filing, FilingRule, FilingStep, RulePaper, RuleStep
from teams.models.rules import MANAGING


@dataclass(frozen=True)
class Planned:
    """One step before it is a row."""

    office: Organization
    duty: str
    days: int
    is_final: bool

    @property
    def key(self) -> tuple[int, str]:
        return self.office.pk, self.duty


def rule_for(kind: str, level: str) -> FilingRule | None:
    """The rule of a kind of filing for teams of a level; None where the region has set none."""
    return FilingRule.objects.filter(kind=kind, level=level).prefetch_related("steps").first()


@dataclass(frozen=True)
class Rules:
    """Rules with their steps and papers, and the offices above the one that manages the team, by level."""

    by_kind: dict[str, FilingRule]
    line: dict[str, Organization]


def rules_of(kinds: Iterable[str], level: str, office: Organization) -> Rules:
    """What goes for teams of a level that ``office`` manages. One query, however many kinds."""
    rules = FilingRule.objects.filter(kind__in=list(kinds), level=level)
    parts = {
        "steps": RuleStep.objects.filter(rule__in=rules.values("pk")),
        "papers": RulePaper.objects.filter(rule__in=rules.values("pk")).select_related("paper"),
    }
    found = together(rules=rules, line=Organization.objects.filter(path__in=office.line), **parts)
    for rule in found["rules"]:
        for name, rows in parts.items():
            keep(rule, name, rows, [row for row in found[name] if row.rule_id == rule.pk])
    return Rules({rule.kind: rule for rule in found["rules"]}, {place.level: place for place in found["line"]})


def plan(rule: FilingRule, office: Organization, line: Mapping[str, Organization] | None = None) -> list[Planned]:
    """Steps for a team that ``office`` manages, in order; places its line does not have are left out, and superiors
    whom the rule of a higher level passes over are put in.

    The last step that decides is final; what follows it are copies for information.

    :param line: the office and its superiors by level, where they have been read.
    """
    if line is None:
        line = {place.level: place for place in Organization.objects.filter(path__in=office.line)}
    found = []
    for row in rule.steps.all():
        place = office if row.place == MANAGING else line.get(row.place)
        if place is not None:
            found.append((place, row.duty, row.days))
    if office.level != rule.level:  # the rule of a team's own level says itself who reviews
        found[1:1] = _passed_over(found, line.values())
    final = max((index for index, (_place, duty, _days) in enumerate(found) if duty in DECIDING), default=-1)
    return [Planned(*step, is_final=index == final) for index, step in enumerate(found)]


def _passed_over(found: list[tuple[Organization, str, int]], line: Iterable[Organization]) -> list[Any]:
    """Superiors between the office that registers and the next that decides, which the rule does not name: a banner
    does not file a team of a higher level past its league. They review, in the time the office has to register."""
    if not found:
        return []
    office, _duty, days = found[0]
    above = next((place for place, duty, _days in found[1:] if duty in DECIDING), office)
    there = {place.pk for place, _duty, _days in found}
    between = [place for place in line if place.pk not in there and len(above.path) < len(place.path)]
    return [(place, Duty.REVIEW, days) for place in sorted(between, key=lambda place: -len(place.path))]


def lay(filing: Filing, planned: list[Planned]) -> None:
    """Write the steps of a filing. Laid again with another route, the steps not yet done end and new ones follow; with
    the same one, those to come get the time limits of the rule as it is now."""
    rows = steps_of(filing)
    if is_same(rows, planned):
        for row, step in zip(rows, planned, strict=True):
            if row.state == FilingStep.State.PENDING and row.days != step.days:
                row.days = step.days
                row.save(update_fields=["days"])
        return
    filing.steps.exclude(state=FilingStep.State.ENDED).update(state=FilingStep.State.ENDED)
    behind = max((row.position for row in filing.steps.all()), default=0)
    FilingStep.objects.bulk_create(
        FilingStep(
            filing=filing, position=behind + number, office=step.office, duty=step.duty, days=step.days,
            is_final=step.is_final,
        )
        for number, step in enumerate(planned, 1)
    )  # fmt: skip


def is_same(rows: Iterable[FilingStep], planned: Iterable[Planned]) -> bool:
    """Whether the steps that were laid are those of the rule as it is now."""
    return [(row.office_id, row.duty) for row in rows] == [step.key for step in planned]


def steps_of(filing: Filing) -> list[FilingStep]:
    """The steps that count, in order."""
    rows = filing.steps.exclude(state=FilingStep.State.ENDED).select_related("office", "decided_by")
    return list(rows.order_by("position"))


def deciding_step(filing: Filing) -> FilingStep | None:
    """The step at which it was decided; None before. No query where the steps have been read."""
    read = "steps" in filing.__dict__.get("_prefetched_objects_cache", {})
    rows = filing.steps.all() if read else filing.steps.select_related("office", "decided_by")
    return next((step for step in rows if step.is_final and step.state == FilingStep.State.DONE), None)


def due(days: int, today: date | None = None) -> date:
    """Last day of a time limit, counted in calendar days. It reminds; it never decides."""
    return (today or timezone.localdate()) + timedelta(days=days)
