"""场次 of an activity: laid from its beginning and end, kept in step while nobody has been marked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from training.models import Activity, Slot
from training.roll.deriving import derive_slots

MOST = 60  # days an activity may last
Span = tuple[datetime, datetime]


def daily(starts_at: datetime, ends_at: datetime) -> list[Span]:
    """One stretch for what lasts up to 24 hours; else one per day, between the clock times of beginning and end."""
    if ends_at - starts_at <= timedelta(hours=24):
        return [(starts_at, ends_at)]
    first, last = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if last.time() <= first.time():  # begins in the evening, ends in the morning: around the clock
        edges = [first + timedelta(days=day) for day in range((last - first).days + 1)]
        begins = [edge for edge in edges if edge < last]
        return list(zip(begins, [*begins[1:], last], strict=True))
    days = (last.date() - first.date()).days + 1
    return [
        (first + timedelta(days=day), datetime.combine(first.date() + timedelta(days=day), last.time(), last.tzinfo))
        for day in range(days)
    ]


def lay(activity: Activity) -> list[Slot]:
    """Make the slots that follow from the activity's times, unless the roll has begun: then they stay as they are.

    Within a transaction; returns the slots there are.
    """
    there = list(activity.slots.all())
    if activity.starts_at is None or activity.ends_at is None:
        return there
    if activity.slots.filter(marks__isnull=False).exists():
        return there
    wanted = daily(activity.starts_at, activity.ends_at)
    if [(slot.starts_at, slot.ends_at) for slot in there] == wanted:
        return there
    activity.slots.all().delete()
    return Slot.objects.bulk_create(
        [Slot(activity=activity, starts_at=begins, ends_at=ends) for begins, ends in wanted]
    )


def follow(activity: Activity, before: tuple[datetime | None, datetime | None]) -> bool:
    """Give the slots the activity's new times where they stood as its old times ``before`` say and there are as many
    as before: they stay the same slots, with what was marked in them. Within a transaction."""
    (begun, ended), (begins, ends) = before, (activity.starts_at, activity.ends_at)
    if begun is None or ended is None or begins is None or ends is None:
        return False
    there, wanted = list(activity.slots.all()), daily(begins, ends)
    if [(slot.starts_at, slot.ends_at) for slot in there] != daily(begun, ended) or len(there) != len(wanted):
        return False
    retime(zip(there, wanted, strict=True))
    return True


def retime(slots: Iterable[tuple[Slot, Span]]) -> None:
    """Give these slots other times, and derive anew what their marks come to. Within a transaction.

    One after the other, as there is room: no two slots of an activity may overlap even for a moment.
    """
    left = [(slot, span) for slot, span in slots if (slot.starts_at, slot.ends_at) != span]
    moved = []
    while left:
        one = next((pair for pair in left if _has_room(pair, left)), left[0])
        left.remove(one)
        slot, (begins, ends) = one
        slot.starts_at, slot.ends_at = begins, ends
        slot.save(update_fields=["starts_at", "ends_at"])
        moved.append(slot)
    derive_slots(moved)


def _has_room(one: tuple[Slot, Span], left: list[tuple[Slot, Span]]) -> bool:
    begins, ends = one[1]
    return not any(slot is not one[0] and slot.starts_at < ends and begins < slot.ends_at for slot, _span in left)
