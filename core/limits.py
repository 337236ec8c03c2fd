"""A limit on what the database may take for one page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled


class TooLong(Exception):  # noqa: N818 - not a fault: what was asked takes longer than a page may
    """A query was ended because it took too long."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Every query of the block may take so long.

    The limit is sent along with each query and ends with it, so it costs no round trip and is never left behind. Within
    a transaction of somebody else there is none: ending a query would end the transaction.

    :raises TooLong: when a query has been ended.
    """
    if connection.in_atomic_block:
        yield
        return
    limit = f"SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}; "

    def limited(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(limit + sql, params, many, context)
        context["cursor"].nextset()  # past the answer to SET
        return answer

    try:
        with connection.execute_wrapper(limited):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooLong from error
        raise
