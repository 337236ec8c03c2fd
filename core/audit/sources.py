"""What the timeline is made of: the event table of every tracked model, and the access log, with the same columns."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat

from core.history.events import TrackedEvent
from core.models.access import AccessLog

# what names a record, by the field that usually does; a record without any is named by those it joins
NAMING = ("name", "number", "title", "key")


Part = tuple[str, tuple[Any, ...]]  # SQL and its parameters


@dataclass(frozen=True)
class Source:
    """One table of the timeline. ``rank`` stands for it in the union: names would sort by the server's collation."""

    rank: int
    key: str
    model: type[models.Model]
    is_log: bool

    @property
    def label(self) -> Any:
        return AccessLog._meta.verbose_name if self.is_log else self.tracked._meta.verbose_name

    @property
    def tracked(self) -> type[models.Model]:
        return self.model._meta.get_field("pgh_obj").related_model  # type: ignore[return-value]

    @property
    def columns(self) -> dict[str, Any]:
        return _LOG if self.is_log else _event_columns(self.model)

    def rows(self, *columns: str) -> models.QuerySet:
        """All rows: ``columns`` under the names common to all tables (also fields of a table's own)."""
        known = {"row_rank": Value(self.rank, output_field=models.IntegerField()), **self.columns}
        named = {name: known[name] for name in columns if name in known}
        return self.model._default_manager.order_by().annotate(**named).values_list(*columns)

    def statement(self, *columns: str) -> Part:
        """``rows`` as SQL, to be narrowed by conditions on ``columns``: these then use the table's indexes.

        Written once: that takes the ORM longer than answering it takes the database, and a page asks every table.
        """
        return _statement(self, columns)


@cache
def _statement(item: Source, columns: tuple[str, ...]) -> Part:
    sql, params = item.rows(*columns).query.sql_with_params()
    return f"SELECT * FROM ({sql}) AS row ({', '.join(columns)})", tuple(params)  # noqa: S608 - SQL of the ORM


def _text(key: str) -> Any:
    return Coalesce(KeyTextTransform(key, "pgh_context"), Value(""), output_field=TextField())


def _event_columns(model: type[models.Model]) -> dict[str, Any]:
    return {
        "row_id": F("pgh_id"),
        "row_at": F("pgh_created_at"),
        "row_action": F("pgh_label"),
        "row_person": KeyTextTransform("user", "pgh_context"),  # as the index has it
        "row_who": _text("user_name"),
        "row_office": _text("office"),
        "row_url": _text("url"),
        "row_address": _text("address"),
        "row_subject": _subject(model),
    }


_LOG = {
    "row_id": F("id"),
    "row_at": F("at"),
    "row_action": Cast(F("kind"), TextField()),
    "row_person": Cast(F("user_id"), TextField()),
    "row_who": Coalesce(Cast(F("user__name"), TextField()), Cast(F("user_name"), TextField())),
    "row_office": Cast(F("office"), TextField()),
    "row_url": Cast(F("url"), TextField()),
    "row_address": Cast(F("address"), TextField()),
    "row_subject": Cast(F("subject"), TextField()),
}
COLUMNS = ("row_rank", *_LOG)


def _subject(model: type[models.Model]) -> Any:
    for name in NAMING:
        if _has(model, name):
            return _filled(name)
    joined = [f"{field.name}__name" for field in model._meta.get_fields() if _names(field)]
    parts = [_filled(path) for path in joined[:2]]
    if len(parts) == 2:
        return Concat(parts[0], Value(" ", TextField()), parts[1], output_field=TextField())
    return parts[0] if parts else Value("", output_field=TextField())


def _filled(path: str) -> Any:
    return Coalesce(Cast(F(path), TextField()), Value("", TextField()), output_field=TextField())


def _names(field: Any) -> bool:
    """A relation that is part of what the record is: not optional (as who ended it), to something with a name."""
    if not isinstance(field, models.ForeignKey) or field.name.startswith("pgh_") or field.null:
        return False
    return _has(field.related_model, "name")


def _has(model: Any, name: str) -> bool:
    try:
        return not model._meta.get_field(name).is_relation
    except FieldDoesNotExist:
        return False


@cache
def sources() -> tuple[Source, ...]:
    """All tables of the timeline, in a fixed order, the access log first."""
    events = [model for model in apps.get_models() if issubclass(model, TrackedEvent)]
    events.sort(key=lambda model: model._meta.label_lower)
    tables: list[type[models.Model]] = [AccessLog, *events]
    return tuple(
        Source(rank, model._meta.model_name or "", model, model is AccessLog) for rank, model in enumerate(tables)
    )


def source(key: str) -> Source | None:
    return next((item for item in sources() if item.key == key), None)
