"""A time limit for the queries of one page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from time import monotonic
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled


class TooLong(Exception):  # noqa: N818 - not an error: the query takes longer than a page may
    """A query was cancelled because it took too long.

    :ivar cost: the planner's estimate, in its own unit (about 100,000 a second on an idle machine). It tells a heavy
        query from a busy machine.
    """

    def __init__(self, cost: float) -> None:
        super().__init__(cost)
        self.cost = cost


@contextmanager
def within(seconds: float, planning: str = "") -> Iterator[None]:
    """Cancel every query of the block that takes longer than ``seconds``.

    :param planning: one more ``SET LOCAL``, for how the database goes about these queries (``core.planner``).

    The limit is sent with each query and ends with it, so it costs no round trip and is never left behind. Inside an
    open transaction there is no limit, because a cancelled query would end that transaction.

    :raises TooLong: when a query was cancelled.
    """
    if connection.in_atomic_block:
        yield
        return
    limit = f"{planning}SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}; "

    def limited(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        begun = monotonic()
        try:
            answer = execute(limit + sql, params, many, context)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            # of several statements sent at once only the first would be explained
            if not sql.startswith("SELECT") or "set_config(" in sql[:40]:
                raise TooLong(inf) from error
            execute("EXPLAIN (FORMAT JSON) " + sql, params, many, context)
            raise TooLong(context["cursor"].fetchone()[0][0]["Plan"]["Total Cost"]) from error
        for _set in range(limit.count(";")):
            context["cursor"].nextset()
        if monotonic() - begun > seconds / 2:
            _take_late_end()
        return answer

    with connection.execute_wrapper(limited):
        yield


def _take_late_end() -> None:
    """The limit may be reached just as a query finishes, and would then cancel the next one: let it cancel this one."""
    with suppress(QueryCanceled):
        connection.connection.execute("SELECT 1")
