"""What is said to the database about how to go about a query, where it would choose badly or think too long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# A word that finds thousands: the database would keep all of them and look through them again for every place in the
# order of the list, taking for granted that the page is full after a few.
NOT_AGAIN = "SET LOCAL enable_material = off; "
_AS_WRITTEN = "SET LOCAL join_collapse_limit = 1; "


@contextmanager
def as_written() -> Iterator[None]:
    """Let the database join tables in the order in which the queries of the block name them.

    For one record by its key with a dozen others beside it: to weigh all orders takes the database 20 ms, to read the
    rows less than one. Not for lists, where the order decides. Sent with each query, and ended with it; not within an
    open transaction, which it would outlive the query in.
    """
    if connection.in_atomic_block:
        yield
        return

    def ordered(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(_AS_WRITTEN + sql, params, many, context)
        context["cursor"].nextset()
        return answer

    with connection.execute_wrapper(ordered):
        yield
