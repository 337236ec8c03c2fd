"""Offices and teams as spreadsheets name them."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from core.imports import Lookup


class PlaceLookup(Lookup):
    """By code, full or short name: 松山区红十字会 and 松山区红会 are 松山区, whose full name begins with its league's.

    :param rows: user → the places the person may name.
    """

    def __init__(self, rows: Callable[[Any], QuerySet]) -> None:
        fields = ["name", "short_name", "code"]
        super().__init__(rows, fields, noun=gettext_lazy("单位"), otherwise=_place_alone)


def _place_alone(name: str) -> str:
    return "".join(name.split()).removesuffix("红十字会").removesuffix("红会")
