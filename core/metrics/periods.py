"""The days numbers are asked for."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Period:
    """Days from ``start`` up to and without ``end``.

    Events are counted over the whole period. States (who is a member, what is in force) are taken as at one day,
    ``as_at``, so that the number of a year that is over stays what it was on 31 December.
    """

    start: date
    end: date

    @classmethod
    def of_year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @property
    def as_at(self) -> date:
        """Its last day, or today while that has not come."""
        return min(timezone.localdate(), self.end - timedelta(days=1))

    @property
    def year(self) -> int:
        """The calendar year of its last day, for records that are known by the year only."""
        return (self.end - timedelta(days=1)).year

    @property
    def past(self) -> date | None:
        """``as_at`` where that day is over; None where it is today, and states are read as they are now."""
        day = self.as_at
        return day if day < timezone.localdate() else None

    def looked_back(self) -> dict[str, str]:
        """Query parameters that make a list show that day."""
        return {"at": self.past.isoformat()} if self.past else {}

    def __str__(self) -> str:
        if self == Period.of_year(self.start.year):
            return f"{self.start.year}"
        return f"{self.start:%Y-%m-%d} — {self.end:%Y-%m-%d}"
