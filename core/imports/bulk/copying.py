"""New rows by COPY: several times faster than INSERT for thousands of rows with many columns.

They go into a table of the transaction's own and from there, by one statement, into the real one: so the triggers that
write the history know who did it, which they do not for a bare COPY.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import AutoField, BigAutoField, DateTimeField, GeneratedField, Model
from django.utils import timezone


def insert_rows(model: type[Model], objects: Sequence[Model]) -> None:
    """Save new objects and give them their keys. The caller holds the transaction; no ``save`` is called.

    Values are taken as the fields hold them, so only for models without fields that prepare their values themselves.
    """
    if not objects:
        return
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]
    table, quote = model._meta.db_table, connection.ops.quote_name
    columns = ", ".join(quote(field.column or "") for field in fields)
    own = quote(f"copied_{table}")
    _prepare(model, objects)
    names = [field.attname for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {own} ON COMMIT DROP AS "  # noqa: S608 - names of the model's own
            f"SELECT {columns} FROM {quote(table)} WITH NO DATA"
        )
        with cursor.copy(f"COPY {own} ({columns}) FROM STDIN") as copy:
            for each in objects:
                held = each.__dict__
                copy.write_row([held[name] for name in names])
        cursor.execute(f"INSERT INTO {quote(table)} ({columns}) SELECT {columns} FROM {own} ORDER BY 1")  # noqa: S608
        cursor.execute(f"TRUNCATE {own}")


def _prepare(model: type[Model], objects: Sequence[Model]) -> None:
    """Keys from the sequence, and the moment for fields that note it."""
    key = model._meta.pk
    assert isinstance(key, AutoField | BigAutoField)
    moments = [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, DateTimeField) and (field.auto_now_add or field.auto_now)
    ]
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, key.column, len(objects)],
        )
        keys = [number for (number,) in cursor.fetchall()]
    for each, number in zip(objects, keys, strict=True):
        each.pk = number
        each._state.adding, each._state.db = False, connection.alias
        for name in moments:
            setattr(each, name, now)
