"""Sensitive values on pages."""

from django import template

from core import masking

register = template.Library()


@register.filter
def masked_phone(value: str) -> str:
    """``13800001234`` → ``138****1234``."""
    return masking.phone(value)


@register.filter
def masked_text(value: str) -> str:
    """Free text with the ID and mobile numbers in it masked: people write them where they ought not to."""
    return masking.mask_text(value or "")
