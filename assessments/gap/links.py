"""Addresses of pages that other parts of this app bring."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def address(route: str, *args: object, **query: object) -> str:
    """Empty where the page is not there."""
    try:
        url = reverse(route, args=args)
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(query)}" if query else url
