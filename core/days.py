"""Days as instants, in the portal's time zone."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def beginning_of(day: date) -> datetime:
    """The first instant of the day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The first instant after the day. Nothing comes after the calendar's last one: it ends with itself."""
    if day == date.max:
        return timezone.make_aware(datetime.max)
    return beginning_of(day + timedelta(days=1))
