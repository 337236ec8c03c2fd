"""What a payload points to: offices, divisions and categories, read at once for values, words and choices."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from core.keys import keys
from core.together import together
from organizations.models import Division, Organization
from teams.models import Category


class Named:
    """The records that some payloads name, whether or not they can still be chosen."""

    def __init__(self, found: Mapping[str, list[Any]]) -> None:
        self.categories: list[Category] = found["categories"]
        self.office_names = {str(pk): name for pk, name in found["office_names"]}
        self.division_names = dict(found["division_names"])
        self.category_names = {category.pk: category.name for category in self.categories}
        self._choosable: Mapping[str, dict[str, Any]] = {
            "office": _by_key(found["managing"]),
            "naming_org": _by_key(found["offices"]),
            "base_division": _by_key(found["divisions"]),
            "main_category": _by_key(self.categories_in_use),
        }

    @classmethod
    def read(cls, *payloads: Mapping[str, Any]) -> "Named":
        """One query."""
        return cls(together(**cls.asked(*payloads)))

    @staticmethod
    def asked(*payloads: Mapping[str, Any]) -> dict[str, models.QuerySet[Any]]:
        """What to read, for whoever reads more in the same query."""
        from teams.facts import divisions, managing_offices, offices  # that module puts these into words

        places = _pks(payloads, "office", "naming_org")
        codes = {str(payload.get("base_division") or "") for payload in payloads} - {""}
        return {
            "categories": Category.objects.all(),
            "office_names": Organization.objects.filter(pk__in=places).values_list("pk", "name"),
            "division_names": Division.objects.filter(pk__in=codes).values_list("pk", "name"),
            "managing": managing_offices().filter(pk__in=places),
            "offices": offices().filter(pk__in=places),
            "divisions": divisions().filter(pk__in=codes),
        }

    @property
    def categories_in_use(self) -> list[Category]:
        return [category for category in self.categories if category.ended_on is None]

    def pick(self, name: str, field: forms.Field, raw: Any) -> Any:
        """What ``field.clean`` gives for a fact that is a record, without asking the database."""
        text = str(raw or "").strip()
        if not text:
            return None
        if text not in self._choosable[name]:
            words = {"value": raw}
            raise ValidationError(field.error_messages["invalid_choice"], code="invalid_choice", params=words)
        return self._choosable[name][text]

    def knows(self, name: str) -> bool:
        return name in self._choosable


def _by_key(rows: Iterable[models.Model]) -> dict[str, Any]:
    return {str(row.pk): row for row in rows}


def _pks(payloads: Iterable[Mapping[str, Any]], *names: str) -> set[int]:
    found = {str(payload.get(name) or "") for payload in payloads for name in names}
    return set(keys(found))
