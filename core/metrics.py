"""Named numbers with the records behind them: one number is computed in one place.

    @metric("offices_unstaffed", _("无专职人员机构数"), _("个"), note=_("今天在册、没有专职人员的红十字会机构"))
    def offices_unstaffed(scope: Organization, period: Period) -> Measure:
        return Measure.of(_offices(scope).filter(has_staff=False))

Statistics, standards and reports read the same functions by name. A metric never checks rights: the caller passes a
scope it may see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, IntegerField, JSONField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, Substr
from django.utils import timezone
from django_stubs_ext import StrOrPromise

from core import counts
from core.counts import Tally, counter
from core.lookups import Among
from core.together import THESE, Written, written


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


@dataclass(frozen=True)
class Measure:
    """A number and the rows behind it. Counted when first read, or together with others by ``counted``.

    A count needs only ``records``. A sum or a share has ``total``, an aggregate over the rows ``among``; ``records``
    are then what the list behind the number shows. Measures over the same rows are read in one pass.

    :param branches: whether the number can be broken down by branch.
    :param each: rows and aggregate for the number of a single team, where they differ: a person in two teams counts
        once for the office and once in each team.
    """

    number: int | Decimal | None = None
    records: "QuerySet[Any] | None" = None
    among: "QuerySet[Any] | None" = None
    total: Any = None
    branches: bool = True
    each: "tuple[QuerySet[Any], Any] | None" = None

    @classmethod
    def of(cls, records: "QuerySet[Any]", *, each: "tuple[QuerySet[Any], Any] | None" = None) -> "Measure":
        return cls(None, records, each=each)

    @classmethod
    def among_of(
        cls,
        among: "QuerySet[Any]",
        total: Any,
        records: "QuerySet[Any]",
        *,
        branches: bool = True,
        each: "tuple[QuerySet[Any], Any] | None" = None,
    ) -> "Measure":
        return cls(None, records, among, total, branches, each)

    @property
    def is_open(self) -> bool:
        """Still to be counted."""
        return self.number is None and (self.among is not None or self.records is not None)

    @property
    def per_row(self) -> "tuple[QuerySet[Any], Any]":
        """The rows and the aggregate over them that give the number; also right for a part of the rows."""
        if self.among is not None:
            return self.among, self.total
        assert self.records is not None, "a bare number has no rows"
        return self.records, Count("pk")

    @property
    def per_place(self) -> "tuple[QuerySet[Any], Any]":
        """The same for a single team."""
        return self.each or self.per_row

    @cached_property
    def value(self) -> int | Decimal:
        if self.number is not None:
            return self.number
        if self.among is not None:
            row = ContentType.objects.order_by().values_list(totals_of(self.among, one=self.total))[:1].get()
            return _number((row[0] or {}).get("one"))
        return self.records.order_by().count() if self.records is not None else 0

    def again(self) -> "Measure":
        """The same, with nothing read or counted yet."""
        return replace(self, records=None if self.records is None else self.records.all())


Function = Callable[[Any, Period], Measure]
Link = Callable[[Any, Period], str]


@dataclass(frozen=True)
class OfOne:
    """Of a single organization nobody says that it counts as 0: what 1 and what 0 mean, and of what."""

    label: StrOrPromise
    yes: StrOrPromise
    no: StrOrPromise

    def said(self, number: int | Decimal) -> str:
        return str(self.yes if number else self.no)


@dataclass(frozen=True, eq=False)
class Metric:
    """A registered function and how to show it.

    :param link: (scope, period) → address of the list that shows exactly the records.
    :param place: relation from a record to its organization, for breakdowns (``""``: the record is one).
    :param only_now: the number is that of today, whatever the period.
    :param to_the_minute: its rows hang on the time of day, such as duties in force: what it asks is not kept.
    :param of_one: how a count of organizations reads where it is told of a single one.
    """

    name: str
    label: StrOrPromise
    unit: StrOrPromise
    note: StrOrPromise
    function: Function
    link: Link | None
    place: str
    only_now: bool = False
    to_the_minute: bool = False
    of_one: OfOne | None = None

    do_not_call_in_templates: ClassVar[bool] = True  # templates show its label; they would call it without a scope

    def __call__(self, scope: Any, period: Period) -> Measure:
        return self.function(scope, period)

    def url(self, scope: Any, period: Period) -> str:
        return self.link(scope, period) if self.link else ""


_METRICS: dict[str, Metric] = {}


def metric(
    name: str,
    label: StrOrPromise,
    unit: StrOrPromise,
    *,
    note: StrOrPromise = "",
    link: Link | None = None,
    place: str = "",
    only_now: bool = False,
    to_the_minute: bool = False,
    of_one: OfOne | None = None,
) -> Callable[[Function], Metric]:
    """Register a function under ``name``. A name can be taken once."""

    def register(function: Function) -> Metric:
        if name in _METRICS:
            raise ValueError(f"metric {name} is already defined")
        _METRICS[name] = Metric(name, label, unit, note, function, link, place, only_now, to_the_minute, of_one)
        return _METRICS[name]

    return register


def get(name: str) -> Metric:
    """The metric called ``name``; ``KeyError`` if there is none."""
    return _METRICS[name]


def every() -> Iterable[Metric]:
    """All metrics in the order they were defined."""
    return tuple(_METRICS.values())


def number_of(records: "QuerySet[Any]") -> Any:
    """The count of the rows as an expression, to read several counts in one query."""
    one_group = records.order_by().annotate(_one=Value(1)).values("_one").annotate(_n=Count("pk")).values("_n")
    return Coalesce(Subquery(one_group, output_field=IntegerField()), 0)


def totals_of(among: "QuerySet[Any]", **totals: Any) -> Subquery:
    """Several aggregates of the same rows as one expression, an object; None when there are no rows."""
    one_group = among.order_by().annotate(_one=Value(1)).values("_one")
    return Subquery(one_group.annotate(_all=JSONObject(**totals)).values("_all"), output_field=JSONField())


def _number(value: Any) -> int | Decimal:
    """A number as JSON gives it; nothing is nought."""
    return Decimal(str(value)) if isinstance(value, float) else value or 0


class Counted(dict[str, Measure]):
    """Name → measure; ``tally`` says when they were counted, or that a worker still counts."""

    tally: Tally


def counted(metrics: Iterable[Metric], scope: Any, period: Period) -> Counted:
    """Several metrics, counted with one query or taken from the cache of ``core.counts``.

    While a worker counts for the first time (``tally.counting``), reading a measure's value counts it in the request.
    """
    asked = _asked(tuple(metrics), scope, period)
    found = Counted((name, measure.again()) for name, measure in asked.measures.items())
    found.tally = Tally({})
    if asked.open_ones:
        found.tally = counts.read("metrics", asked.numbers, names=list(asked.open_ones), **_about(scope, period))
    for name, number in (found.tally.value or {}).items():
        found[name] = replace(found[name], number=number)
    return found


# -- what is asked, kept: making it takes several times longer than the database needs to answer -------------------
KEPT = 1_000
_Kept = tuple[Any, str, Period, date]


def _kept_by(scope: Any, period: Period) -> _Kept:
    """What the rows of a metric hang on. The place of the scope can change, its key does not. What the region sets is
    looked up by the query itself."""
    return scope, getattr(scope, "path", ""), period, timezone.localdate()


def _measure(metric: Metric, scope: Any, period: Period) -> Measure:
    return metric(scope, period) if metric.to_the_minute else _measure_kept(metric, *_kept_by(scope, period))


@lru_cache(maxsize=KEPT)
def _measure_kept(metric: Metric, scope: Any, path: str, period: Period, today: date) -> Measure:
    return metric(scope, period)


class _Asked:
    """Metrics of one scope and period, and the query that counts them."""

    def __init__(self, metrics: Iterable[Metric], scope: Any, period: Period) -> None:
        self.measures = {metric.name: _measure(metric, scope, period) for metric in metrics}
        self.open_ones = {name: each for name, each in sorted(self.measures.items()) if each.is_open}

    @cached_property
    def _question(self) -> "_Question":
        return _question(self.open_ones)

    def numbers(self) -> dict[str, int | Decimal]:
        return self._question.numbers()


def _asked(metrics: tuple[Metric, ...], scope: Any, period: Period) -> _Asked:
    if any(metric.to_the_minute for metric in metrics):
        return _Asked(metrics, scope, period)
    return _asked_kept(metrics, *_kept_by(scope, period))


@lru_cache(maxsize=KEPT // 10)
def _asked_kept(metrics: tuple[Metric, ...], scope: Any, path: str, period: Period, today: date) -> _Asked:
    return _Asked(metrics, scope, period)


def by_branch(metric: Metric, scope: Any, period: Period, length: int) -> Tally:
    """The number of each branch, by ``core.counts``: first ``length`` characters of its path → number."""
    measure = _measure(metric, scope, period)
    if measure.records is None or not measure.branches:
        return Tally({})
    about = _about(scope, period)
    return counts.read(
        "metrics.branches", lambda: _numbers_by(metric, measure, length), name=metric.name, length=length, **about
    )


def numbers_at(
    metrics: Iterable[Metric], places: Iterable[Any], period: Period, *, around: Any = None
) -> dict[Any, dict[str, int | Decimal]]:
    """Several metrics of several organizations that hold nothing below them (teams): key → name → number.

    One query, with a pass for each set of rows, however many places there are.

    :param around: an organization all of them are at or below, where one is at hand; else it is read.
    """
    wanted, where = list(metrics), list(places)
    found: dict[Any, dict[str, int | Decimal]] = {place.pk: {one.name: 0 for one in wanted} for place in where}
    if not where:
        return found
    asking = _asked_by_place if any(one.to_the_minute for one in wanted) else _asked_by_place_kept
    asked, names = asking(tuple(wanted), *_kept_by(around or _around(where), period))
    for one, lines in asked.among(found).read().items():
        for place, *numbers in lines:
            found[place] |= {name: _plain(number) for name, number in zip(names[one], numbers, strict=True)}
    return found


def _asked_by_place(
    metrics: tuple[Metric, ...], scope: Any, path: str, period: Period, today: date
) -> tuple[Written, dict[str, list[str]]]:
    """A pass for each set of rows, of ``THESE`` places; and the names of the metrics in each."""
    asked, names = {}, {}
    for number, ((place, _sql), (rows, totals)) in enumerate(_by_place(metrics, scope, period).items()):
        here = rows.order_by().filter(Among(place, THESE))
        numbers = {f"n_{name}": total for name, total in totals.items()}  # no name of a field
        asked[f"pass_{number}"] = here.values_list(place).annotate(**numbers)
        names[f"pass_{number}"] = list(totals)
    return written(asked), names


_asked_by_place_kept = lru_cache(maxsize=KEPT // 10)(_asked_by_place)


def _plain(number: Any) -> int | Decimal:
    """As a page shows it: a decimal without the trailing digits the database adds."""
    return _number(float(number)) if isinstance(number, Decimal) else number or 0


def _around(places: list[Any]) -> Any:
    """The lowest organization that all of them are at or below."""
    first = places[0]
    paths = [place.path for place in places]
    path, last = min(paths), max(paths)
    while not last.startswith(path):
        path = path[: -first.steplen]
    return first if path == first.path else type(first)._default_manager.get(path=path)


def _by_place(
    metrics: Iterable[Metric], scope: Any, period: Period
) -> "dict[tuple[str, str], tuple[QuerySet[Any], dict[str, Any]]]":
    """(relation to the place, rows as SQL) → the rows, and the aggregates over them by name of the metric."""
    groups: dict[tuple[str, str], tuple[QuerySet[Any], dict[str, Any]]] = {}
    for one in metrics:
        rows, total = one(scope, period).per_place
        _rows, totals = groups.setdefault((one.place or "pk", _which(rows)), (rows, {}))
        totals[one.name] = total
    return groups


def _about(scope: Any, period: Period) -> dict[str, Any]:
    """Scope and period as JSON for a worker; ``_read`` turns them back."""
    return {"scope": [scope._meta.label_lower, scope.pk], "days": [f"{period.start}", f"{period.end}"]}


def _read(scope: list[Any], days: list[str]) -> tuple[Any, Period]:
    start, end = map(date.fromisoformat, days)
    return apps.get_model(scope[0])._default_manager.get(pk=scope[1]), Period(start, end)


def _numbers(measures: dict[str, Measure]) -> dict[str, int | Decimal]:
    return _question(measures).numbers()


@dataclass(frozen=True)
class _Question:
    """All numbers as one query. :ivar plain: names of those that are counts. :ivar passes: of those with a total, by
    the rows they are taken of."""

    row: Written
    plain: tuple[str, ...]
    passes: tuple[list[str], ...]

    def numbers(self) -> dict[str, int | Decimal]:
        (row,) = self.row.read()["row"]
        found = dict(zip(self.plain, row, strict=False))
        for names, totals in zip(self.passes, row[len(self.plain) :], strict=True):
            found |= {name: _number((totals or {}).get(name)) for name in names}
        return found


def _question(measures: dict[str, Measure]) -> _Question:
    """The counts, and a pass for each set of rows that totals are taken of."""
    plain = {
        name: number_of(each.records)
        for name, each in measures.items()
        if each.among is None and each.records is not None
    }
    passes = _passes(measures)
    # the counts are read beside one row of a table that is never empty
    row = ContentType.objects.order_by().values_list(*plain.values(), *(each for _names, each in passes))[:1]
    return _Question(written({"row": row}), tuple(plain), tuple(names for names, _each in passes))


def _which(rows: "QuerySet[Any]") -> str:
    """The rows as SQL, without what is read of them: the same for the same rows."""
    return str(rows.order_by().values("pk").query)


def _passes(measures: dict[str, Measure]) -> list[tuple[list[str], Subquery]]:
    """The measures with a total by the rows they are taken of, each with the expression for all of them."""
    groups: dict[Any, dict[str, Measure]] = {}
    for name, measure in measures.items():
        if measure.among is not None:
            groups.setdefault(_which(measure.among), {})[name] = measure
    passes = []
    for group in groups.values():
        among = next(iter(group.values())).among
        assert among is not None, "sorted out by it"
        passes.append((list(group), totals_of(among, **{name: measure.total for name, measure in group.items()})))
    return passes


def _numbers_by(metric: Metric, measure: Measure, length: int) -> dict[str, int | Decimal]:
    path = f"{metric.place}__path" if metric.place else "path"
    among, number = measure.per_row
    rows = among.order_by().annotate(branch=Substr(path, 1, length)).values("branch").annotate(n=number)
    return {branch: n for branch, n in rows.values_list("branch", "n") if n}


@counter("metrics")
def _count(*, names: list[str], scope: list[Any], days: list[str]) -> dict[str, int | Decimal]:
    place, period = _read(scope, days)
    return _numbers({name: get(name)(place, period) for name in names})


@counter("metrics.branches")
def _count_branches(*, name: str, length: int, scope: list[Any], days: list[str]) -> dict[str, int | Decimal]:
    return _numbers_by(get(name), get(name)(*_read(scope, days)), length)
