"""``{{ number|points }}``: without trailing noughts. ``{{ table|lookup:key }}``: what a mapping holds under a key."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from assessments.scoring import plain

register = template.Library()


@register.filter
def points(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


@register.filter
def lookup(table: Mapping[Any, Any], key: Any) -> Any:
    return table.get(key)
