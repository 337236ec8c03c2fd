"""One person at two places at once: told before a record is handed in, and on the roll's page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet, Subquery

from core.together import together
from organizations.models import User
from training.choices import Listing, MarkMethod, Presence
from training.models import Activity, Attendance
from training.states import ActivityState

LEAST = timedelta(minutes=5)  # whoever hands over from one to the next is at neither for a moment
SHOWN = 200
_READ = (
    "arrived_at", "left_at", "method", "slot__starts_at", "slot__ends_at", "slot__activity__title",
    "slot__activity__kind", "participation__person__name", "participation__organization",
)  # fmt: skip


@dataclass(frozen=True)
class Clash:
    """:ivar own: of the activity asked about. :ivar other: of another one, which not everybody may know of."""

    own: Attendance
    other: Attendance
    begins: datetime
    ends: datetime


def clashes(activity: Activity) -> list[Clash]:
    """Whoever of the list was present here and at the same time elsewhere.

    It is over when one of the marks is taken back, or the minutes of one of them are corrected, with the reason.
    One query.
    """
    return clashing(together(**both(activity)))


def both(activity: Activity) -> dict[str, QuerySet[Attendance]]:
    """``own`` and ``elsewhere``: what ``clashing`` compares, for who reads it with more (``core.together``)."""
    span = activity.slots.order_by().values("activity").annotate(begins=Min("starts_at"), ends=Max("ends_at"))
    elsewhere = _present().filter(
        participation__person__in=activity.participations.listed().order_by().values("person"),
        slot__starts_at__lt=Subquery(span.values("ends")), slot__ends_at__gt=Subquery(span.values("begins")),
    ).exclude(slot__activity=activity).exclude(participation__listing=Listing.REMOVED)  # fmt: skip
    elsewhere = elsewhere.exclude(slot__activity__state=ActivityState.CANCELLED)
    own = _present().filter(
        slot__activity=activity, participation__listing=Listing.LISTED,
        participation__person__in=elsewhere.order_by().values("participation__person"),
    )  # fmt: skip
    return {"own": own, "elsewhere": elsewhere}


def clashing(found: Mapping[str, list[Attendance]]) -> list[Clash]:
    others: dict[int, list[Attendance]] = {}
    for row in found["elsewhere"]:
        others.setdefault(row.participation.person_id, []).append(row)
    return list(_overlapping(found["own"], others))


def _present() -> QuerySet[Attendance]:
    rows = Attendance.objects.filter(presence=Presence.PRESENT, minutes_set=None)
    rows = rows.select_related("participation__person", "slot__activity").order_by("slot__starts_at", "pk")
    return rows.only(*_READ)


def _overlapping(own: list[Attendance], others: dict[int, list[Attendance]]) -> Iterator[Clash]:
    for row in own:
        for other in others.get(row.participation.person_id, []):
            (a_begins, a_ends), (b_begins, b_ends) = there(row), there(other)
            begins, ends = max(a_begins, b_begins), min(a_ends, b_ends)
            if ends - begins >= LEAST:
                yield Clash(row, other, begins, ends)


def there(row: Attendance) -> tuple[datetime, datetime]:
    """From when to when somebody was there, within the slot; where the roll was taken when all was over, from the
    beginning (``training.roll.folding``)."""
    begins, ends = row.slot.starts_at, row.slot.ends_at
    if row.arrived_at is not None and (row.arrived_at < ends or row.method == MarkMethod.POSTER):
        begins = max(row.arrived_at, begins)
    return begins, min(row.left_at or ends, ends)


def shown_to(user: User, found: list[Clash]) -> list[dict[str, Any]]:
    """For the page: the other activity by name only to whoever may see it. One query where there are any."""
    keys = {clash.other.slot.activity_id for clash in found}
    seen = set(Activity.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [
        {
            "own": clash.own, "begins": clash.begins, "ends": clash.ends,
            "other": clash.other.slot.activity if clash.other.slot.activity_id in seen else None,
        }
        for clash in found[:SHOWN]
    ]  # fmt: skip
