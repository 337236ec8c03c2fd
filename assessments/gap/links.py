"""Addresses with their query."""

from urllib.parse import urlencode

from django.urls import reverse


def address(route: str, *args: object, **query: object) -> str:
    url = reverse(route, args=args)
    return f"{url}?{urlencode(query)}" if query else url
