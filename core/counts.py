"""Counts that may take long: made at once while that is quick, else in the background and kept with their time.

    @counter("teams.heads")
    def heads(*, office: int) -> dict[str, int]: ...

    tally = counts.read("teams.heads", office=office.pk)

A page waits ``LIMIT`` at most. What takes longer is counted by a worker; until then the page says so, and asks again. A
count once known is shown with the time it was made (截至 09:30) and made anew when it is older than ``FRESH``. What is
quick is never kept. So a number is always right about the moment it names.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import QueryCanceled

from core.queue import send

SLOW = 0.06  # seconds; what takes longer is kept
LIMIT = 0.4  # seconds a page waits for a count that nobody has made yet
FRESH = timedelta(minutes=5)  # from then on a kept count is made anew in the background, and shown until it is
KEPT_FOR = 24 * 3600  # seconds
QUICK_FOR = 3600  # seconds in which what was quick once is counted without a limit
COUNTING_FOR = 300  # seconds; then a worker that has not answered is taken for dead
PATIENCE = timedelta(minutes=2)  # for which a page asks again by itself

Counter = Callable[..., Any]
_COUNTERS: dict[str, Counter] = {}


@dataclass(frozen=True)
class Tally:
    """:param value: None: it is being counted for the first time. :param at: when it was counted; None: just now.
    :param since: since when somebody waits for the first count."""

    value: Any
    at: datetime | None = None
    since: datetime | None = None

    @property
    def counting(self) -> bool:
        return self.value is None

    @property
    def overdue(self) -> bool:
        """It takes so long that a page should not ask again by itself."""
        return self.since is not None and timezone.now() - self.since > PATIENCE


def counter(name: str) -> Callable[[Counter], Counter]:
    """Register a function under ``name``. It takes what JSON can hold, by name, and gives anything but None."""

    def register(function: Counter) -> Counter:
        if name in _COUNTERS:
            raise ValueError(f"counter {name} is already defined")
        _COUNTERS[name] = function
        return function

    return register


def read(name: str, at_once: Counter | None = None, /, **given: Any) -> Tally:
    """What the counter gives for ``given``: now, or as it was when it was last counted.

    :param at_once: gives the same from objects that the page has in hand; the worker reads them again.
    """
    key = _key(name, given)
    kept = cache.get(key)
    if isinstance(kept, Tally):
        assert kept.at is not None
        if timezone.now() - kept.at > FRESH:
            _begin(key, name, given)
        return kept
    if kept is None and cache.get(_lock(key)) is not None:
        return _waiting(key)
    begun = monotonic()
    count = at_once or partial(_COUNTERS[name], **given)
    found = count() if kept == "quick" else _within_limit(count)
    if found is None:
        _begin(key, name, given)
        return _waiting(key)
    if monotonic() - begun > SLOW:
        return _keep(key, found)
    if kept is None:
        cache.set(key, "quick", QUICK_FOR)
    return Tally(found)


def recount(name: str, given: dict[str, Any]) -> None:
    """Tally and keep; for the worker. May run twice."""
    key = _key(name, given)
    try:
        _keep(key, _COUNTERS[name](**given))
    finally:
        cache.delete(_lock(key))


def _key(name: str, given: dict[str, Any]) -> str:
    asked = json.dumps(given, sort_keys=True)
    return f"counts:{name}:{sha256(asked.encode()).hexdigest()[:32]}"  # a key holds 250 characters, no more


def _lock(key: str) -> str:
    return f"{key}:counting"


def _keep(key: str, value: Any) -> Tally:
    count = Tally(value, timezone.now())
    cache.set(key, count, KEPT_FOR)
    return count


def _begin(key: str, name: str, given: dict[str, Any]) -> None:
    """Have it counted, unless somebody does already."""
    if cache.add(_lock(key), timezone.now(), COUNTING_FOR):
        send("core.recount", name=name, given=given)


def _waiting(key: str) -> Tally:
    """The first count is on its way; or it has just been made."""
    kept = cache.get(key)
    return kept if isinstance(kept, Tally) else Tally(None, since=cache.get(_lock(key)) or timezone.now())


def _within_limit(count: Counter) -> Any:
    """What the counter gives, or None where a query of it takes longer than ``LIMIT``.

    Within a transaction of somebody else there is no limit: it would hold for what follows as well.
    """
    if connection.in_atomic_block:
        return count()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(LIMIT * 1000))])
            return count()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise
