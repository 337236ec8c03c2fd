"""The rows of a table as markup.

Long tables are the pages people open most, and django-tables2 looks at the signature of a cell's function, at the field
behind it, at its link and at the attributes of its ``td`` again for every cell. Here all of it is done once per column;
a cell shows the same.
"""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.safestring import SafeString, mark_safe

from core.escaping import escaped

if TYPE_CHECKING:
    from core.lists.tables import Table


def body(table: "Table") -> SafeString:
    """All ``tr`` of the table. Cells are escaped unless their column made markup of them."""
    cells = [_Cell(column) for column in table.columns]
    lines = [f"<tr>{''.join([cell.markup(record) for cell in cells])}</tr>" for record in table.data]
    return mark_safe("\n".join(lines))  # noqa: S308 - every part is escaped below


class _Cell:
    """One column: how it is drawn, which arguments that takes, its ``td`` where that is the same on every row."""

    def __init__(self, bound: Any) -> None:
        column = bound.column
        self._bound, self._accessor, self._url = bound, bound.accessor, _url(bound)
        self._empty, self._default, self._render = column.empty_values, bound.default, bound.render
        self._label = escaped(str(bound.header))
        self._labels = _labels(bound)
        wanted = _wanted(bound.render)
        known = {"column": column, "bound_column": bound, "table": bound._table}
        self._given = {name: one for name, one in known.items() if name in wanted}
        self._takes_value, self._takes_record = "value" in wanted, "record" in wanted
        varies = any(callable(value) for value in (column.attrs or {}).get("td", {}).values())
        self._fixed = None if varies else self._begin()

    def markup(self, record: Any) -> str:
        content = self._content(record)
        if self._fixed is not None:
            return f"{self._fixed}{escaped(content)}</td>"
        self._bound.current_value, self._bound.current_record = content, record
        return f"{self._begin()}{escaped(content)}</td>"

    def _begin(self) -> str:
        return f'<td {self._bound.attrs["td"].as_html()} data-label="{self._label}">'

    def _content(self, record: Any) -> Any:
        value = self._value(record)
        if value in self._empty:
            return self._default
        given = self._given.copy()
        if self._takes_value:
            given["value"] = value
        if self._takes_record:
            given["record"] = record
        content = self._render(**given)
        url = self._url(record) if self._url else None
        return content if url is None else SafeString(f'<a href="{escaped(url)}">{escaped(content)}</a>')

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


def _url(bound: Any) -> Callable[[Any], str | None] | None:
    """Where the cells of a column lead to, by their record; None: nowhere."""
    link = bound.link
    if link is None or callable(link.url):
        return link and link.url
    return lambda record: link.compose_url(record=record, bound_column=bound)


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


def _wanted(function: Callable[..., Any]) -> frozenset[str]:
    """Names of the arguments a cell's function takes."""
    parameters = signature(function).parameters
    assert not any(parameter.kind == Parameter.VAR_KEYWORD for parameter in parameters.values()), "name them"
    return frozenset(parameters)
