"""Brings the database back to what it was when the tests began, after a test that committed.

Django would empty every table instead; then the reference data and the cast had to be made again for the next test.
Here a test finds the same rows whichever ran before it, and only the tables it changed are written anew.
"""

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_TABLES = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname ORDER BY c.relname
"""
_TRIGGERS = "SELECT array_agg(DISTINCT tgname::text)::text FROM pg_trigger WHERE NOT tgisinternal"


class Kept:
    """The rows of all tables as they are now."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            self.columns: dict[str, str] = dict(cursor.fetchall())
            cursor.execute(_TRIGGERS)
            self.triggers: str = cursor.fetchone()[0]
            self.marks = self._marks(cursor)
            self.rows = {table: self._copy_out(cursor, table) for table, (count, _sum) in self.marks.items() if count}

    def restore(self) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            now = self._marks(cursor)
            changed = [table for table, mark in now.items() if mark != self.marks[table]]
            # What the triggers of history note, and what those against deleting refuse, are no acts of anybody here.
            cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [self.triggers])
            for table in changed:
                cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a table of the catalogue
            for table in changed:
                if table in self.rows:
                    self._copy_in(cursor, table)

    def _marks(self, cursor: Any) -> dict[str, tuple[int, str]]:
        """How many rows each table has, and a sum over what is in them."""
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM \"{table}\" t"  # noqa: S608
                for table in self.columns
            )
        )
        return {table: (count, total) for table, count, total in cursor.fetchall()}

    def _copy_out(self, cursor: Any, table: str) -> bytes:
        with cursor.copy(f'COPY "{table}" ({self.columns[table]}) TO STDOUT') as copy:
            return b"".join(bytes(part) for part in copy)

    def _copy_in(self, cursor: Any, table: str) -> None:
        with cursor.copy(f'COPY "{table}" ({self.columns[table]}) FROM STDIN') as copy:
            copy.write(self.rows[table])
