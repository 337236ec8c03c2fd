"""Conditions that the ORM would write so that they take long.

What hangs on a row, for use beside an OR: there PostgreSQL prepares an EXISTS by first listing everything it could be
true for: hundreds of thousands of rows, to ask about fifty. A single value of a subquery it looks up row by row, by the
index.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import BooleanField, F, Func, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, IsNull
from django.db.models.sql.where import AND, OR, WhereNode


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


def among(keys: QuerySet, name: str = "pk") -> Func:
    """``<name>__in=keys`` with the keys read first, as an array. Joined with what is read beside them, the database
    would read all rows where there are few keys, or expect few rows of each key where there are many."""
    array = ArraySubquery(keys)
    return Func(F(name), array, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


def has_any(rows: QuerySet) -> IsNull:
    """Whether the outer row has any of these."""
    return IsNull(_one_of(rows), False)


def rarely_any(rows: QuerySet) -> Exact:
    """The same where few rows have any. Of a value that is looked up the database expects that nearly all rows have it:
    of those without, which are most, it would expect a handful."""
    return Exact(Coalesce(_one_of(rows), 0), 1)


class _Rest(IsNull):
    """Told apart from the others by ``split_or``."""


def else_has_any(rows: QuerySet) -> IsNull:
    """The same beside conditions that an index serves, which find most of the rows (``split_or``)."""
    return _Rest(_one_of(rows), False)


class _NotTrue(WhereNode):
    def as_sql(self, compiler: Any, connection: Any) -> Any:
        try:
            sql, params = super().as_sql(compiler, connection)
        except EmptyResultSet as error:
            raise FullResultSet from error
        except FullResultSet as error:
            raise EmptyResultSet from error
        return f"({sql}) IS NOT TRUE", params


def split_or(rows: QuerySet) -> list[QuerySet]:
    """``rows`` in two parts where they are chosen by an OR with ``else_has_any``: those not asked for what
    hangs on them, and the others; else as they are.

    Whoever only counts some thousands of them in no order takes the first part first: row by row, everything that is of
    neither would be asked about.
    """
    for place, each in enumerate(rows.query.where.children):
        if isinstance(each, WhereNode) and each.connector == OR and not each.negated:
            plain = [one for one in each.children if not isinstance(one, _Rest)]
            if plain and len(plain) < len(each.children):
                first, others = rows.all(), rows.all()
                first.query.where.children[place] = WhereNode(plain, OR)
                others.query.where.add(_NotTrue(plain, OR), AND)
                return [first, others]
    return [rows]


def has_none(rows: QuerySet) -> IsNull:
    return IsNull(_one_of(rows), True)


def _one_of(rows: QuerySet) -> Subquery:
    """1 or nothing: what is read of the row itself would have to be fetched beside the index that finds it."""
    return Subquery(rows.order_by().annotate(_one=Value(1)).values("_one")[:1])
