"""The base of every list's table: which columns there are, which may be sorted, what an export takes from them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, DateTimeField, Model, QuerySet
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData

from core.lists.rows import body
from core.words import moment


class PageData(TableListData):
    """Rows of one page, which the database has put in order already."""

    def __init__(self, rows: Iterable[Any], model: type[Model] | None) -> None:
        super().__init__(list(rows))
        self._model = model

    @property
    def model(self) -> type[Model] | None:
        return self._model  # column headings come from its fields

    def order_by(self, aliases: Iterable[str]) -> None:
        pass


class Column(tables.Column):
    """A column that may hide part of its value.

    :param masked: called with the value; what it returns is shown on the page and in ordinary exports.
    """

    def __init__(self, *args: Any, masked: Callable[[Any], str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.masked = masked

    def render(self, value: Any) -> Any:
        return self.masked(value) if self.masked else value


@tables.columns.library.register  # also for columns a table makes from model fields
class DateColumn(Column):
    """A day, also that of an instant. django-tables2's own compiles a template for every cell, which is most of what a
    cell costs."""

    def render(self, value: Any) -> str:
        day = localtime(value).date() if isinstance(value, datetime) else value
        return day.isoformat()

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> "DateColumn | None":
        return cls(**kwargs) if type(field) is DateField else None


@tables.columns.library.register
class DateTimeColumn(Column):
    """An instant, in the portal's time zone."""

    def render(self, value: Any) -> str:
        return moment(value)

    @classmethod
    def from_field(cls, field: Any, **kwargs: Any) -> "DateTimeColumn | None":
        return cls(**kwargs) if isinstance(field, DateTimeField) else None


class _Columns(OrderedDict[str, tables.Column]):
    """The columns of a table class. The library copies them deeply for each table; only whether one is visible is ever
    changed, so a shallow copy of each is enough."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "OrderedDict[str, tables.Column]":
        return OrderedDict((name, copy(column)) for name, column in self.items())


class Table(tables.Table):
    """A list's columns.

    - ``orderable=True`` on a column allows sorting by it: only where an index serves the order
      (``tests/core/list_checks.py`` checks it). Everything else is not sortable.
    - ``Meta.default_columns``: names shown until the person chooses others; without it all are.
    - ``related``: relations that cells read (``select_related``), so that the query count stays constant. Those that
      the columns shown lead through are read without being named: others are spared the joins.
    - ``leading``: a field of few values that the order begins with, before the place in the tree (``-year``, then the
      path of the organization), so that a long list need not be sorted (``core.lists.paging``).
    - ``only_now``: columns that an as-at list leaves out, because only present records can answer them.
    - ``value_<name>(self, record)``: what an export takes, where the cell is more than its value.
    """

    related: Sequence[str] = ()
    only_now: Sequence[str] = ()
    leading: str = ""

    class Meta:
        default_columns: Sequence[str] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.base_columns = _Columns(cls.base_columns)

    def __init__(
        self,
        rows: Iterable[Any] = (),
        *,
        model: type[Model] | None = None,
        columns: Sequence[str] | None = None,
        sort: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs = {"orderable": False, "empty_text": _("没有记录"), "order_by_field": "sort", **kwargs}
        super().__init__(PageData(rows, model), order_by=sort or (), sequence=(*(columns or ()), "..."), **kwargs)
        for column in self.columns.iterall() if columns else ():
            column.column.visible = column.name in (columns or ())

    @cached_property
    def today(self) -> date:
        return localdate()

    @property
    def body(self) -> SafeString:
        """The rows as markup (``generic/_rows.html``)."""
        return body(self)

    @classmethod
    def default_columns(cls) -> list[str]:
        return list(getattr(cls.Meta, "default_columns", ())) or list(cls.base_columns)

    def headings(self) -> dict[str, str]:
        """All columns there are to choose from, by name, also those not shown."""
        found = {column.name: str(column.header) for column in self.columns.iterall()}
        return {name: found[name] for name in self.base_columns}

    @classmethod
    def order_fields(cls, sort: str) -> list[str] | None:
        """Field names for ``order_by`` of ``sort`` (``name`` or ``-name``), or None when it may not be sorted by."""
        name = sort.removeprefix("-")
        column = cls.base_columns.get(name)
        if column is None or not column.orderable:
            return None
        fields = [str(field) for field in (column.order_by or (column.accessor or name,))]
        fields = [field.replace(".", "__") for field in fields]
        return [_reversed(field) for field in fields] if sort.startswith("-") else fields

    @classmethod
    def arranged(cls, queryset: QuerySet, sort: str, *, model: type[Model], columns: Iterable[str]) -> QuerySet:
        """``queryset`` with what the cells of ``columns`` read, in order. The order ends in the primary key, so pages
        are stable."""
        order: Any = cls.order_fields(sort) or cls._meta.order_by or queryset.query.order_by or model._meta.ordering
        order = [order] if isinstance(order, str) else list(order)
        read = {name: cls.base_columns[name].accessor or name for name in columns}
        related = dict.fromkeys([*cls.related, *(_relations(queryset.model, str(path)) for path in read.values())])
        related.pop("", None)
        return (queryset.select_related(*related) if related else queryset).order_by(*order, "pk")


def _relations(model: Any, path: str) -> str:
    """The relations an accessor begins with: ``team__organization`` of ``team__organization__name``."""
    steps: list[str] = []
    for step in path.split("__"):
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            break
        if field.related_model is None or not (field.many_to_one or field.one_to_one):
            break
        steps.append(step)
        model = field.related_model
    return "__".join(steps)


def _reversed(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"
