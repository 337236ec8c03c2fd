"""``masked_phone`` and ``masked_text``: sensitive values on pages."""

from django import template

from core import masking

register = template.Library()
register.filter("masked_phone", masking.phone)
register.filter("masked_text", masking.mask_text)
