"""What an export takes from a table: values, not cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from inspect import signature
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, QuerySet
from django_tables2.utils import A

from core.exports.sharing import sharing

if TYPE_CHECKING:
    from core.lists.tables import Table


@dataclass(frozen=True)
class ExportColumn:
    """A heading, and how a record's value is read: text, number, date or None.

    ``path`` is set when the value is one field's alone (``organization__name``) and ``value`` may be given that field's
    value instead of a record (``of_value``): then rows can be read without making objects of them.
    """

    title: str
    value: Callable[[Any], Any]
    path: str = ""
    of_value: Callable[[Any], Any] | None = None


def export_columns(
    table_class: "type[Table]", model: type[Model], names: Sequence[str], *, full: bool = False
) -> list[ExportColumn]:
    """Columns ``names`` of a table, masked where they declare it unless ``full``.

    A cell's value is ``value_<name>`` of the table where there is one, else what the accessor gives, with choices in
    words. Reading it goes past the table's rendering: that takes ten times as long per cell.
    """
    table = table_class(model=model, columns=names)
    return [_column(table, bound, model, full) for bound in table.columns if not bound.column.exclude_from_export]


def read_rows(queryset: Any, columns: Sequence[ExportColumn], *, chunk: int) -> tuple[list[ExportColumn], Any]:
    """The columns and the rows to write them from, fetched ``chunk`` at a time by a cursor on the server.

    :param queryset: or anything that has its ``iterator``.

    Where every column is a plain field, only these fields are read; that halves the time of a long list. Elsewhere most
    of the time goes into objects, so those that many rows point to are made once (``core.exports.sharing``).
    """
    if not all(column.path for column in columns):
        rows = sharing(queryset) if isinstance(queryset, QuerySet) else queryset
        return list(columns), rows.iterator(chunk_size=chunk)
    rows = queryset.values_list(*(column.path for column in columns)).iterator(chunk_size=chunk)
    return [replace(column, value=_nth(number, column.of_value)) for number, column in enumerate(columns)], rows


def _nth(number: int, of_value: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    return itemgetter(number) if of_value is None else lambda row: of_value(row[number])


def _column(table: "Table", bound: Any, model: type[Model], full: bool) -> ExportColumn:
    title, mask = str(bound.header), None if full else getattr(bound.column, "masked", None)
    own = getattr(table, f"value_{bound.name}", None)
    if own is not None:
        return ExportColumn(title, _hidden(_own(own, bound.accessor), mask))
    steps = list(bound.accessor.bits)
    field = _field(model, steps)
    words = {key: str(label) for key, label in getattr(field, "flatchoices", None) or ()}
    in_words = (lambda value: words.get(value, value)) if words else None
    getter = _followed(steps, in_words)
    if field is None or field.is_relation:
        return ExportColumn(title, _hidden(getter, mask))
    of_value = _hidden(in_words or _same, mask) if mask or in_words else None
    return ExportColumn(title, _hidden(getter, mask), "__".join(steps), of_value)


def _own(method: Callable[..., Any], accessor: A) -> Callable[[Any], Any]:
    """Calls ``value_<name>`` with what it asks for: ``record``, ``value`` or both. Which, is looked up once."""
    wanted = set(signature(method).parameters) & {"record", "value"}

    def value(record: Any) -> Any:
        given = {"record": record} if "record" in wanted else {}
        if "value" in wanted:
            given["value"] = accessor.resolve(record, safe=True, quiet=True)
        return method(**given)

    return value


def _followed(steps: Sequence[str], in_words: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    def value(record: Any) -> Any:
        for step in steps:
            if record is None:
                return None
            record = getattr(record, step)
        if callable(record) and not hasattr(record, "all"):
            record = record()
        return in_words(record) if in_words else record

    return value


def _field(model: Any, steps: list[str]) -> Field | None:
    field = None
    for step in steps:
        if model is None:
            return None
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            return None
        model = field.related_model
    return field


def _hidden(getter: Callable[[Any], Any], mask: Callable[[Any], str] | None) -> Callable[[Any], Any]:
    if mask is None:
        return getter

    def value(record: Any) -> Any:
        plain = getter(record)
        return mask(plain) if plain not in (None, "") else plain

    return value


def _same(value: Any) -> Any:
    return value
