"""What happened to one record, in words: for the history on its page."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, ForeignKey, GeneratedField, Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.history.as_at import events_of
from core.masking import mask_text
from core.together import together
from core.words import field_in_words

# Counters and places in a tree: consequences of facts, not facts; and what is kept as keys, for programs.
INTERNAL = frozenset({"path", "depth", "numchild", "version", "payload"})
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
            "label": words.get(self.label, pgettext("history", "修改")),
            "changes": [{"label": label, "old": old, "new": new} for label, old, new in self.fields],
        }


def changes_of(
    record: Model, *, masked: Mapping[str, Callable[[str], str]] | None = None, most: int = MOST
) -> list[Change]:
    """Changes of a tracked record, newest first; one query, and one for the names of related records.

    An update that changed nothing a person would call a fact is left out. ID numbers and phone numbers in any text are
    masked; ``masked``, and ``masked_in_history`` of the model, hide further fields, by name. A model names in
    ``told_in_history`` what no form edits and its readers should hear of all the same.
    """
    return changes_of_several((record, list(events_for(record, most)), masked or {}), most=most)[0]


def events_for(record: Model, most: int = MOST) -> QuerySet[Any]:
    """The events that ``changes_of`` tells from, for whoever reads them together with more."""
    rows: QuerySet[Any] = record.tracked_events.order_by("-pgh_id")[: most + 1]  # type: ignore[attr-defined]
    return rows


def changes_of_several(
    *told: tuple[Model, list[Any], Mapping[str, Callable[[str], str]]], most: int = MOST, known: Iterable[Model] = ()
) -> list[list[Change]]:
    """The same for several records whose events have been read: (record, events, ``masked``). One query for all.

    :param known: records that are at hand, whose names need not be asked for.
    """
    several = [
        (_facts(type(record)), found, {**getattr(type(record), "masked_in_history", {}), **masked})
        for record, found, masked in told
    ]
    names = _names_in([(fields, found) for fields, found, _masked in several], known)
    return [_told(fields, found, _Words(masked, names), most) for fields, found, masked in several]


def _told(fields: list[Field], found: list[Any], words: "_Words", most: int) -> list[Change]:
    pairs = list(zip(found, [*found, None][1:], strict=True))[:most]
    changed = [(event, before, _differences(fields, event, before)) for event, before in pairs]
    return [
        _change(event, [(str(field.verbose_name), words(field, before), words(field, event)) for field in differing])
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
    tracked = {field.name for field in events_of(model)._meta.concrete_fields}
    return [
        field
        for field in model._meta.concrete_fields
        if field.name in tracked
        and field.name not in INTERNAL
        and not field.primary_key
        and not isinstance(field, GeneratedField)
        and (field.editable or isinstance(field, ForeignKey) or field.name in getattr(model, "told_in_history", ()))
    ]


def _differences(fields: list[Field], event: Any, before: Any) -> list[Field]:
    """Fields whose value is another than before; of a new record those that hold something."""
    if event.pgh_label == "delete":
        return []
    if before is None:
        # The oldest event read may not be the first: then what came before is not known.
        return (
            [f for f in fields if getattr(event, f.attname) not in (None, "", [], {})]
            if event.pgh_label == "insert"
            else []
        )
    return [field for field in fields if getattr(event, field.attname) != getattr(before, field.attname)]


def _names_in(told: list[tuple[list[Field], list[Any]]], known: Iterable[Model]) -> dict[type[Model], dict[Any, str]]:
    """What the records are called that the events point to; one query for all models, or none."""
    names: dict[type[Model], dict[Any, str]] = defaultdict(dict)
    for record in known:
        names[type(record)][record.pk] = str(record)
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for fields, events in told:
        for field in fields:
            if isinstance(field, ForeignKey):
                wanted[field.related_model] |= {getattr(event, field.attname) for event in events}
    missing = {model: keys - {None} - names[model].keys() for model, keys in wanted.items()}
    asked = {model._meta.label_lower.replace(".", "_"): (model, keys) for model, keys in missing.items() if keys}
    found = together(**{name: model._base_manager.filter(pk__in=keys) for name, (model, keys) in asked.items()})
    for name, rows in found.items():
        names[asked[name][0]] |= {row.pk: str(row) for row in rows}
    return names


class _Words:
    """Values as a person reads them."""

    def __init__(self, masked: Mapping[str, Callable[[str], str]], names: Mapping[type[Model], dict[Any, str]]) -> None:
        self._masked, self._names = masked, names

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
