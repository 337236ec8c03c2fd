"""The rules the region keeps: what makes a rule sound, and how one is written.

A rule says which steps a kind of filing takes for teams of a level, and which papers are asked. A change counts for
filings handed in from then on: those under way keep the steps that ``teams.filings.route.lay`` wrote for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from teams.choices import Duty
from teams.models import FilingRule, RulePaper, RuleStep
from teams.models.rules import MANAGING

MOST_STEPS = 5
PARTS = ("steps", "papers", "terms")
_TERMS = ("needs_reply", "needs_meeting", "note")


@dataclass(frozen=True)
class StepLine:
    """One step as it is typed or kept; its place in the order is its place in the list."""

    place: str
    duty: str
    days: int

    @classmethod
    def of(cls, row: Any) -> "StepLine":
        return cls(row.place, row.duty, row.days)


@dataclass(frozen=True)
class PaperLine:
    """One paper that is asked."""

    paper: str
    when: str
    required: bool

    @classmethod
    def of(cls, row: Any) -> "PaperLine":
        return cls(row.paper_id, row.when, row.required)


def check_steps(steps: list[StepLine]) -> None:
    """Raise ``ValidationError`` with everything that keeps these steps from being a way to a decision."""
    errors = []
    copies = [index for index, step in enumerate(steps) if step.duty == Duty.COPY]
    deciding = [index for index, step in enumerate(steps) if step.duty in (Duty.REVIEW, Duty.FILE)]
    if not steps or (steps[0].place, steps[0].duty) != (MANAGING, Duty.REGISTER):
        errors.append(_("第一步是主管红十字会登记。"))
    if any(step.duty == Duty.REGISTER for step in steps[1:]):
        errors.append(_("登记只能是第一步。"))
    if not deciding:
        errors.append(_("登记之后至少要有一步审核或审定备案，否则没有人作决定。"))
    elif any(index < deciding[-1] for index in copies):
        errors.append(_("抄送备案只能放在最后：它只是知会，不作决定。"))
    if any(steps[index].duty == Duty.FILE for index in deciding[:-1]):
        errors.append(_("审定备案只能是最后一个作决定的步骤。"))
    if len({(step.place, step.duty) for step in steps}) < len(steps):
        errors.append(_("同一单位的同一种办理写了两次。"))
    if len(steps) > MOST_STEPS:
        errors.append(_("最多 %(most)d 步。") % {"most": MOST_STEPS})
    if errors:
        raise ValidationError(errors)


def steps_of_rule(rule: FilingRule) -> list[StepLine]:
    return [StepLine.of(row) for row in rule.steps.all()]


def papers_of_rule(rule: FilingRule) -> list[PaperLine]:
    return [PaperLine.of(row) for row in rule.papers.all()]


@transaction.atomic
def write_steps(rule: FilingRule, steps: list[StepLine]) -> None:
    """Bring the rows to ``steps``; a row that stays as it is leaves no trace in the history."""
    check_steps(steps)
    rows = {row.position: row for row in rule.steps.all()}
    for position, line in enumerate(steps, 1):
        row = rows.pop(position, None) or RuleStep(rule=rule, position=position)
        if row.pk is None or StepLine.of(row) != line:
            row.place, row.duty, row.days = line.place, line.duty, line.days
            row.save()
    for row in rows.values():
        row.delete()


@transaction.atomic
def write_papers(rule: FilingRule, papers: Iterable[PaperLine]) -> None:
    rows = {row.paper_id: row for row in rule.papers.all()}
    for line in papers:
        row = rows.pop(line.paper, None) or RulePaper(rule=rule, paper_id=line.paper)
        if row.pk is None or PaperLine.of(row) != line:
            row.when, row.required = line.when, line.required
            row.save()
    for row in rows.values():
        row.delete()


@transaction.atomic
def spread(rule: FilingRule, *, levels: Iterable[str], parts: Iterable[str]) -> None:
    """Write parts of ``rule`` (``PARTS``) into the rules of the same kind for teams of other levels."""
    chosen = set(parts)
    others = FilingRule.objects.filter(kind=rule.kind, level__in=levels).exclude(pk=rule.pk)
    for other in others.select_for_update().order_by("pk"):
        if "steps" in chosen:
            write_steps(other, steps_of_rule(rule))
        if "papers" in chosen:
            write_papers(other, papers_of_rule(rule))
        if "terms" in chosen:
            for name in _TERMS:
                setattr(other, name, getattr(rule, name))
        other.version += 1
        other.save()
