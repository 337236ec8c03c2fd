"""``{% column_widths headers rows as columns %}``: see ``core.documents.columns``."""

from django import template

from core.documents.columns import column_widths

register = template.Library()
register.simple_tag(column_widths)
