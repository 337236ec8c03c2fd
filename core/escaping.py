"""Escaping, for pages that draw thousands of values."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def escaped(value: Any) -> str:
    """The same as ``conditional_escape``; plain text, which nearly every value is, in a tenth of the time."""
    kind = type(value)
    if kind is str:
        return escape(value)
    return value if kind is SafeString else conditional_escape(value)


def markup(form: str, *values: Any) -> SafeString:
    """``format_html`` for the cells of long lists: ``form`` with the values in it, escaped."""
    return SafeString(form.format(*map(escaped, values)))  # every value is escaped


def markup_of_each(form: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    return SafeString("".join([markup(form, *row) for row in rows]))
