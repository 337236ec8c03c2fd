"""INSERT … SELECT for a model: columns that are not given get the empty value of their kind, so that a new column of
the product does not break the seed."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.history.as_at import events_of

_EMPTY: tuple[tuple[type[models.Field], str], ...] = (
    (models.BooleanField, "false"),
    (models.JSONField, "'{}'::jsonb"),
    (ArrayField, "'{}'"),
    (models.DateTimeField, "now()"),
    (models.DateField, "current_date"),
    (models.IntegerField, "0"),
)


def insert(model: type[models.Model], source: str, **values: str) -> str:
    """``values``: column → SQL over ``source`` (FROM and what follows)."""
    columns = dict(values)
    fields: list[Any] = list(model._meta.concrete_fields)
    if any(field.column == "version" for field in fields):
        columns.setdefault("version", "1")
    for field in fields:
        left_out = isinstance(field, models.GeneratedField | models.AutoField) or field.null
        if field.column not in columns and not left_out:
            columns[field.column] = _empty(field)
    names, expressions = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {expressions} {source}"


def _empty(field: Any) -> str:
    return next((empty for kind, empty in _EMPTY if isinstance(field, kind)), "''")


def events(model: type[models.Model], moment: str) -> str:
    """History as the triggers would have written it: one insert event per row."""
    event = events_of(model)
    columns = ", ".join(f'"{field.column}"' for field in event._meta.concrete_fields if field.name[:4] != "pgh_")
    return f"""
    INSERT INTO {event._meta.db_table} ({columns}, pgh_created_at, pgh_label, pgh_obj_id, pgh_context)
    SELECT {columns}, {moment}, 'insert', id, '{{"user": null, "office": "", "user_name": "", "url": "seed"}}'::jsonb
    FROM {model._meta.db_table} row
    WHERE NOT EXISTS (SELECT 1 FROM {event._meta.db_table} e WHERE e.pgh_obj_id = row.id)
    """  # noqa: S608


def reset_sequence(model: type[models.Model]) -> str:
    table = model._meta.db_table
    return f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
