"""What training takes out when people are anonymised (``people.privacy.scrubbing``): the name of an instructor and of
who had to put something right, texts about the person. That somebody took part, was present, passed, stays, so that
past numbers do. Names that stand in a text (commander, safety officer, summary) stay as they were filed."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.history.as_at import events_of
from core.language import in_chinese
from people.models import Person
from people.privacy.scrubbing import clear, past_trigger
from training.models import (
    Attendance,
    Instructor,
    InstructorAssessment,
    MarkSettlement,
    Participation,
    Problem,
    Teaching,
)


def scrub(people: Sequence[Person]) -> None:
    """Everything of these people, within the transaction of ``people.privacy.anonymising``."""
    keys = [person.pk for person in people]
    with in_chinese():
        reason = _("（已匿名化）")
    clear(Participation, _of(Participation, person__in=keys), {"note": "", "risk_reason": ""})
    corrected = _of(Attendance, participation__person__in=keys, minutes_set__isnull=False)
    clear(Attendance, corrected, {"set_reason": reason})
    instructors = _of(Instructor, person__in=keys)
    clear(Instructor, instructors, dict.fromkeys(("employer", "qualification", "note", "end_reason"), ""), named="name")
    clear(InstructorAssessment, _of(InstructorAssessment, instructor__in=instructors), {"note": ""})
    clear(Teaching, _of(Teaching, instructor__in=instructors), {"qualification": ""}, named="name")
    clear(Problem, _of(Problem, owner_person__in=keys), {}, named="owner")
    _settlements(keys, reason)


def _of(model: Any, **which: Any) -> list[int]:
    return list(model.objects.filter(**which).values_list("pk", flat=True))


def _settlements(keys: list[int], reason: str) -> None:
    rows = _of(MarkSettlement, mark__person__in=keys)
    past_trigger(MarkSettlement, "append_only", lambda all_: all_.filter(pk__in=rows).update(reason=reason))
    event = events_of(MarkSettlement)
    past_trigger(event, "append_only", lambda events: events.filter(pgh_obj__in=rows).update(reason=reason))
