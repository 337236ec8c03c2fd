"""Tables of what stands on a person, one per kind."""

from typing import Any

from core.masking import mask_text
from core.together import together
from core.words import field_in_words
from people.models import Person
from people.standing import KINDS, Kind


def standing_tables(person: Person) -> list[dict[str, Any]]:
    """For each kind: ``kind``, ``heads``, ``rows`` (record, name, cells) and the ``records``. One query."""
    asked = {kind.relation: getattr(person, kind.relation) for kind in KINDS.values()}
    joined = {kind.relation: kind.joined for kind in KINDS.values() if kind.joined}
    asked |= {name: asked[name].select_related(*relations) for name, relations in joined.items()}
    found = together(**{name: rows.all() for name, rows in asked.items()})
    return [_table(kind, found[kind.relation]) for kind in KINDS.values()]


def _table(kind: Kind, records: list[Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "heads": [label_of(kind, name) for name in kind.shown],
        "records": records,
        "rows": [
            {"record": record, "name": name_of(record), "cells": [cell(record, name) for name in kind.shown]}
            for record in records
        ],
    }


def label_of(kind: Kind, name: str) -> str:
    field: Any = kind.model._meta.get_field(name)
    return str(field.verbose_name)


def name_of(record: Any) -> str:
    """What the record is called in a row beside its other cells."""
    for name in ("what", "subject", "rank", "name"):
        if hasattr(record, name):
            return mask_text(str(getattr(record, name)))
    return str(record)


def cell(record: Any, name: str) -> dict[str, str]:
    field, value = record._meta.get_field(name), getattr(record, name)
    text = "" if value in (None, "") else f"{value.normalize():f}" if name == "hours" else field_in_words(field, value)
    return {"label": str(field.verbose_name), "value": mask_text(text)}
