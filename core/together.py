"""Several lists in one round trip to the database.

A page that shows many small lists (phrases, comments, the rule, its steps) would need a query for each. ``together``
reads them all with one and returns the same objects as the querysets; ``numbers`` counts the rows of several at once.
"""

import json
from collections.abc import Callable, Collection, Mapping
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
THESE = [object()]  # stands for keys in what is written once
Question = tuple[str, tuple[Any, ...]]  # SQL that counts, and its parameters


@dataclass(frozen=True)
class _List:
    """One list as SQL, with the queryset and the compiler that tell how its rows are read."""

    sql: str
    params: tuple[Any, ...]
    rows: models.QuerySet[Any]
    compiler: Any


@dataclass(frozen=True)
class Written:
    """Several lists as one statement: written once, read as often as one likes while the conditions of the rows hold
    (they may name a day or a person)."""

    lists: dict[str, _List | None]  # None: can have no rows

    def put(self, instead: Mapping[Any, Any]) -> "Written":
        """The same with other parameters where stand-ins were written: what every request asks is written only once."""
        return self._changed(lambda param: param if isinstance(param, list) else instead.get(param, param))

    def _changed(self, change: Callable[[Any], Any]) -> "Written":
        changed = {
            name: one and replace(one, params=tuple([change(param) for param in one.params]))
            for name, one in self.lists.items()
        }
        return Written(changed)

    def among(self, keys: Collection[Any]) -> "Written":
        """The same of these keys, where it was written ``Among(name, THESE)``."""
        theirs = list(keys)
        return self._changed(lambda param: theirs if param == THESE else param)

    def without(self, names: Collection[str]) -> "Written":
        """The same without lists that are known to be empty: they cost the database their planning all the same."""
        return Written({name: None if name in names else one for name, one in self.lists.items()})

    def read(self) -> dict[str, list[Any]]:
        """Name → rows, in the order of each queryset; new objects each time."""
        found: dict[str, list[Any]] = {name: [] for name in self.lists}
        asked = {name: one for name, one in self.lists.items() if one}
        if asked:
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                sql = ", ".join([one.sql for one in asked.values()])
                cursor.execute(f"SELECT {sql}", [param for one in asked.values() for param in one.params])
                answer = cursor.fetchone()
            for (name, one), lines in zip(asked.items(), answer, strict=True):
                found[name] = _made(one.rows, one.compiler, [json.loads(line) for line in lines])
        return found


def together(*more: Written, **wanted: models.QuerySet[Any]) -> dict[str, list[Any]]:
    """Read ``wanted``, and what was written before, with one query: name → rows, in the order of each queryset.

    Takes querysets of objects (also with ``select_related`` and annotations) and of ``values`` or ``values_list``; not
    ``prefetch_related``. Meant for short lists: each travels as JSON.
    """
    lists = dict(written(wanted).lists)
    for one in more:
        lists |= one.lists
    return Written(lists).read()


def written(wanted: Mapping[str, models.QuerySet[Any]]) -> Written:
    """What ``together`` reads, without reading it."""
    return Written({name: _list(rows) for name, rows in wanted.items()})


def _list(rows: models.QuerySet[Any]) -> _List | None:
    assert not rows._prefetch_related_lookups, "what is prefetched would be a query of its own"  # type: ignore[attr-defined]
    compiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    try:
        sql, params = compiler.as_sql()
    except (EmptyResultSet, FullResultSet):
        return None
    names = [f"c{number}" for number in range(len(compiler.select))]
    columns = ", ".join(names)
    # a function of the database takes a hundred arguments
    told = [_exactly(name, column) for name, (column, _sql, _alias) in zip(names, compiler.select, strict=True)]
    some = [", ".join(told[start : start + _ARGUMENTS]) for start in range(0, len(told), _ARGUMENTS)]
    line = " || ".join(f"jsonb_build_array({each})" for each in some)
    # names of columns we made, and SQL the ORM made: nothing that anybody typed, which stands in ``params``
    return _List(f"ARRAY(SELECT ({line})::text FROM ({sql}) AS t ({columns}))", tuple(params), rows, compiler)  # noqa: S608


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
