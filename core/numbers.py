"""Document numbers without gaps or doubles, also when many processes draw at once."""

from django.db import connection

from core.models.numbers import NumberSequence


def next_number(key: str) -> int:
    """Draw the next number under ``key``; the first is 1 (``next_numbers``)."""
    return next_numbers(key, 1)[0]


def next_numbers(key: str, count: int) -> range:
    """Draw the next ``count`` numbers under ``key`` at once.

    Must run inside the transaction that uses the number: the counter's row stays locked until that commits, and a
    roll-back gives the number back. That is what makes the series gap-free, at the price of drawing one by one per key.

    :raises RuntimeError: outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is drawn in the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{NumberSequence._meta.db_table}" (key, value) VALUES (%s, %s) '  # noqa: S608 - our own table name
            "ON CONFLICT (key) DO UPDATE SET value = "
            f'"{NumberSequence._meta.db_table}".value + EXCLUDED.value RETURNING value',
            [key, count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def numbered(prefix: str, code: str, year: int) -> str:
    """A full number such as ``NMHS-150400-2026-0007``: prefix, division code, year, four digits."""
    key = f"{prefix}-{code}-{year}"
    return f"{key}-{next_number(key):04d}"
