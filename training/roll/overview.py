"""Slots × people, as the tab 点名 shows it: what the roll comes to and the hours it will give."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.together import together
from organizations.models import Organization
from training.choices import NOT_EXPECTED, Listing, Presence
from training.models import Activity, Attendance, Participation, Slot
from training.records.hours import LEAST, MOST, hours_of
from training.roll.contradictions import at_odds
from training.roll.waiting import waiting

PAGE = 100


@dataclass
class Line:
    """One person: a cell per slot, and the hours that will be credited."""

    row: Participation
    cells: list[tuple[Slot, Attendance | None]]
    hours: Decimal


@dataclass
class Overview:
    slots: list[Any]  # with present, leave, absent
    lines: list[Line]
    listed: int
    asked: int
    teams: list[Organization]
    waiting: int
    odds: list[str]
    page: int
    last: int = field(default=1)


def overview(activity: Activity, page: int) -> Overview:
    """One page of the people of an activity. One query."""
    rows = activity.participations.exclude(listing__in=NOT_EXPECTED).order_by("organization__path", "pk")
    shown: QuerySet[Participation] = rows[(page - 1) * PAGE : page * PAGE]
    by = Q(attendances__participation__listing=Listing.LISTED)
    counts = {
        f"n_{presence}": Count("attendances", filter=by & Q(attendances__presence=presence))
        for presence in (Presence.PRESENT, Presence.LEAVE, Presence.ABSENT)
    }
    found = together(
        slots=activity.slots.annotate(**counts).order_by("starts_at", "pk"),  # Django groups without the model's order
        rows=shown.select_related("person", "organization").only(
            "activity", "listing", "person__name", "organization__short_name"
        ),
        attendances=Attendance.objects.filter(slot__activity=activity, participation__in=shown.values("pk")),
        counts=rows.order_by().values("listing").annotate(n=Count("pk")),
        teams=Organization.objects.filter(pk__in=activity.teams.order_by().values("organization")).order_by("path"),
        odds=at_odds(activity.pk),
        waiting=waiting(activity.pk).order_by().values("slot__activity").annotate(n=Count("pk")),
    )
    counted = {row["listing"]: row["n"] for row in found["counts"]}
    total = sum(counted.values())
    cells = {(row.participation_id, row.slot_id): row for row in found["attendances"]}
    return Overview(
        slots=found["slots"],
        lines=[_line(row, found["slots"], cells, activity.counts_hours) for row in found["rows"]],
        listed=counted.get(Listing.LISTED, 0),
        asked=counted.get(Listing.ASKED, 0),
        teams=found["teams"],
        waiting=sum(row["n"] for row in found["waiting"]),
        odds=[row["name"] for row in found["odds"]],
        page=page,
        last=max(1, -(-total // PAGE)),
    )


def _line(row: Participation, slots: list[Slot], cells: dict[tuple[int, int], Attendance], counts_hours: bool) -> Line:
    own = [(slot, cells.get((row.pk, slot.pk))) for slot in slots]
    credited = [_hours(cell) for _slot, cell in own if cell is not None] if counts_hours else []
    counts = row.listing == Listing.LISTED
    return Line(row, own, sum(credited, Decimal(0)) if counts else Decimal(0))


def _hours(cell: Attendance) -> Decimal:
    """As ``training.records.hours.credit`` will write it."""
    if cell.presence != Presence.PRESENT:
        return Decimal(0)
    hours = hours_of(cell.counted_minutes)
    return min(hours, MOST) if hours >= LEAST else Decimal(0)
