"""What one event changed, field by field, in words: everything, because an auditor judges for himself what matters.

The history on a record's own page (``core.history.changes``) leaves out what is no fact to its readers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy

from core import masking
from core.words import field_in_words, in_words, moment

NO_FACTS = {"id", "version", "is_superuser", "depth", "numchild"}  # counters and keys; there are no superusers
LABELS = {"path": gettext_lazy("隶属")}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


def changes(event: Any, *, words: Mapping[str, Callable[[Any], str]] | None = None) -> list[Change]:
    """Old and new of what differs from the record's event before; all that is filled for a new or deleted record.

    :param words: field → what is said of it, given the event.
    """
    before = event if event.pgh_label == "delete" else _before(event)
    after = None if event.pgh_label == "delete" else event
    found = []
    for field in _fields(event):
        old, new = _raw(before, field), _raw(after, field)
        if isinstance(field, models.JSONField) and isinstance(new or old, dict):
            found += _inside(field, old or {}, new or {})
        elif old != new and (old not in (None, "") or new not in (None, "")):
            said = [words[field.name](row) if words and field.name in words and row else shown(row, field)
                    for row in (before, after)]  # fmt: skip
            found.append(Change(str(LABELS.get(field.name, field.verbose_name)), *said))
    return found


def _inside(field: models.Field, old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """What differs inside a mapping, key by key; a model may say what its keys are called (``label_in``)."""
    tracked = field.model._meta.get_field("pgh_obj").related_model
    label_in = getattr(tracked, "label_in", lambda name, key: f"{field.verbose_name} {key}")
    return [
        Change(str(label_in(field.name, key)), _plain(old.get(key)), _plain(new.get(key)))
        for key in dict.fromkeys([*old, *new])
        if (old.get(key) or None) != (new.get(key) or None)
    ]


def _plain(value: Any) -> str:
    """A value out of JSON as one line, phones and ID numbers masked."""
    value = masking.mask_value(value)
    if isinstance(value, dict):
        return " ".join(_plain(item) for item in value.values() if item not in (None, "", []))
    if isinstance(value, list):
        return in_words([_plain(item) for item in value])
    return in_words(value)


def _before(event: Any) -> Any:
    if event.pgh_label == "insert":
        return None
    earlier = type(event)._default_manager.filter(pgh_obj_id=event.pgh_obj_id, pgh_id__lt=event.pk)
    return earlier.order_by("-pgh_id").first()


def _fields(event: Any) -> list[models.Field]:
    return [
        field
        for field in event._meta.concrete_fields
        if not field.name.startswith("pgh_") and field.name not in NO_FACTS
    ]


def _raw(row: Any, field: models.Field) -> Any:
    return None if row is None else getattr(row, field.attname)


def shown(row: Any, field: models.Field) -> str:
    """The value as people read it; phones, ID numbers and addresses of mail masked."""
    value = _raw(row, field)
    if value is None or value == "":
        return ""
    tracked = row._meta.get_field("pgh_obj").related_model
    hide = getattr(tracked, "masked_in_history", {}).get(field.name)
    if hide:
        return str(hide(value))
    if isinstance(field, models.ForeignKey):
        return _related(row, field)
    if isinstance(field, models.DateTimeField):
        return moment(value, seconds=True)
    if isinstance(field, models.EmailField):
        return masking.email(value)
    return str(masking.mask_value(value if isinstance(value, dict | list) else field_in_words(field, value)))


def _related(row: Any, field: models.ForeignKey) -> str:
    try:
        return str(getattr(row, field.name))
    except ObjectDoesNotExist:  # events keep the number of what is gone
        return f"#{getattr(row, field.attname)}"
