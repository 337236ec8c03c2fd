"""场次 by day, out of what a person may see.

A region's month holds tens of thousands of slots, a day of it more than anybody reads. Each day is therefore looked up
by itself along the index on the beginning, and cut: a page costs what it shows, not what there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from core import counts
from core.days import beginning_of, end_of
from organizations.models import Organization, User
from organizations.permissions import access, reach
from organizations.roles import ROLES, Right
from training.activities.slots import MOST as LONGEST
from training.models import Activity, ActivityTeam, Slot

KEPT_FOR = 300  # seconds
COUNTED = 99  # a day with more says so, as the menu does
_REGION_DEPTH, _LEAGUE_DEPTH = 2, 3  # below 总会


_PER_DAY = """
    SELECT d.n, s.slot, s.activity
    FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS d (begins, ends, n)
    CROSS JOIN LATERAL ({}) AS s (slot, activity)
"""


@dataclass(frozen=True)
class OnDay:
    """One activity on one day. ``slots`` are keys, in the order of their beginning."""

    activity: int
    slots: tuple[int, ...]


def visible_slots(user: User, first: datetime, last: datetime) -> QuerySet[Slot]:
    """Slots that begin in [first, last) of the activities that ``Activity.objects.visible_to`` gives.

    Said in three ways, as there, because the database cannot choose between them: who sees the region sees everything;
    who sees a league has so much that his rows are met while going along the days; who sees a few teams has so little
    that the days would be read for nothing.
    """
    rows = Slot.objects.filter(starts_at__gte=first, starts_at__lt=last)
    depth = _depth(user)
    if depth <= _REGION_DEPTH:
        return rows.filter(reach(user, Right.VIEW_TRAINING, at="activity__host"))
    joined = ActivityTeam.objects.filter(reach(user, Right.VIEW_TRAINING, at="organization")).order_by()
    if depth <= _LEAGUE_DEPTH:
        # said as a range, which cannot be hashed: the database would read all that joined before the first slot
        theirs = joined.filter(activity_id__gte=OuterRef("activity_id"), activity_id__lte=OuterRef("activity_id"))
        return rows.filter(reach(user, Right.VIEW_TRAINING, at="activity__host") | Exists(theirs))
    near = {"order_at__gte": first - timedelta(days=LONGEST), "order_at__lt": last}
    held = Activity.objects.filter(reach(user, Right.VIEW_TRAINING, at="host"), **near).order_by()
    return rows.filter(activity__in=held.values("pk").union(joined.values("activity")))


def _depth(user: User) -> int:
    """Of the highest place at and below which the person sees trainings; far down where there is none."""
    held = access(user).having(Right.VIEW_TRAINING)
    below = [one.path for one in held if Right.VIEW_TRAINING in ROLES[one.role].below and not one.proxy_for]
    return min((len(path) // Organization.steplen for path in below), default=99)


def chosen(kind: str = "", under: Organization | None = None) -> Q:
    """The filters of the calendar as a condition on slots."""
    condition = Q(activity__kind=kind) if kind else Q()
    return condition & Q(activity__host__path__startswith=under.path) if under else condition


def by_day(user: User, days: Sequence[date], only: Q) -> dict[date, list[OnDay]]:
    """Day → what is on, by beginning; of each day one more than ``COUNTED`` at the most. One query.

    What took long is kept for a while, as slow counts are; so whoever shows it reads the slots out of what may be seen.
    """
    instant: Any = lambda name: RawSQL(f"d.{name}", ())  # noqa: E731, S611 - a column of the statement below
    rows = visible_slots(user, beginning_of(days[0]), end_of(days[-1])).filter(only)
    rows = rows.filter(starts_at__gte=instant("begins"), starts_at__lt=instant("ends")).order_by("starts_at", "pk")
    sql, params = rows.values_list("pk", "activity_id")[: COUNTED + 1].query.sql_with_params()
    edges = [beginning_of(day) for day in days], [end_of(day) for day in days]
    found: dict[date, dict[int, list[int]]] = {day: {} for day in days}
    for number, slot, activity in _read(user, _PER_DAY.format(sql), [*edges, *params]):
        found[days[number - 1]].setdefault(activity, []).append(slot)
    return {day: [OnDay(key, tuple(slots)) for key, slots in lines.items()] for day, lines in found.items()}


def _read(user: User, sql: str, params: list[Any]) -> list[tuple[int, int, int]]:
    key = f"calendar:{user.pk}:{sha256(f'{sql}{params}'.encode()).hexdigest()[:32]}"
    rows: list[tuple[int, int, int]] | None = cache.get(key)
    if rows is None:
        begun = monotonic()
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        if monotonic() - begun > counts.SLOW:
            cache.set(key, rows, KEPT_FOR)
    return rows


def of_day(user: User, day: date, only: Q) -> QuerySet[Slot]:
    """Everything of one day, to be shown page by page."""
    rows = visible_slots(user, beginning_of(day), end_of(day)).filter(only)
    return with_activity(rows).order_by("starts_at", "pk")


def with_activity(rows: QuerySet[Slot]) -> QuerySet[Slot]:
    """With what a line of the calendar says."""
    return rows.select_related("activity__host", "activity__base", "activity__division").only(
        "starts_at", "ends_at", "label", "activity__title", "activity__kind", "activity__state", "activity__form",
        "activity__scope", "activity__training_kind", "activity__place", "activity__version", "activity__created_at",
        "activity__starts_at", "activity__ends_at", "activity__host__short_name", "activity__host__name",
        "activity__base__name", "activity__division__name",
    )  # fmt: skip
