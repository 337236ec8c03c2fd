"""What every list must keep to. Each subject's list tests call these."""

from collections.abc import Callable
from time import time
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Model
from django.forms import ChoiceField, DateField, ModelChoiceField
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_filters.fields import DateRangeField

MOST_QUERIES = 10
SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


def queries_of(client: Client, url: str, **headers: Any) -> list[str]:
    """The SQL of one page, everything counted: session, person, rights, notices, rows."""
    began = None
    while began != _minute():
        began = _minute()
        client.get(url, headers=headers)  # what is cached per process (content types) or a minute is not the page's
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url, headers=headers)
    assert response.status_code == 200, (url, response.status_code)
    return [query["sql"] for query in captured if not query["sql"].startswith(SAVEPOINTS)]


def _minute() -> int:
    """What is written once a minute may ask a setting; in the next one the second request would be the first."""
    return int(time() // 60)


def assert_constant_queries(
    client: Client,
    url: str,
    grow: Callable[[int], None],
    *,
    steps: tuple[int, ...] = (1, 3, 30),
    most: int = MOST_QUERIES,
) -> None:
    """The page takes the same queries for 1, 3 and 30 rows, and at most ``most``.

    :param grow: called with each step; makes the list hold that many rows more than at the start.
    """
    counts = {}
    for step in steps:
        grow(step)
        counts[step] = queries_of(client, url)
    listing = "\n".join(counts[steps[-1]])
    assert len({len(queries) for queries in counts.values()}) == 1, {step: len(sql) for step, sql in counts.items()}
    assert len(counts[steps[-1]]) <= most, f"{len(counts[steps[-1]])} queries:\n{listing}"


# What each list could take in its own way, and what is the same code for all (asked in ``tests/core/test_lists.py``).
TOLD = ("page=99999999999", "sort=password", "cols=no", "at=2026-02-31", "at=9999-12-31")
TOLD_BY_ANY = ("page=0", "page=-1", "page=x", "page=%00", "sort=-no", "sort=%27;--", "cols=%00", "at=x")
STRANGE = ("q=%00", "q=" + "长" * 300)
STRANGE_TO_ANY = ("view=x", "view=999999", "export=", "%FF=%FE")


def assert_tampering_is_told(client: Client, path: str, *, any_list: bool = False) -> None:
    """Values nobody can pick on the page give the list and a sentence, never an error page.

    :param any_list: also those that no list has a say in.
    """
    for query in TOLD + any_list * TOLD_BY_ANY:
        response = client.get(f"{path}?{query}")
        assert response.status_code == 200, query
        assert response.context["notes"], query
    for query in STRANGE + any_list * STRANGE_TO_ANY:
        assert client.get(f"{path}?{query}").status_code in (200, 400), query
    _assert_filters_bear_any_day(client, path)


FIRST, LAST = "0001-01-01", "9999-12-31"


def _assert_filters_bear_any_day(client: Client, path: str) -> None:
    """The first and last day there is in every filter that takes a day, and the first as the as-at day of every other
    filter. They are asked without the page around them, which is the same for all."""
    page = client.get(f"{path}?at={FIRST}").context["filter"]
    asked = [
        {name + suffix: day for name in _days(page) for suffix in ("", "_after", "_before")} for day in (FIRST, LAST)
    ]
    for name, field in page.form.fields.items():
        if isinstance(field, ChoiceField) and name not in _days(page):
            values = [value for value, _label in field.choices if value]
            if page.filters[name].method is None or isinstance(field, ModelChoiceField):
                values = values[-1:]  # each is compared with the same column: one asks what all ask
            asked += [{"at": FIRST, name: str(value)} for value in values]
    for values in asked:
        filters = type(page)(QueryDict(urlencode(values)), queryset=page.queryset, request=page.request)
        filters.notes()
        list(filters.qs.order_by()[:1])


def _days(filters: Any) -> list[str]:
    return [name for name, field in filters.form.fields.items() if isinstance(field, DateField | DateRangeField)]


def assert_sorts_by_index(view: Any) -> None:
    """Each sortable column begins with a field that an index begins with, or is the model's own order."""
    table, model = view.table_class, view.model
    for name in table.base_columns:
        order = table.order_fields(name)
        if order and list(order) != list(model._meta.ordering):
            assert _is_indexed(model, order[0].removeprefix("-")), (
                f"{model.__name__} has no index for sorting by {order}"
            )


def _is_indexed(model: type[Model], path: str) -> bool:
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    firsts = [index.fields[0].removeprefix("-") for index in model._meta.indexes if index.fields]
    firsts += [constraint.fields[0] for constraint in model._meta.constraints if getattr(constraint, "fields", None)]
    return field.primary_key or field.unique or field.db_index or name in firsts
