"""What happened to one record, in words: for the history on its page."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, ForeignKey, GeneratedField, Model
from django.utils.translation import gettext as _

from core.masking import mask_text
from core.words import field_in_words

# Counters and places in a tree: consequences of facts, not facts.
INTERNAL = frozenset({"path", "depth", "numchild", "version"})
MOST = 100


@dataclass(frozen=True)
class Change:
    """One change of one record. ``label``: ``insert``, ``update`` or ``delete``. ``office`` is a tree path."""

    at: datetime
    label: str
    who: str
    office: str
    address: str
    fields: list[tuple[str, str, str]]  # what, old, new

    def shown(self) -> dict[str, Any]:
        """In the shape ``generic/_history.html`` reads."""
        words = {"insert": _("建立"), "delete": _("删除")}
        return {
            "at": self.at,
            "who": self.who or _("系统"),
            "label": words.get(self.label, _("修改")),
            "changes": [{"label": label, "old": old, "new": new} for label, old, new in self.fields],
        }


def changes_of(
    record: Model, *, masked: Mapping[str, Callable[[str], str]] | None = None, most: int = MOST
) -> list[Change]:
    """Changes of a tracked record, newest first; one query, and one per kind of related record that is named.

    An update that changed nothing a person would call a fact is left out. ID numbers and phone numbers in any text are
    masked; ``masked``, and ``masked_in_history`` of the model, hide further fields, by name. A model names in
    ``told_in_history`` what no form edits and its readers should hear of all the same.
    """
    found = list(record.tracked_events.order_by("-pgh_id")[: most + 1])  # type: ignore[attr-defined]
    fields = _facts(type(record))
    pairs = list(zip(found, [*found[1:], None], strict=True))[:most]
    changed = [(event, before, _differences(fields, event, before)) for event, before in pairs]
    masked = {**getattr(type(record), "masked_in_history", {}), **(masked or {})}
    words = _Words(fields, masked, [event for event, before, names in changed if names], found)
    return [
        _change(event, [(str(_label(field)), words(field, before), words(field, event)) for field in differing])
        for event, before, differing in changed
        if differing or event.pgh_label != "update"
    ]


def _change(event: Any, fields: list[tuple[str, str, str]]) -> Change:
    context = event.pgh_context or {}
    return Change(
        at=event.pgh_created_at,
        label=event.pgh_label,
        who=context.get("user_name", ""),
        office=context.get("office", ""),
        address=context.get("address", ""),
        fields=fields,
    )


def _facts(model: type[Model]) -> list[Field]:
    tracked = {field.name for field in model.tracked_events.rel.related_model._meta.concrete_fields}  # type: ignore[attr-defined]
    return [
        field
        for field in model._meta.concrete_fields
        if field.name in tracked
        and field.name not in INTERNAL
        and not field.primary_key
        and not isinstance(field, GeneratedField)
        and (field.editable or isinstance(field, ForeignKey) or field.name in getattr(model, "told_in_history", ()))
    ]


def _label(field: Field) -> Any:
    return field.verbose_name


def _differences(fields: list[Field], event: Any, before: Any) -> list[Field]:
    """Fields whose value is another than before; of a new record those that hold something."""
    if event.pgh_label == "delete":
        return []
    if before is None:
        # The oldest event read may not be the first: then what came before is not known.
        return [f for f in fields if getattr(event, f.attname) not in (None, "")] if event.pgh_label == "insert" else []
    return [field for field in fields if getattr(event, field.attname) != getattr(before, field.attname)]


class _Words:
    """Values as a person reads them; related records are looked up together, once per model."""

    def __init__(
        self, fields: Iterable[Field], masked: Mapping[str, Callable[[str], str]], changed: list[Any], events: list[Any]
    ) -> None:
        self._masked = masked
        wanted: dict[type[Model], set[Any]] = defaultdict(set)
        for field in fields:
            if isinstance(field, ForeignKey):
                wanted[field.related_model] |= {getattr(event, field.attname) for event in events}
        self._names = {
            model: {row.pk: str(row) for row in model._base_manager.filter(pk__in=keys - {None})}
            for model, keys in wanted.items()
            if changed and keys - {None}
        }

    def __call__(self, field: Field, event: Any) -> str:
        value = getattr(event, field.attname) if event is not None else None
        if value is None or value == "":
            return ""
        text = self._text(field, value)
        return self._masked[field.name](text) if field.name in self._masked else mask_text(text)

    def _text(self, field: Field, value: Any) -> str:
        if isinstance(field, ForeignKey):
            return self._names.get(field.related_model, {}).get(value, str(value))
        return field_in_words(field, value)
