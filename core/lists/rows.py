"""The rows of a table as markup.

Long tables are the pages people open most, and django-tables2 looks at the signature of a cell's function, at the field
behind it and at the attributes of its ``td`` anew for every cell. Here all of it is done once per column; a cell shows
the same.
"""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django_tables2.rows import BoundRow

if TYPE_CHECKING:
    from core.lists.tables import Table


def body(table: "Table") -> SafeString:
    """All ``tr`` of the table. Cells are escaped unless their column made markup of them."""
    cells = [_Cell(column) for column in table.columns]
    lines = []
    for record in table.data:
        row = BoundRow(record, table=table)
        inner = "".join([cell.markup(record, row) for cell in cells])
        lines.append(f"<tr {row.attrs.as_html()}>{inner}</tr>")
    return mark_safe("\n".join(lines))  # noqa: S308 - every part is escaped above or below


class _Cell:
    """One column: how it is drawn, which arguments that takes, its ``td`` where that is the same on every row."""

    def __init__(self, bound: Any) -> None:
        column = bound.column
        self._bound, self._accessor, self._link = bound, bound.accessor, bound.link
        self._empty, self._default, self._render = column.empty_values, bound.default, bound.render
        self._label = conditional_escape(str(bound.header))
        self._labels = _labels(bound)
        given = {"column": column, "bound_column": bound, "table": bound._table}
        wanted = _wanted(bound.render)
        self._given = given if wanted is None else {name: given[name] for name in wanted if name in given}
        self._asked = [name for name in ("value", "record", "bound_row") if wanted is None or name in wanted]
        varies = any(callable(value) for value in (column.attrs or {}).get("td", {}).values())
        self._fixed = None if varies else f'<td {bound.attrs["td"].as_html()} data-label="{self._label}">'

    def markup(self, record: Any, row: BoundRow) -> str:
        content = self._content(record, row)
        shown = conditional_escape(content)
        if self._fixed is not None:
            return f"{self._fixed}{shown}</td>"
        self._bound.current_value, self._bound.current_record = content, record
        return f'<td {self._bound.attrs["td"].as_html()} data-label="{self._label}">{shown}</td>'

    def _content(self, record: Any, row: BoundRow) -> Any:
        value = self._value(record)
        if value in self._empty:
            return self._default
        every = {"value": value, "record": record, "bound_row": row}
        content = self._render(**self._given, **{name: every[name] for name in self._asked})
        if not self._link:
            return content
        bound = self._bound
        return self._link(content, column=bound.column, bound_column=bound, table=bound._table, **every)

    def _value(self, record: Any) -> Any:
        value = _attribute(record, self._accessor) if isinstance(record, Model) else NotImplemented
        if value is NotImplemented:
            value = self._accessor.resolve(record, quiet=True)
        return self._labels.get(value, value) if self._labels else value


def _attribute(record: Model, accessor: Any) -> Any:
    """What ``accessor.resolve`` finds where all of its path are attributes, as on records; else ``NotImplemented``.
    It would try each as an item first."""
    value: Any = record
    for name in accessor.bits:
        value = getattr(value, name, NotImplemented)
        if value is None or value is NotImplemented:
            return value
        if callable(value):
            return NotImplemented
    return value


def _labels(bound: Any) -> dict[Any, str] | None:
    """Value → label of a column over a field with choices, None for other columns. The model's own ``get_…_display``
    translates and hashes all choices again for every cell, which on a long list costs more than the rest of the row."""
    data = bound._table.data
    model = data.model or next((type(record) for record in data if isinstance(record, Model)), None)
    field = bound.accessor.get_field(model) if model else None
    if field is None or field.name != bound.accessor.bits[-1]:  # something on the way is no field
        return None
    choices = getattr(field, "flatchoices", None)
    return {value: str(label) for value, label in choices} if choices else None


def _wanted(function: Callable[..., Any]) -> frozenset[str] | None:
    """Names of the arguments a cell's function takes; None when it takes whatever there is."""
    parameters = signature(function).parameters
    if any(parameter.kind == Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return None
    return frozenset(parameters)
