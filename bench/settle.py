"""Waits until the database is as quiet as after a night; else the pages are charged what filling it left to do."""

import time

from django.db import connection
from django.db.backends.utils import CursorWrapper

MOST_SECONDS = 600


def settle() -> None:
    """Vacuum and analyse, write everything out, and wait until no autovacuum is at work.

    Begins with a new session: the old one hands in the counts of rows it has written when it ends, and they would wake
    autovacuum for a second vacuum of every table in the middle of the measurement.
    """
    connection.close()
    time.sleep(2)  # until the counts are in
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
        until = time.monotonic() + MOST_SECONDS
        while time.monotonic() < until and _autovacuums(cursor):
            time.sleep(1)


def _autovacuums(cursor: CursorWrapper) -> int:
    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'")
    return cursor.fetchone()[0]
