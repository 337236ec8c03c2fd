"""When the database, the broker or the object storage is away, the page says so at once instead of failing or hanging.

The first request that meets a dead database waits for the pool's time-out (3 s). It trips the breaker; from then on
every request is answered with 503 at once, and one a second first knocks at the database. When that answers, all goes
on.
"""

import threading
import time
from collections.abc import Callable

import kombu.exceptions
import psycopg
import redis.exceptions
import structlog
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import storage

logger = structlog.get_logger(__name__)
KNOCK_EVERY = 1.0
# connection failures; shutting down, crashed, starting up; too many connections
_CONNECTION_STATES = ("08", "57P01", "57P02", "57P03", "53300")
_BROKER = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, kombu.exceptions.OperationalError)


def is_outage(error: BaseException) -> bool:
    """Whether the database, the broker or the storage could not do its work, as against our code being wrong."""
    return isinstance(error, (OperationalError, InterfaceError, *_BROKER)) or storage.is_away(error)


def _connection_is_gone(error: BaseException) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_CONNECTION_STATES)


class Breaker:
    """Remembers, per process, that the database is away."""

    def __init__(self) -> None:
        self._away = False
        self._knock_at = 0.0
        self._lock = threading.Lock()

    def trip(self) -> None:
        self._away = True
        self._knock_at = time.monotonic() + KNOCK_EVERY

    def lets_through(self) -> bool:
        if not self._away:
            return True
        if time.monotonic() < self._knock_at or not self._lock.acquire(blocking=False):
            return False
        try:
            if _database_answers():
                self._away = False
                logger.info("database_back")
            else:
                self._knock_at = time.monotonic() + KNOCK_EVERY
            return not self._away
        finally:
            self._lock.release()


def _database_answers() -> bool:
    """Past the pool, whose own attempts to reconnect come at growing intervals."""
    parameters = {**connections["default"].get_connection_params(), "connect_timeout": 2}
    try:
        psycopg.connect(**parameters).close()
    except psycopg.Error:
        return False
    return True


breaker = Breaker()


def note(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Trip the breaker if the database is gone; returns the page."""
    if _connection_is_gone(error):
        breaker.trip()
    unusual = isinstance(error, OSError)  # which file, and who wanted it
    logger.error("outage", error=type(error).__name__, path=request.path, exc_info=error if unusual else None)
    return unavailable(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    from portal.errors import page  # errors asks this module what an outage is

    answer = page(request, 503, code="unavailable", detail=_("系统暂时不能用"))
    answer["Retry-After"] = "5"
    return answer


class OutageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not breaker.lets_through():
            return unavailable(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        from portal.errors import answer_for  # errors asks this module what an outage is

        return answer_for(request, error)
