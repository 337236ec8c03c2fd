"""The rows of a table as markup.

Long tables are the pages people open most, and django-tables2 looks at the signature of a cell's function and computes
the attributes of its ``td`` anew for every cell. Here both are done once per column; a cell shows the same.
"""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

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
        row = _Row(record, table, cells)
        inner = "".join([cell.markup(row) for cell in cells])
        lines.append(f"<tr {row.attrs.as_html()}>{inner}</tr>")
    return mark_safe("\n".join(lines))  # noqa: S308 - every part is escaped above or below


class _Cell:
    """One column: how it is drawn, which arguments that takes, its ``td`` where that is the same on every row."""

    def __init__(self, bound: Any) -> None:
        self.bound = bound
        self.label = conditional_escape(str(bound.header))
        self.wanted = _wanted(bound.render)
        self.labels = _labels(bound)
        self._fixed = None if self._varies() else bound.attrs["td"].as_html()

    def _varies(self) -> bool:
        return any(callable(value) for value in (self.bound.column.attrs or {}).get("td", {}).values())

    def markup(self, row: "_Row") -> str:
        bound = self.bound
        content = row._get_and_render_with(bound, row.render_cell, bound.default)
        if self._fixed is not None:
            attributes = self._fixed
        else:
            bound.current_value, bound.current_record = content, row.record
            attributes = bound.attrs["td"].as_html()
        return f'<td {attributes} data-label="{self.label}">{conditional_escape(content)}</td>'


def _labels(bound: Any) -> dict[Any, str] | None:
    """Value → label of a column over a field with choices, None for other columns. The model's own ``get_…_display``
    translates and hashes all choices again for every cell, which on a long list costs more than the rest of the row."""
    model = bound._table.data.model
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


class _Row(BoundRow):
    """A row that knows what each column's function takes."""

    def __init__(self, record: Any, table: "Table", cells: list[_Cell]) -> None:
        super().__init__(record, table=table)
        self._cells = {cell.bound.name: cell for cell in cells}

    def _get_and_render_with(self, bound: Any, render: Callable[..., Any], default: Any) -> Any:
        labels = self._cells[bound.name].labels
        if labels is None:
            return super()._get_and_render_with(bound, render, default)
        value = bound.accessor.resolve(self.record, quiet=True)
        value = labels.get(value, value)
        return default if value in bound.column.empty_values else render(bound, value)

    def render_cell(self, bound: Any, value: Any = None) -> Any:
        given = self._optional_cell_arguments(bound, value)
        wanted = self._cells[bound.name].wanted
        taken = given if wanted is None else {name: given[name] for name in wanted if name in given}
        content = bound.render(**taken)
        return bound.link(content, **given) if bound.link else content
