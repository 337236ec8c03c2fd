"""Finishing assessments onto the person's record, and taking one back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.members.sheets import Line, group_of
from assessments.models import Conclusion, MemberAssessment, MemberScore
from core.language import in_chinese
from organizations.models import User
from people.models import Capability
from people.standing import take_back as end_capability
from people.validators import months_after

_SUBJECT, _RESULT, _ASSESSOR = 60, 40, 60  # what the columns of people.Capability hold


@dataclass
class Finished:
    """:ivar open: what is not complete yet, with what it lacks (``lacks``)."""

    done: list[MemberAssessment] = field(default_factory=list)
    open: list[tuple[MemberAssessment, str]] = field(default_factory=list)


@transaction.atomic
def finish(rows: Any, *, by: User) -> Finished:
    """Finish those of ``rows`` that are complete; the others stay open. Twice at once writes one record each.

    :param rows: queryset of assessments, all under one standard.
    """
    # whoever waits here sees those finished meanwhile no more: the condition is asked again under the lock
    found = list(
        rows.kept_by(by).under_way().select_for_update(of=("self",)).select_related("person", "standard").order_by("pk")
    )
    done = Finished()
    if not found:
        return done
    standard = found[0].standard
    ready = []
    for line in group_of(standard, found, by).lines:
        lack = lacks(line)
        if lack:
            done.open.append((line.row, lack))
        else:
            ready.append(line)
    _write(ready, {one.key: one for one in standard.conclusions.all()})
    done.done = [line.row for line in ready]
    return done


def lacks(line: Line) -> str:
    """Why it cannot be finished; empty if it can."""
    missing = len(line.sheet.unanswered)
    if line.row.person.anonymised_at is not None:
        return _("档案已经匿名化")
    if missing:
        return _("还有 %(n)d 项没有评") % {"n": missing}
    if line.row.assessed_on is None:
        return _("没有填测评日期")
    return "" if line.row.assessors else _("没有填测评人")


def _write(lines: Sequence[Line], conclusions: dict[str, Conclusion]) -> None:
    records = Capability.objects.bulk_create([_record(line) for line in lines])
    for line, record in zip(lines, records, strict=True):
        row, reached = line.row, line.sheet.conclusion
        row.capability, row.valid_until, row.finished_at = record, record.valid_until, timezone.now()
        row.total, row.conclusion = line.sheet.total, conclusions[reached.key] if reached else None
        row.version += 1
    MemberAssessment.objects.bulk_update(
        [line.row for line in lines],
        ["capability", "valid_until", "finished_at", "total", "conclusion", "version"],
        batch_size=500,
    )


def _record(line: Line) -> Capability:
    row, reached = line.row, line.sheet.conclusion
    assert row.assessed_on is not None, "asked by lacks()"
    standard, until = row.standard, None
    if standard.validity_months and reached and not reached.is_rest:  # what was missed does not last
        until = months_after(row.assessed_on, standard.validity_months)
    with in_chinese():
        result = reached.name if reached else _("没有达到任何一档")
        # what was assessed, not by what: 队员能力测评标准 is the name of the paper
        subject = standard.name.removesuffix("标准") or standard.name
    return Capability(
        person=row.person, subject=subject[:_SUBJECT], result=result[:_RESULT], assessor=row.assessors[:_ASSESSOR],
        assessed_on=row.assessed_on, valid_until=until,
    )  # fmt: skip


@transaction.atomic
def take_back(row: MemberAssessment, *, reason: str, by: User) -> MemberAssessment:
    """It was wrong: the record on the person ends with the reason, the sheet stays as it is, and a new one begins with
    the same scores. Returns the one that is under way now.

    :raises ValidationError: not finished, or taken back already.
    """
    locked = MemberAssessment.objects.select_for_update(of=("self",)).select_related("person").get(pk=row.pk)
    if locked.capability is None:
        raise ValidationError(_("这次测评还没有完成，直接改就行。"))
    end_capability(locked.capability, reason=reason)
    going = MemberAssessment.objects.under_way().filter(person=locked.person, standard=locked.standard_id)
    there = going.filter(organization=locked.organization_id).first()
    if there is not None:
        return there
    new = MemberAssessment.objects.create(
        person=locked.person, organization_id=locked.organization_id, standard_id=locked.standard_id,
        assessed_on=locked.assessed_on, assessors=locked.assessors, created_by=by,
    )  # fmt: skip
    scores = list(MemberScore.objects.filter(assessment=locked))
    for one in scores:
        one.pk, one.assessment = None, new
    MemberScore.objects.bulk_create(scores)
    return new
