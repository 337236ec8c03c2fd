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


def year_in(text: str, *, since: int) -> int:
    """The year that is asked for, from ``since`` to this one; this one for anything else."""
    now = timezone.localdate().year
    year = int(text) if text.isdecimal() and len(text) == 4 else now
    return year if since <= year <= now else now
