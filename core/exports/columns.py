"""What an export takes from a table: values, not cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django_tables2.utils import A, call_with_appropriate

if TYPE_CHECKING:
    from core.lists.tables import Table

SEPARATORS = ("__", ".")


@dataclass(frozen=True)
class ExportColumn:
    """A heading, and how a record's value is read: text, number, date or None."""

    title: str
    value: Callable[[Any], Any]


def export_columns(
    table_class: "type[Table]", model: type[Model], names: Sequence[str], *, full: bool = False
) -> list[ExportColumn]:
    """Columns ``names`` of a table, masked where they declare it unless ``full``.

    A cell's value is ``value_<name>`` of the table where there is one, else what the accessor gives, with choices in
    words. Reading it goes past the table's rendering: that takes ten times as long per cell.
    """
    table = table_class(model=model, columns=names)
    found = []
    for bound in table.columns:
        if not bound.column.exclude_from_export:
            getter = _own_value(table, bound) or _plain_value(table, bound, model)
            found.append(ExportColumn(str(bound.header), getter if full else _masked(getter, bound.column)))
    return found


def _own_value(table: "Table", bound: Any) -> Callable[[Any], Any] | None:
    method = getattr(table, f"value_{bound.name}", None)
    if method is None:
        return None
    accessor = A(bound.accessor)

    def value(record: Any) -> Any:
        return call_with_appropriate(
            method, {"record": record, "value": accessor.resolve(record, safe=True, quiet=True)}
        )

    return value


def _plain_value(table: "Table", bound: Any, model: type[Model]) -> Callable[[Any], Any]:
    path = str(bound.accessor)
    for separator in SEPARATORS:
        path = path.replace(separator, " ")
    steps = path.split()
    field = _field(model, steps)
    if field is None and not hasattr(model, steps[0]):
        return _rendered(table, bound.name)
    words = {key: str(label) for key, label in getattr(field, "flatchoices", None) or ()}

    def value(record: Any) -> Any:
        for step in steps:
            if record is None:
                return None
            record = getattr(record, step)
        if callable(record) and not hasattr(record, "all"):
            record = record()
        return words.get(record, record) if words else record

    return value


def _field(model: Any, steps: list[str]) -> Field | None:
    field = None
    for step in steps:
        try:
            field = model._meta.get_field(step)
        except FieldDoesNotExist:
            return None
        model = field.related_model or model
    return field


def _rendered(table: "Table", name: str) -> Callable[[Any], Any]:
    """For columns made of markup only: the text of the cell."""
    from django_tables2.rows import BoundRow  # slow path, rarely taken

    return lambda record: BoundRow(record, table).get_cell_value(name)


def _masked(getter: Callable[[Any], Any], column: Any) -> Callable[[Any], Any]:
    mask = getattr(column, "masked", None)
    if mask is None:
        return getter

    def value(record: Any) -> Any:
        plain = getter(record)
        return mask(plain) if plain not in (None, "") else plain

    return value
