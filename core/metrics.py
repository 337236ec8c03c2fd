"""Named numbers with the records behind them (design §4): one number is computed in one place.

    @metric("offices_unstaffed", _("无专职人员机构数"), _("个"), note=_("今天在册、没有专职人员的红十字会机构"))
    def offices_unstaffed(scope: Organization, period: Period) -> Measure:
        return Measure.of(Organization.objects.below(scope).filter(has_staff=False))

Statistics, standards and reports read the same functions by name. A metric never checks rights: the caller passes a
scope it may see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Substr
from django_stubs_ext import StrOrPromise

from core import counts
from core.counts import Tally, counter


@dataclass(frozen=True)
class Period:
    """Days from ``start`` up to and without ``end``."""

    start: date
    end: date

    @classmethod
    def of_year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    def __str__(self) -> str:
        if self == Period.of_year(self.start.year):
            return f"{self.start.year}"
        return f"{self.start:%Y-%m-%d} — {self.end:%Y-%m-%d}"


@dataclass(frozen=True)
class Measure:
    """A number and the rows it is counted from. Counted when first read, or for several at once by ``counted``."""

    number: int | Decimal | None = None
    records: "QuerySet[Any] | None" = None

    @classmethod
    def of(cls, records: "QuerySet[Any]") -> "Measure":
        return cls(None, records)

    @cached_property
    def value(self) -> int | Decimal:
        if self.number is not None:
            return self.number
        return self.records.order_by().count() if self.records is not None else 0


Function = Callable[[Any, Period], Measure]
Link = Callable[[Any, Period], str]


@dataclass(frozen=True)
class Metric:
    """A registered function and how to show it.

    :param link: (scope, period) → address of the list that shows exactly the records.
    :param place: relation from a record to its organization (``""``: the record is one), for breakdowns.
    """

    name: str
    label: StrOrPromise
    unit: StrOrPromise
    note: StrOrPromise
    function: Function
    link: Link | None
    place: str

    do_not_call_in_templates: ClassVar[bool] = True  # a template shows it; only code asks for its number

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
) -> Callable[[Function], Metric]:
    """Register a function under ``name``. A name can be taken once."""

    def register(function: Function) -> Metric:
        if name in _METRICS:
            raise ValueError(f"metric {name} is already defined")
        _METRICS[name] = Metric(name, label, unit, note, function, link, place)
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


def number_up_to(most: int, records: "QuerySet[Any]") -> Any:
    """The same, counted no further than ``most``: what it costs does not grow with what there is."""
    ones = ArraySubquery(records.order_by().annotate(_one=Value(1)).values("_one")[:most])
    # cast, because a queryset known to be empty becomes a bare NULL
    number = "COALESCE(CARDINALITY(%(expressions)s::integer[]), 0)"
    return Func(ones, template=number, output_field=IntegerField())


class Counted(dict[str, Measure]):
    """Name → measure; ``tally`` says when they were counted, or that they still are."""

    tally: Tally


def counted(metrics: Iterable[Metric], scope: Any, period: Period) -> Counted:
    """Several metrics, all counts read in one query, or as ``core.counts`` has kept them.

    While they are counted for the first time (``tally.counting``) each measure still counts itself when it is read.
    """
    found = Counted((metric.name, metric(scope, period)) for metric in metrics)
    uncounted = {name: each for name, each in sorted(found.items()) if each.number is None}
    records = {name: each.records for name, each in uncounted.items() if each.records is not None}
    found.tally = Tally({})
    if records:
        about = _about(scope, period)
        found.tally = counts.read("metrics", lambda: _numbers(records), names=list(records), **about)
    for name, number in (found.tally.value or {}).items():
        found[name] = Measure(number, found[name].records)
    return found


def by_branch(metric: Metric, scope: Any, period: Period, length: int) -> Tally:
    """The number of each branch: path of ``length`` characters → number, as ``core.counts`` has it."""
    records = metric(scope, period).records
    if records is None:
        return Tally({})
    about = _about(scope, period)
    return counts.read(
        "metrics.branches", lambda: _numbers_by(metric, records, length), name=metric.name, length=length, **about
    )


def _about(scope: Any, period: Period) -> dict[str, Any]:
    """What ``_read`` makes a scope and a period of again."""
    return {"scope": [scope._meta.label_lower, scope.pk], "days": [f"{period.start}", f"{period.end}"]}


def _read(scope: list[Any], days: list[str]) -> tuple[Any, Period]:
    start, end = map(date.fromisoformat, days)
    return apps.get_model(scope[0])._default_manager.get(pk=scope[1]), Period(start, end)


def _numbers(records: "dict[str, QuerySet[Any]]") -> dict[str, int]:
    wanted = [number_of(rows) for rows in records.values()]
    # the counts are read beside one row of a table that is never empty
    row = ContentType.objects.order_by().values_list(*wanted)[:1].get()
    return dict(zip(records, row, strict=True))


def _numbers_by(metric: Metric, records: "QuerySet[Any]", length: int) -> dict[str, int]:
    path = f"{metric.place}__path" if metric.place else "path"
    rows = records.order_by().annotate(branch=Substr(path, 1, length)).values("branch").annotate(n=Count("pk"))
    return dict(rows.values_list("branch", "n"))


@counter("metrics")
def _count(*, names: list[str], scope: list[Any], days: list[str]) -> dict[str, int]:
    place, period = _read(scope, days)
    return _numbers({name: get(name)(place, period).records for name in names})  # type: ignore[misc]


@counter("metrics.branches")
def _count_branches(*, name: str, length: int, scope: list[Any], days: list[str]) -> dict[str, int]:
    records = get(name)(*_read(scope, days)).records
    return _numbers_by(get(name), records, length) if records is not None else {}
