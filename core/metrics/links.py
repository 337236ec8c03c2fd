"""The list behind a number: it makes the same choice by its filters."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core.metrics.periods import Period
from core.metrics.registry import Link


def behind(route: str, *, looks_back: bool = False, now_only: bool = False, **filters: str) -> Link:
    """The list ``route`` under the scope. In the value of a filter ``{start}`` and ``{last}`` stand for the period's
    first and last day (a list's days are inclusive), ``{year}`` for the year it begins in, ``{day}`` for the day its
    numbers are as at; an empty one is left out.

    :param looks_back: the list can be shown as at the period's day.
    :param now_only: it shows only how things are now, so there is none for a period that is past.
    """

    def link(scope: Any, period: Period) -> str:
        if now_only and period.past:
            return ""
        days = {
            "start": period.start,
            "last": period.end - timedelta(days=1),
            "year": period.start.year,
            "day": period.as_at,
        }
        chosen = {name: value.format(**days) for name, value in filters.items() if value}
        day = period.looked_back() if looks_back else {}
        return f"{reverse(route)}?{urlencode({'under': scope.pk, **chosen, **day})}"

    return link
