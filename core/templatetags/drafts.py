"""``{% page_sign %}``: in the form of a page that saves itself (``core.history.pages``)."""

from django import template
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.history.pages import SIGN

register = template.Library()


@register.simple_tag(takes_context=True)
def page_sign(context: template.Context) -> SafeString:
    """A page shown again, because something is wrong, keeps its sign."""
    sign = context["request"].POST.get(SIGN, "")[:20] or get_random_string(12)
    return format_html('<input type="hidden" name="{}" value="{}">', SIGN, sign)
