"""Sensitive values on pages."""

from django import template

from core import masking

register = template.Library()


@register.filter
def masked_phone(value: str) -> str:
    """``13800001234`` → ``138****1234``."""
    return masking.phone(value)
