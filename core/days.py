"""Days as instants, in the portal's time zone."""

from datetime import date, datetime, time

from django.utils import timezone


def beginning_of(day: date) -> datetime:
    """The first instant of the day."""
    return timezone.make_aware(datetime.combine(day, time.min))
