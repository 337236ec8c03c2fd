"""Changes thousands of rows in one statement per set of fields."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

Changes = Mapping[int, Mapping[str, Any]]
BATCH = 2_000


def update_rows(model: type[Model], changes: Changes) -> list[tuple[int, int]]:
    """Write ``{pk: {field: value}}`` and count each row's ``version`` up; returns key and new version of each.

    History is written by the triggers as for any other change. Values go over as one JSON document, which PostgreSQL
    reads back by the columns' own types.
    """
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    for pk, values in changes.items():
        if values:
            groups[tuple(sorted(values))].append((pk, values))
    done: list[tuple[int, int]] = []
    for names, rows in groups.items():
        for start in range(0, len(rows), BATCH):
            done += _update(model, names, rows[start : start + BATCH])
    return done


def _update(
    model: type[Model], names: tuple[str, ...], rows: list[tuple[int, Mapping[str, Any]]]
) -> list[tuple[int, int]]:
    fields = [model._meta.get_field(name) for name in names]
    columns = [(str(field.column), field.db_type(connection)) for field in fields]  # type: ignore[union-attr]
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    sets = ", ".join(f"{quote(column)} = v.{quote(column)}" for column, _kind in columns)
    shape = ", ".join(f"{quote(column)} {kind}" for column, kind in (("id", "bigint"), *columns))
    document = [
        {"id": pk, **{column: values[name] for name, (column, _kind) in zip(names, columns, strict=True)}}
        for pk, values in rows
    ]
    sql = (
        f"UPDATE {table} AS t SET {sets}, version = t.version + 1 "  # noqa: S608 - names of the model's own columns
        f"FROM jsonb_to_recordset(%s::jsonb) AS v({shape}) WHERE t.id = v.id RETURNING t.id, t.version"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False)])
        return [(pk, version) for pk, version in cursor.fetchall()]
