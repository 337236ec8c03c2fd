"""Who is behind 在册, 持证 and 可出动: how many lack what, and the numbers read along with other rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from core.together import Written, written
from organizations.models import Organization, User
from people.models import Membership
from people.readiness import BY_KEY, NEEDS, Need, lacking
from people.states import CURRENT

PACK = 1_000_000  # more than there are people in a team: two sums travel as one
NONE = {"registered": 0, "certified": 0, "deployable": 0}


@dataclass(frozen=True)
class Roster:
    """The three numbers of memberships, in heads; ``lacks``: need → how many lack it; ``groups`` there are."""

    registered: int
    certified: int
    deployable: int
    lacks: dict[str, int] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[tuple[Need, int]]:
        """Needs somebody lacks, in the order of the table."""
        return [(need, self.lacks[need.key]) for need in NEEDS if self.lacks.get(need.key)]


def roster_of(team: int, day: date | None = None) -> Roster:
    """What stands above the roster of a team (the key of its organization), in one query. Of a past ``day``: who
    belonged then."""
    return read_roster(roster_asked(team, day).read()["roster"])


def roster_asked(team: int, day: date | None = None) -> Written:
    """The row ``roster`` for ``read_roster``, for whoever reads it together with more; none when nobody is there."""
    return _asked(day, timezone.localdate()).put({_ANY_TEAM: team})


_ANY_TEAM = -1  # stands for the team: writing the question takes the ORM far longer than the database needs to answer


@lru_cache(maxsize=8)
def _asked(day: date | None, _today: date) -> Written:
    standing = Membership.objects.filter(organization=_ANY_TEAM).there(day)  # type: ignore[attr-defined]
    lacks = {f"lacks_{need.key}": _heads(lacking(need.key, day)) for need in NEEDS}
    groups = ArrayAgg("group", distinct=True, filter=~Q(group=""), default=Value([]))
    rows = standing.order_by().values("organization").annotate(**_counts(day), **lacks, groups=groups)
    return written({"roster": rows})


def read_roster(found: Sequence[dict[str, Any]]) -> Roster:
    """The row of one team; ``found`` holds it, or nothing."""
    if not found:
        return Roster(0, 0, 0)
    row = found[0]
    lacks = {need.key: row[f"lacks_{need.key}"] for need in NEEDS}
    return Roster(row["registered"], row["certified"], row["deployable"], lacks, sorted(row["groups"]))


def numbers_at(place: str) -> Subquery:
    """The numbers of the team that ``place`` leads to from the outer row, as ``read_numbers`` reads them. A team
    without members gives None.

    In one team a person stands once, so that rows are heads; both conditions are looked at once for each row.
    """
    return _numbers_at(place, timezone.localdate())


@lru_cache(maxsize=8)
def _numbers_at(place: str, on: date) -> Subquery:
    certified, *others = [BY_KEY["certified"], *(need for need in NEEDS if need.key != "certified")]
    ready = Case(When(_all_met(others, on), then=Value(1)), default=Value(0))
    found = Case(
        When(~Q(certified.lacks(on)), then=Value(PACK) + ready), default=Value(0), output_field=BigIntegerField()
    )
    rows = Membership.objects.filter(organization=OuterRef(place), state__in=CURRENT).order_by().values("organization")
    numbers = JSONObject(registered=Count("pk"), packed=Sum(found))
    return Subquery(rows.annotate(found=numbers).values("found"), output_field=JSONField())


def read_numbers(found: dict[str, int] | None) -> dict[str, int]:
    """``{"registered": …, "certified": …, "deployable": …}`` from what ``numbers_at`` has read."""
    if not found:
        return NONE
    certified, deployable = divmod(found["packed"], PACK)
    return {"registered": found["registered"], "certified": certified, "deployable": deployable}


def heads_by(rows: QuerySet[Membership], branch: Any) -> dict[str, dict[str, int]]:
    """The three numbers of the current ones of ``rows`` per value of the expression; under ``""`` those of all, for who
    is in two branches counts once. One query."""
    current = rows.current().order_by()  # type: ignore[attr-defined]

    def per(value: Any) -> QuerySet:
        return current.annotate(branch=value).values("branch").annotate(**_counts(None))

    everything = per(Cast(Value(""), CharField()))
    found = {row.pop("branch"): row for row in per(Cast(branch, CharField())).union(everything, all=True)}
    return {"": dict(NONE), **found}


def memberships_below(user: User | None, scope: Organization) -> QuerySet[Membership]:
    """Memberships below the place, of those whom the user sees; None: all."""
    rows = Membership.objects.visible_to(user) if user else Membership.objects.all()
    return rows.below(scope)


def one_each(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """One membership of each person among ``rows``, so that rows are heads."""
    earlier = rows.order_by().filter(person=OuterRef("person"), pk__lt=OuterRef("pk"))
    return rows.filter(~Exists(earlier))


def _counts(day: date | None) -> dict[str, Any]:
    on = day or timezone.localdate()
    ready = _all_met(NEEDS, on)
    return {"registered": _heads(Q()), "certified": _heads(~Q(lacking("certified", on))), "deployable": _heads(ready)}


def _all_met(needs: Iterable[Need], day: date) -> Q:
    ready = Q()
    for need in needs:
        ready &= ~Q(need.lacks(day))
    return ready


def _heads(condition: Any) -> Count:
    return Count("person", distinct=True, filter=Q(condition) if condition else None)
