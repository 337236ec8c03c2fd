"""What is said to the database beside a query reaches it, and is forgotten with the query."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.planner import as_written
from organizations.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _as_shipped(transactional_db: None) -> Iterator[None]:
    """The database of the tests never weighs orders (``bin/lib/launcher/postgres.py``); a real one does."""
    with connection.cursor() as cursor:
        cursor.execute("SET join_collapse_limit = 8")
        yield
        cursor.execute("RESET join_collapse_limit")


def _limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW join_collapse_limit")
        return str(cursor.fetchone()[0])


def test_a_record_is_read_in_the_order_written_and_the_next_query_is_planned_as_ever() -> None:
    with CaptureQueriesContext(connection) as captured, as_written():
        assert User.objects.select_related("organization").get(username="chifeng").organization.code == "150400"
        assert _limit() == "1"
    assert len(captured) == 2
    assert _limit() == "8"


def test_within_a_transaction_nothing_is_said_that_would_outlive_the_query() -> None:
    with transaction.atomic():
        with as_written():
            User.objects.get(username="chifeng")
        assert _limit() == "8"
