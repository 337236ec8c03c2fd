"""Counts that take long: kept with their time, made in the background, never waited for."""

import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core import counts, metrics, tasks
from core.limits import within
from core.metrics import Period
from organizations.permissions import forget

CALLS: list[Any] = []


@counts.counter("tests.sample")
def sample(*, place: int, seconds: float = 0) -> dict[str, int]:
    if seconds:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [seconds])
    CALLS.append(place)
    return {"number": len(CALLS)}


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is handed to the worker, who is away."""
    handed: list[dict[str, Any]] = []
    monkeypatch.setattr(counts, "send", lambda task, **given: handed.append(given))
    return handed


@pytest.mark.django_db
def test_what_is_quick_is_counted_each_time_and_not_kept():
    first, second = counts.read("tests.sample", place=1), counts.read("tests.sample", place=1)
    assert (first.value, second.value) == ({"number": 1}, {"number": 2})
    assert first.at is None


@pytest.mark.django_db
def test_what_took_long_is_kept_with_its_time(monkeypatch, sent):
    monkeypatch.setattr(counts, "SLOW", -1)
    first, second = counts.read("tests.sample", place=1), counts.read("tests.sample", place=1)
    assert first.value == second.value == {"number": 1}
    assert second.at is not None
    assert timezone.now() - second.at < timedelta(minutes=1)
    assert counts.read("tests.sample", place=2).value == {"number": 2}, "each place has its own"
    assert not sent


@pytest.mark.django_db
def test_what_is_no_longer_fresh_is_shown_and_made_anew_once(monkeypatch, sent):
    monkeypatch.setattr(counts, "SLOW", -1)
    counts.read("tests.sample", place=1)
    monkeypatch.setattr(counts, "FRESH", timedelta(0))
    assert [counts.read("tests.sample", place=1).value["number"] for _ in range(3)] == [1, 1, 1]
    assert sent == [{"name": "tests.sample", "given": {"place": 1}}], "three readers, one count"
    counts.recount(**sent[0])
    assert counts.read("tests.sample", place=1).value == {"number": 2}
    assert len(sent) == 2, "the worker has given the lock back"


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_first_count(settings, sent):
    settings.PAGE_WAITS = 0.1
    begun = time.monotonic()
    first = counts.read("tests.sample", place=1, seconds=20)
    assert first.counting
    assert not first.overdue
    assert time.monotonic() - begun < 15
    assert counts.read("tests.sample", place=1, seconds=20).counting
    assert len(sent) == 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "0", "the limit ends with the count"


@pytest.mark.django_db
def test_the_worker_makes_what_a_page_did_not_wait_for(monkeypatch):
    assert tasks.recount.name == "core.recount", "registered, so that it is done at once in tests"
    monkeypatch.setattr(counts, "_within_limit", lambda count: None)
    found = counts.read("tests.sample", place=1)
    assert (found.value, found.at is not None) == ({"number": 1}, True)


def test_a_worker_just_started_knows_every_counter():
    names = ["people.standing", "teams.heads", "lists.found", "audit.found", "metrics"]
    assert [counts.named(name) for name in names]
    script = f"import django; django.setup(); from core.counts import named; [named(name) for name in {names}]"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=settings.BASE_DIR)


@pytest.mark.django_db(transaction=True)
def test_a_worker_who_does_not_answer_is_not_asked_for_ever(settings, monkeypatch, sent):
    settings.PAGE_WAITS = 0.05
    assert not counts.read("tests.sample", place=1, seconds=5).overdue
    monkeypatch.setattr(counts, "PATIENCE", timedelta(0))
    assert counts.read("tests.sample", place=1, seconds=5).overdue


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_up_before_another_would_begin_the_same(settings, monkeypatch, sent):
    settings.PAGE_WAITS = 0.1
    waits = []
    monkeypatch.setattr(counts, "within", lambda seconds: (waits.append(seconds), within(0.2))[1])
    assert counts.read("tests.sample", place=1, seconds=20).counting
    counts.recount(**sent[0])
    assert (waits[-1], CALLS) == (counts.COUNTING_FOR, [])
    assert counts.read("tests.sample", place=1, seconds=20).overdue, "no page goes on asking"
    assert len(sent) == 1, "nor begins it again"


def test_a_counter_has_a_name_of_its_own():
    with pytest.raises(ValueError, match="already defined"):
        counts.counter("tests.sample")(sample)


def test_numbers_of_statistics_are_the_same_from_the_worker(office):
    """The worker reads scope and period again and counts the same."""
    scope, period = office("150400"), Period.of_year(2026)
    shown = [metrics.get(name) for name in ("accounts", "teams_on_file", "members_registered")]
    at_once = metrics.counted(shown, scope, period)
    about = {"scope": ["organizations.organization", scope.pk], "days": ["2026-01-01", "2027-01-01"]}
    counts.recount("metrics", {"names": sorted(metric.name for metric in shown), **about})
    kept = metrics.counted(shown, scope, period)
    assert kept.tally.at is not None
    assert {name: measure.value for name, measure in kept.items()} == {
        name: measure.value for name, measure in at_once.items()
    }
    branches = metrics.by_branch(shown[0], scope, period, len(scope.path) + 4)
    counts.recount("metrics.branches", {"name": "accounts", "length": len(scope.path) + 4, **about})
    assert metrics.by_branch(shown[0], scope, period, len(scope.path) + 4).value == branches.value


@pytest.mark.parametrize(
    "url", ["/statistics/", "/teams/summary/?by=members", "/people/standing/"]
)  # fmt: skip
def test_a_page_says_that_it_is_counting_and_asks_again(url, as_user, region, monkeypatch, sent):
    monkeypatch.setattr(counts, "_within_limit", lambda count: None)
    page = as_user(region).get(url)
    assert page.status_code == 200
    text = page.content.decode()
    assert "正在统计" in text
    assert 'hx-trigger="load delay:2s"' in text
    for given in sent:
        counts.recount(**given)
    text = as_user(region).get(url).content.decode()
    assert "正在统计" not in text
    assert "数字截至" in text


def test_somebody_with_part_of_the_sight_has_counts_of_its_own(region, captain, office):
    from organizations.viewers import viewer_key  # models are ready only in a test

    assert viewer_key(region, office("150400"), "view_member")["user"] is None
    held = viewer_key(captain, office("150400"), "view_member")
    assert held["user"] == captain.pk
    captain.appointments.update(starts_at="2025-01-01T00:00Z", ends_at="2026-01-01T00:00Z")
    forget(captain)
    now = viewer_key(captain, office("150400"), "view_member")["held"]
    assert now != held["held"], "not shown after a duty has ended"
