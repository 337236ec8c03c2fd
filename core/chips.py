"""The chip of a state, as ``generic/_state.html`` draws it: a list would render that template once a cell."""

from functools import cache
from typing import Any

from django.templatetags.static import static
from django.utils.safestring import SafeString

from core.escaping import escaped


def chip(tone: str, label: Any, icon: str = "") -> SafeString:
    """:param tone: ok, warn, bad, wait, off. :param icon: another than the tone's. Both are words of ours."""
    sign = f'<svg class="i" aria-hidden="true"><use href="{_icons()}#{icon or tone}"></use></svg>'
    return SafeString(f'<span class="state {tone}">{sign}{escaped(label)}</span>')  # what is not ours is escaped


@cache
def _icons() -> str:
    return static("icons/states.svg")
