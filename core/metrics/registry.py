"""Which metrics there are, by name, and how each is shown."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django_stubs_ext import StrOrPromise

from core.metrics.measures import Measure
from core.metrics.periods import Period

Function = Callable[[Any, Period], Measure]
Link = Callable[[Any, Period], str]


@dataclass(frozen=True)
class OfOne:
    """What 1 and 0 mean where a count of organizations is shown for a single one, and its label there."""

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
    :param to_the_minute: its rows depend on the time of day, such as duties in force: its query is not kept.
    :param of_one: how a count of organizations reads where it is shown for a single one.
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
