"""The registry of metrics, and reading several in one query."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import metrics
from core.metrics import Measure, Period
from organizations.models import Organization, User

PERIOD = Period.of_year(2026)


def test_period_is_half_open_and_reads_well():
    assert (PERIOD.start, PERIOD.end) == (date(2026, 1, 1), date(2027, 1, 1))
    assert str(PERIOD) == "2026"
    assert str(Period(date(2026, 1, 1), date(2026, 7, 1))) == "2026-01-01 — 2026-07-01"


def test_name_is_taken_once():
    with pytest.raises(ValueError, match="already defined"):
        metrics.metric("offices", "x", "x")(lambda scope, period: Measure(1))


def test_metric_is_found_by_name_and_can_be_called(region):
    offices = metrics.get("offices")
    assert offices(region.organization, PERIOD).value == 116
    assert offices in metrics.every()
    with pytest.raises(KeyError):
        metrics.get("no such thing")


@pytest.mark.django_db
def test_measure_counts_when_read():
    with CaptureQueriesContext(connection) as asked:
        measure = Measure.of(User.objects.all())
        assert len(asked) == 0
        assert measure.value == measure.value == User.objects.count()
    assert len(asked) == 2


@pytest.mark.django_db
def test_several_are_counted_in_one_query(region):
    alone = {metric.name: metric(region.organization, PERIOD).value for metric in metrics.every()}
    with CaptureQueriesContext(connection) as asked:
        together = metrics.counted(metrics.every(), region.organization, PERIOD)
        assert {name: measure.value for name, measure in together.items()} == alone
    assert len(asked) == 1
    assert together["offices"].records.model is Organization


def test_what_a_metric_asks_hangs_on_scope_period_and_day_alone(region, monkeypatch):
    """Its SQL is kept: nothing may be read while it is made, and no time of day may stand in it."""
    told = []
    for hour in (1, 9):
        moment = datetime(2026, 11, 26, hour, 30, tzinfo=UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        with CaptureQueriesContext(connection) as asked:
            measures = [one(region.organization, PERIOD) for one in metrics.every() if not one.to_the_minute]
        assert len(asked) == 0
        asks = [ask for each in measures for ask in (each.per_row, each.per_place)]
        told.append([str(metrics.totals_of(rows, one=total).query) for rows, total in asks])
    assert told[0] == told[1]
