"""Help for printed templates."""

from collections.abc import Sequence

from django import template

from core.documents.columns import Columns
from core.documents.columns import column_widths as widths

register = template.Library()


@register.simple_tag
def column_widths(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Percent per column and size of the letters; see ``core.documents.columns``."""
    return widths(headers, rows)
