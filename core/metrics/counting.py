"""Reads the numbers of metrics: many of one scope, of each branch, or of many teams, each with one query."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Substr
from django.utils import timezone

from core import counts
from core.counts import Tally, counter
from core.lookups import Among
from core.metrics.measures import Measure, as_number, number_of, totals_of
from core.metrics.periods import Period
from core.metrics.registry import Metric, get
from core.together import THESE, Written, written


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
    """What the rows of a metric depend on. The path of the scope can change, its key does not. What the region sets is
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
    return as_number(float(number)) if isinstance(number, Decimal) else number or 0


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
            found |= {name: as_number((totals or {}).get(name)) for name in names}
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
    return _question({name: get(name)(place, period) for name in names}).numbers()


@counter("metrics.branches")
def _count_branches(*, name: str, length: int, scope: list[Any], days: list[str]) -> dict[str, int | Decimal]:
    return _numbers_by(get(name), get(name)(*_read(scope, days)), length)
