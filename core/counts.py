"""Counts that may take long: made in the request where that is quick, otherwise by a worker, and then cached.

    @counter("teams.heads")
    def heads(*, office: int) -> dict[str, int]: ...

    tally = counts.read("teams.heads", office=office.pk)

A page waits for ``PAGE_WAITS`` seconds (a setting). If a count takes longer, a worker makes it; meanwhile the page says
so and asks again. A cached count is shown with its time (截至 09:30), and counted again in the background once it is
older than ``FRESH``. Quick counts are not cached. So every number is true of the moment it names. ``find`` does this
for the rows of a list (``core.lists.found``).
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any, TypeGuard

from django.conf import settings
from django.core.cache import cache
from django.urls import get_resolver
from django.utils import timezone

from core.limits import TooLong, within
from core.planner import NOT_AGAIN
from core.queue import send

logger = logging.getLogger(__name__)
SLOW = 0.06  # seconds; a count that takes longer is cached
FRESH = timedelta(minutes=5)  # an older count is still shown, while a worker counts again
KEPT_FOR = 24 * 3600  # seconds in the cache
FOUND_FOR = timedelta(hours=1)  # how long a list may show rows a worker found earlier
BUSY = 5  # how many times longer a cheap query may take, because the machine may be busy
QUICK_FOR = 3600  # seconds for which a count that was quick once is made without a time limit
COUNTING_FOR = 300  # seconds after which a worker that has not answered is taken for dead
PATIENCE = timedelta(minutes=2)  # how long a page asks again by itself

Counter = Callable[..., Any]
_COUNTERS: dict[str, Counter] = {}


@dataclass(frozen=True)
class Tally:
    """A count, or the wait for it.

    :param value: None while it is being counted for the first time.
    :param at: when it was counted; None: just now.
    :param since: when the first count was asked for.
    """

    value: Any
    at: datetime | None = None
    since: datetime | None = None

    @property
    def counting(self) -> bool:
        return self.value is None

    @property
    def overdue(self) -> bool:
        """The wait is so long that a page should stop asking by itself."""
        return self.since is not None and timezone.now() - self.since > PATIENCE


def counter(name: str) -> Callable[[Counter], Counter]:
    """Register a function under ``name``. It takes what JSON can hold, by name, and gives anything but None."""

    def register(function: Counter) -> Counter:
        if name in _COUNTERS:
            raise ValueError(f"counter {name} is already defined")
        _COUNTERS[name] = function
        return function

    return register


def named(name: str) -> Counter:
    """The counter of that name. A worker that was just started has loaded no page, and pages bring their counters."""
    if name not in _COUNTERS:
        _ = get_resolver().url_patterns
    return _COUNTERS[name]


def read(name: str, at_once: Counter | None = None, /, **given: Any) -> Tally:
    """What the counter returns for ``given``: counted now, or the cached count.

    :param at_once: returns the same from objects the page already has; a worker calls the counter itself.
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
    """As ``read``, but fresh whenever possible: only what a page cannot wait for is found by a worker, cached and
    shown for up to ``FOUND_FOR``. A busy machine alone is no reason to hand it over (``_unless_heavy``).

    :param at_once: may return more than the counter does; its result is never cached.
    :param asked: the cache key. :param given: returns the counter's arguments; called only when a worker is needed.
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
    """Count and cache; called by the worker. May run twice.

    A query is cancelled when a page takes the worker for dead and would ask another, or the same heavy query would soon
    run many times over. The lock then stays for as long again, from before ``PATIENCE``: no page goes on asking.
    """
    work = _Work(name, given, asked)
    try:
        with within(COUNTING_FOR):
            found = named(name)(**given)
    except TooLong:
        logger.warning("count_given_up", extra={"counter": name})
        cache.set(work.lock, timezone.now() - PATIENCE, COUNTING_FOR)
        return
    except BaseException:
        cache.delete(work.lock)
        raise
    _keep(work.key, found)
    cache.delete(work.lock)


class _Work:
    """One count: its place in the cache, whether a worker is at it, and how it is handed to one."""

    def __init__(self, name: str, given: dict[str, Any] | Callable[[], dict[str, Any]], asked: str = "") -> None:
        self.name, self._given, self._asked = name, given, asked
        self.key = f"counts:{name}:{asked or _digest(given)}"
        self.lock = f"{self.key}:counting"

    def known(self) -> tuple[Any, bool]:
        """What the cache holds, and whether a worker is counting."""
        held = cache.get_many([self.key, self.lock])
        return held.get(self.key), self.lock in held

    def renewed(self, kept: Tally) -> Tally:
        """The cached count; a worker is asked for a new one when it is no longer fresh."""
        assert kept.at is not None
        if timezone.now() - kept.at > FRESH:
            self._begin()
        return kept

    def handed_over(self) -> Tally:
        self._begin()
        return self.waiting()

    def waiting(self) -> Tally:
        """The first count, if it has arrived meanwhile; otherwise the wait for it."""
        kept = cache.get(self.key)
        return kept if _of_late(kept) else Tally(None, since=cache.get(self.lock) or timezone.now())

    def _begin(self) -> None:
        """Ask a worker, unless one is at it already."""
        if cache.add(self.lock, timezone.now(), COUNTING_FOR):
            given = self._given() if callable(self._given) else self._given
            send("core.recount", name=self.name, given=given, **({"asked": self._asked} if self._asked else {}))


def _of_late(kept: Any) -> TypeGuard[Tally]:
    """Whether it was counted within ``FOUND_FOR``."""
    return isinstance(kept, Tally) and kept.at is not None and timezone.now() - kept.at < FOUND_FOR


def _digest(given: Any) -> str:
    return sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:32]  # a key holds 250 characters, no more


def _keep(key: str, value: Any) -> Tally:
    count = Tally(value, timezone.now())
    cache.set(key, count, KEPT_FOR)
    return count


def _unless_heavy(find: Counter) -> Any:
    """What is found, or None where a query is too heavy for a page. One that the database thinks cheap may take
    ``BUSY`` times as long: then it is the machine that is busy."""
    try:
        with within(settings.PAGE_WAITS, NOT_AGAIN):
            return find()
    except TooLong as told:
        if told.cost > settings.HEAVY_QUERY:
            return None
    try:
        with within(settings.PAGE_WAITS * BUSY, NOT_AGAIN):
            return find()
    except TooLong:
        return None


def _within_limit(count: Counter) -> Any:
    """What the counter returns, or None where one of its queries takes longer than a page waits."""
    try:
        with within(settings.PAGE_WAITS):
            return count()
    except TooLong:
        return None
