"""The chip of a state, as ``generic/_state.html`` draws it: a list would render that template once a cell."""

from functools import cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

_CHIP = '<span class="state {}"><svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>{}</span>'


def chip(tone: str, label: Any, icon: str = "") -> SafeString:
    """:param tone: ok, warn, bad, wait, off. :param icon: another than the tone's."""
    return format_html(_CHIP, tone, _icons(), icon or tone, label)


@cache
def _icons() -> str:
    return static("icons/states.svg")
