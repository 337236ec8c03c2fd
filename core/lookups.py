"""Conditions that the ORM would write so that they take long.

What hangs on a row, for use beside an OR: there PostgreSQL prepares an EXISTS by first listing everything it could be
true for: hundreds of thousands of rows, to ask about fifty. A single value of a subquery it looks up row by row, by the
index.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull


class Among(Func):
    """``<name>__in=keys`` for thousands of keys: they travel as one value, not as a parameter each, of which every one
    is looked at on its way three times over."""

    template = "%(expressions)s = ANY(%%s)"
    output_field = BooleanField()

    def __init__(self, name: str, keys: Iterable[Any]) -> None:
        super().__init__(F(name))
        self.keys = list(keys)

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        if not self.keys:
            raise EmptyResultSet
        sql, params = super().as_sql(*args, **kwargs)
        return sql, [*params, self.keys]


def has_any(rows: QuerySet) -> IsNull:
    """Whether the outer row has any of these."""
    return IsNull(_one_of(rows), False)


def has_none(rows: QuerySet) -> IsNull:
    return IsNull(_one_of(rows), True)


def _one_of(rows: QuerySet) -> Subquery:
    """1 or nothing: what is read of the row itself would have to be fetched beside the index that finds it."""
    return Subquery(rows.order_by().annotate(_one=Value(1)).values("_one")[:1])
