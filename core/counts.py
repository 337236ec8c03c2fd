"""Counts that may take long: made at once while that is quick, else in the background and kept with their time.

    @counter("teams.heads")
    def heads(*, office: int) -> dict[str, int]: ...

    tally = counts.read("teams.heads", office=office.pk)

A page waits as long as the setting ``PAGE_WAITS`` says. What takes longer is counted by a worker; until then the page
says so, and asks again. A count once known is shown with the time it was made (截至 09:30) and made anew when it is
older than ``FRESH``. What is quick is never kept. So a number is always right about the moment it names. ``find`` does
the same for the rows of a list (``core.lists.found``).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any, TypeGuard

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from core.limits import TooLong, within
from core.queue import send

SLOW = 0.06  # seconds; what takes longer is kept
FRESH = timedelta(minutes=5)  # from then on a kept count is made anew in the background, and shown until it is
KEPT_FOR = 24 * 3600  # seconds
FOUND_FOR = timedelta(hours=1)  # in which a list shows what was found for it before
BUSY = 5  # times slower than else, for which a light query may be
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
    work = _Work(name, given)
    kept, busy = work.known()
    if isinstance(kept, Tally):
        return work.renewed(kept)
    if kept is None and busy:
        return work.waiting()
    begun = monotonic()
    count = at_once or partial(_COUNTERS[name], **given)
    found = count() if kept == "quick" else _within_limit(count)
    if found is None:
        return work.handed_over()
    if monotonic() - begun > SLOW:
        return _keep(work.key, found)
    if kept is None:
        cache.set(work.key, "quick", QUICK_FOR)
    return Tally(found)


def find(name: str, at_once: Counter, /, *, asked: str, given: Callable[[], dict[str, Any]]) -> Tally:
    """As ``read``, for what is to be as it is now whenever that can be had: only what a page cannot wait for is made by
    the worker, kept, and shown for ``FOUND_FOR``. A machine that has much to do is no reason (``_unless_heavy``).

    :param at_once: may give more than the counter does; it is never kept.
    :param asked: what it is kept under; ``given`` is what the counter takes, asked for only when the worker is needed.
    """
    work = _Work(name, given, asked)
    kept, busy = work.known()
    if _of_late(kept):
        return work.renewed(kept)
    if busy:
        return work.waiting()
    found = _unless_heavy(at_once)
    return work.handed_over() if found is None else Tally(found)


def recount(name: str, given: dict[str, Any], asked: str = "") -> None:
    """Tally and keep; for the worker. May run twice."""
    work = _Work(name, given, asked)
    try:
        _keep(work.key, _COUNTERS[name](**given))
    finally:
        cache.delete(work.lock)


class _Work:
    """One count: where it is kept, whether somebody is at it, and how it is handed to the worker."""

    def __init__(self, name: str, given: dict[str, Any] | Callable[[], dict[str, Any]], asked: str = "") -> None:
        self.name, self._given, self._asked = name, given, asked
        self.key = f"counts:{name}:{asked or _digest(given)}"
        self.lock = f"{self.key}:counting"

    def known(self) -> tuple[Any, bool]:
        """What is kept, and whether it is being counted."""
        held = cache.get_many([self.key, self.lock])
        return held.get(self.key), self.lock in held

    def renewed(self, kept: Tally) -> Tally:
        """What is kept; it is made anew when it is no longer fresh."""
        assert kept.at is not None
        if timezone.now() - kept.at > FRESH:
            self._begin()
        return kept

    def handed_over(self) -> Tally:
        self._begin()
        return self.waiting()

    def waiting(self) -> Tally:
        """The first count is on its way; or it has just been made."""
        kept = cache.get(self.key)
        return kept if _of_late(kept) else Tally(None, since=cache.get(self.lock) or timezone.now())

    def _begin(self) -> None:
        """Have it counted, unless somebody does already."""
        if cache.add(self.lock, timezone.now(), COUNTING_FOR):
            given = self._given() if callable(self._given) else self._given
            send("core.recount", name=self.name, given=given, **({"asked": self._asked} if self._asked else {}))


def _of_late(kept: Any) -> TypeGuard[Tally]:
    """Counted within ``FOUND_FOR``."""
    return isinstance(kept, Tally) and kept.at is not None and timezone.now() - kept.at < FOUND_FOR


def _digest(given: Any) -> str:
    return sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:32]  # a key holds 250 characters, no more


def _keep(key: str, value: Any) -> Tally:
    count = Tally(value, timezone.now())
    cache.set(key, count, KEPT_FOR)
    return count


def _unless_heavy(find: Counter) -> Any:
    """What is found, or None where a query of it takes longer than a page waits: by itself, not because the machine is
    busy. What the database takes for light gets some more time."""
    try:
        with within(settings.PAGE_WAITS):
            return find()
    except TooLong as told:
        if told.cost > settings.HEAVY_QUERY:
            return None
    try:
        with within(settings.PAGE_WAITS * BUSY):
            return find()
    except TooLong:
        return None


def _within_limit(count: Counter) -> Any:
    """What the counter gives, or None where a query of it takes longer than a page waits."""
    try:
        with within(settings.PAGE_WAITS):
            return count()
    except TooLong:
        return None
