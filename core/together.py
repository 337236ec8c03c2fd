"""Several lists in one round trip to the database.

A page that shows many small lists (phrases, comments, the rule, its steps) would need a query for each. ``together``
reads them all with one and returns the same objects as the querysets; ``numbers`` counts the rows of several at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)

_ARGUMENTS = 100
Question = tuple[str, tuple[Any, ...]]  # SQL that counts, and its parameters


@dataclass(frozen=True)
class Written:
    """Several lists as one statement: written once, read as often as one likes while the conditions of the rows hold
    (they may name a day or a person)."""

    names: tuple[str, ...]
    sql: str
    params: tuple[Any, ...]
    read_as: dict[str, tuple[models.QuerySet[Any], Any]]  # queryset and compiler of those that can have rows

    def put(self, instead: Mapping[Any, Any]) -> "Written":
        """The same with other parameters where stand-ins were written: what every request asks is written only once."""
        return replace(self, params=tuple([instead.get(param, param) for param in self.params]))

    def read(self) -> dict[str, list[Any]]:
        """Name → rows, in the order of each queryset; new objects each time."""
        found: dict[str, list[Any]] = {name: [] for name in self.names}
        if self.read_as:
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                cursor.execute(self.sql, self.params)
                answer = cursor.fetchone()
            for (name, (rows, compiler)), lines in zip(self.read_as.items(), answer, strict=True):
                found[name] = _made(rows, compiler, [json.loads(line) for line in lines])
        return found


def together(**wanted: models.QuerySet[Any]) -> dict[str, list[Any]]:
    """Read ``wanted`` with one query: name → rows, in the order of each queryset.

    Takes querysets of objects (also with ``select_related`` and annotations) and of ``values`` or ``values_list``; not
    ``prefetch_related``. Meant for short lists: each travels as JSON.
    """
    return written(wanted).read()


def written(wanted: Mapping[str, models.QuerySet[Any]]) -> Written:
    """What ``together`` reads, without reading it."""
    parts: list[str] = []
    params: list[Any] = []
    read_as = {}
    for name, rows in wanted.items():
        assert not rows._prefetch_related_lookups, "what is prefetched would be a query of its own"  # type: ignore[attr-defined]
        compiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        try:
            sql, given = compiler.as_sql()
        except (EmptyResultSet, FullResultSet):
            continue
        names = [f"c{number}" for number in range(len(compiler.select))]
        columns = ", ".join(names)
        # a function of the database takes a hundred arguments
        told = [_exactly(name, column) for name, (column, _sql, _alias) in zip(names, compiler.select, strict=True)]
        some = [", ".join(told[start : start + _ARGUMENTS]) for start in range(0, len(told), _ARGUMENTS)]
        line = " || ".join(f"jsonb_build_array({each})" for each in some)
        # names of columns we made, and SQL the ORM made: nothing that anybody typed, which stands in ``params``
        parts.append(f"ARRAY(SELECT ({line})::text FROM ({sql}) AS t ({columns}))")  # noqa: S608
        params += given
        read_as[name] = (rows, compiler)
    return Written(tuple(wanted), f"SELECT {', '.join(parts)}", tuple(params), read_as)


def question(rows: models.QuerySet[Any], *, most: int) -> Question | None:
    """How many ``rows`` there are, counted no further than ``most``: what that costs does not grow with what there is.
    To be asked by ``numbers``, now or within the time that the rows' conditions hold. None: nothing is among them."""
    ones = rows.order_by().annotate(_one=models.Value(1)).values("_one")[:most]
    try:
        sql, params = ones.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS]).as_sql()
    except EmptyResultSet:
        return None
    return f"(SELECT COUNT(*) FROM ({sql}) AS t)", tuple(params)  # noqa: S608 - SQL of the ORM


def numbers(wanted: dict[str, Question | None]) -> dict[str, int]:
    """The answers to several questions, with one query."""
    asked = {name: one for name, one in wanted.items() if one}
    answers: tuple[int, ...] = ()
    if asked:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            sql = ", ".join(text for text, _params in asked.values())
            cursor.execute(f"SELECT {sql}", [each for _sql, params in asked.values() for each in params])
            answers = cursor.fetchone()
    return dict.fromkeys(wanted, 0) | dict(zip(asked, answers, strict=True))


def keep(one: models.Model, name: str, rows: models.QuerySet[Any], found: list[Any]) -> None:
    """Leave ``found`` with ``one`` as ``prefetch_related`` would: whoever asks for ``one.<name>.all()`` gets it."""
    kept: Any = rows.all()
    kept._result_cache, kept._prefetch_done = found, True
    one.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept


def _exactly(name: str, column: Any) -> str:
    """A decimal travels as text: as a number of JSON it would be read as a float, 2.40 as 2.40000."""
    return f"{name}::text" if isinstance(column.output_field, models.DecimalField) else name


def _made(rows: Any, compiler: Any, lines: list[list[Any]]) -> list[Any]:
    """The objects of a queryset from its raw rows, as its own iteration makes them."""
    fields = [column.output_field for column, _sql, _alias in compiler.select]
    for line in lines:
        for index, field in enumerate(fields):
            if line[index] is not None and not isinstance(field, models.JSONField):
                line[index] = field.to_python(line[index])
    kind = rows._iterable_class
    if kind is FlatValuesListIterable:
        return [line[0] for line in lines]
    if kind is ValuesListIterable:
        return [tuple(line) for line in lines]
    if kind is ValuesIterable:
        query = rows.query
        names = list(query.selected or [*query.extra_select, *query.values_select, *query.annotation_select])
        return [dict(zip(names, line, strict=True)) for line in lines]
    assert kind is ModelIterable, "a kind of queryset this does not know"
    return [_object(rows, compiler, line) for line in lines]


def _object(rows: Any, compiler: Any, line: list[Any]) -> Any:
    about = compiler.klass_info
    chosen = about["select_fields"]
    names = [compiler.select[index][0].target.attname for index in chosen]
    one = about["model"].from_db(rows.db, names, [line[index] for index in chosen])
    for populator in get_related_populators(about, compiler.select, rows.db):  # type: ignore[call-arg]  # stubs of 6.0
        populator.populate(line, one)
    for name, index in (compiler.annotation_col_map or {}).items():
        setattr(one, name, line[index])
    for field, known in rows._known_related_objects.items():
        one_key = getattr(one, field.attname)
        if one_key in known and not field.is_cached(one):
            setattr(one, field.name, known[one_key])
    return one
