"""From marks to attendance, under a lock per person and slot."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from training.models import Attendance, Mark, Slot
from training.roll.folding import fold
from training.settings import GRACE, value_of

_DERIVED = ("presence", "arrived_at", "left_at", "method", "minutes")


def counting() -> Q:
    """Marks that count: those without trouble, and those somebody let in all the same."""
    return Q(trouble="") | Q(settlement__counts=True)


def grace() -> timedelta:
    return timedelta(minutes=value_of(GRACE))


@transaction.atomic
def derive(pairs: Iterable[tuple[int, int]]) -> None:
    """Write the attendance of (participation, slot) anew from all their marks.

    Rows are made and locked in the order of their keys, so that clients marking the same people wait for each other
    and never for ever; whoever comes last reads what the others have stored. Rows that stay as they are stay untouched.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return
    Attendance.objects.bulk_create(
        [Attendance(participation_id=row, slot_id=slot) for row, slot in wanted], ignore_conflicts=True
    )
    locked = _locked(wanted)
    marks = _marks_of(locked)
    late = grace()
    changed = []
    for row in locked:
        folded = fold(marks[row.slot_id, row.participation.person_id], row.slot.starts_at, row.slot.ends_at, grace=late)
        new = [getattr(folded, name) for name in _DERIVED]
        if new != [getattr(row, name) for name in _DERIVED]:
            for name, value in zip(_DERIVED, new, strict=True):
                setattr(row, name, value)
            row.version += 1
            changed.append(row)
    Attendance.objects.bulk_update(changed, [*_DERIVED, "version"], batch_size=500)


def derive_slots(slots: Iterable[Slot]) -> None:
    """The same for everybody marked in these slots: their times or the grace have changed."""
    rows = Attendance.objects.filter(slot__in=list(slots))
    derive(rows.values_list("participation", "slot"))


def _locked(wanted: list[tuple[int, int]]) -> list[Attendance]:
    rows = Attendance.objects.filter(
        participation__in={row for row, _slot in wanted}, slot__in={slot for _row, slot in wanted}
    )
    rows = rows.select_related("slot", "participation").select_for_update(of=("self",))
    pairs = set(wanted)
    return [row for row in rows.order_by("participation", "slot") if (row.participation_id, row.slot_id) in pairs]


def _marks_of(rows: list[Attendance]) -> dict[tuple[int, int], list[Mark]]:
    """(slot, person) → marks that count, also those made for a record that was merged into the person's."""
    people = {row.participation.person_id for row in rows}
    found: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    for mark in marks_in({row.slot_id for row in rows}).filter(
        Q(person__in=people) | Q(person__merged_into__in=people)
    ):
        found[mark.slot_id, whose(mark)].append(mark)
    return found


def marks_in(slots: Iterable[int]) -> QuerySet[Mark]:
    """Marks of these slots that count, with the person."""
    return Mark.objects.filter(counting(), slot__in=slots).select_related("person")


def whose(mark: Mark) -> int:
    """The person a mark is of, who may have been merged into another since."""
    return mark.person.merged_into_id or mark.person_id
