"""场次 of an activity: laid from its beginning and end, kept in step while nobody has been marked."""

from datetime import datetime, timedelta

from django.utils import timezone

from training.models import Activity, Slot

MOST = 60  # days an activity may last


def daily(starts_at: datetime, ends_at: datetime) -> list[tuple[datetime, datetime]]:
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
