"""Escaping, for pages that draw thousands of values."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


def escaped(value: Any) -> str:
    """The same as ``conditional_escape``; plain text, which nearly every value is, in a tenth of the time."""
    kind = type(value)
    if kind is str:
        return escape(value)
    return value if kind is SafeString else conditional_escape(value)


def markup(form: str, *values: Any) -> SafeString:
    """``format_html`` for the cells of long lists: ``form`` with the values in it, escaped."""
    return mark_safe(form.format(*map(escaped, values)))  # noqa: S308 - every value is escaped


def markup_of_each(form: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    return mark_safe("".join([markup(form, *row) for row in rows]))  # noqa: S308 - as above
