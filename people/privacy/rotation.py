"""Brings everything that lies encrypted under the newest key (``bin/manage rotate_keys``).

A row already under it is only read, so the work may be broken off anywhere and begun again. Each batch is locked, read
and written in one transaction; what somebody is changing just then is passed over and taken at the end. People are
found under every key in use (``core.encryption.blind_indexes``), so nothing is missed or entered twice meanwhile. The
columns written are in no history and no version: to readers nothing has changed.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, connection, models, transaction

from core import encryption
from core.models import Import, ImportPage, Job
from people import identity
from people.models import Application, FormerDocument, Merge, Person

BATCH = 1_000  # rows locked at once: some tens of milliseconds


# -- what lies encrypted ------------------------------------------------------------------------------------
def _document_index(row: Any) -> str | None:
    return identity.index(row.id_type, encryption.decrypt(row.id_cipher)) if row.id_cipher else row.id_index


def _application_index(row: Application) -> str:
    typed = row.payload.get("facts", {})  # none once what was filled in is cleared, or of a repeated one
    return identity.index(typed["id_type"], typed["id_number"]) if row.id_index and typed else row.id_index


@dataclass(frozen=True)
class Sealed:
    """A table with encrypted columns.

    :ivar index: what its blind index is under the newest key. :ivar passing: the rows are removed by themselves within
        days; one that no key reads is of no use to anybody, and keeps no key.
    """

    model: type[models.Model]
    ciphers: tuple[str, ...]
    index: Callable[[Any], str | None] | None = None
    passing: bool = False
    called: str = ""

    @property
    def label(self) -> str:
        return self.called or str(self.model._meta.verbose_name)

    @property
    def key_type(self) -> str:
        return "uuid" if isinstance(self.model._meta.pk, models.UUIDField) else "bigint"

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.ciphers, "id_index") if self.index else self.ciphers

    def renewed(self, row: Any) -> dict[str, Any]:
        """The columns that have to be written; none when all lies under the newest key. Raises ``InvalidToken``."""
        new = {name: _renewed(getattr(row, name)) for name in self.ciphers}
        if self.index:
            new["id_index"] = self.index(row)
        return {name: value for name, value in new.items() if value != getattr(row, name)}


def _renewed(value: Any) -> Any:
    if not isinstance(value, str):
        return _renewed_inside(value)
    return value if encryption.is_newest(value) else encryption.renew(value)


def _renewed_inside(value: Any) -> Any:
    """JSON with whatever is encrypted in it renewed (allauth's second factors: some texts are, others are not;
    what a job was asked for)."""
    if isinstance(value, dict):
        return {key: _renewed_inside(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_renewed_inside(item) for item in value]
    return _renewed(value) if isinstance(value, str) and value.startswith(_FERNET) else value


_FERNET = "gAAAA"  # every token of Fernet's present version begins so
SEALED = (
    Sealed(Person, ("id_cipher", "health_cipher"), _document_index),
    Sealed(FormerDocument, ("id_cipher",), _document_index),
    Sealed(Application, ("payload_cipher",), _application_index),
    Sealed(Merge, ("before_cipher",)),
    Sealed(Authenticator, ("data",), called="二次验证"),
    Sealed(Import, ("corrections",), passing=True),  # checked, and not yet confirmed
    Sealed(ImportPage, ("sealed",), passing=True, called="导入的预览"),
    Sealed(Job, ("params",), passing=True),  # asked for, and not yet done
)


# -- the work -----------------------------------------------------------------------------------------------
@dataclass
class Found:
    """What became of one table's rows, by their keys."""

    renewed: int = 0
    unreadable: list[Any] = field(default_factory=list)
    twice: list[Any] = field(default_factory=list)  # their document is another person's under the newest key


def renew(sealed: Sealed, progress: Callable[[int], None], *, batch: int = BATCH) -> Found:
    """Bring one table under the newest key, in batches; ``progress`` hears how many rows have been seen."""
    found, seen = Found(), 0
    passed: list[Any] = []
    for keys in _batches(sealed.model, batch):
        passed += _renew_batch(sealed, keys, found, skip=True)
        seen += len(keys)
        progress(seen)
    for key in passed:  # somebody was changing them: one at a time, waiting
        _renew_batch(sealed, [key], found, skip=False)
    return found


def left_over(sealed: Sealed) -> list[Any]:
    """Keys of rows that are not, or not wholly, under the newest key."""
    left = []
    for keys in _batches(sealed.model):
        for row in sealed.model._base_manager.filter(pk__in=keys).only(*_read(sealed)):
            try:
                if sealed.renewed(row):
                    left.append(row.pk)
            except InvalidToken:
                left += [] if sealed.passing else [row.pk]
    return left


def _batches(model: type[models.Model], size: int = BATCH) -> Iterator[list[Any]]:
    last: Any = None
    while True:
        rows = model._base_manager.order_by("pk").values_list("pk", flat=True)
        keys = list((rows if last is None else rows.filter(pk__gt=last))[:size])
        if not keys:
            return
        yield keys
        last = keys[-1]


def _read(sealed: Sealed) -> tuple[str, ...]:
    return (*sealed.columns, "id_type") if sealed.index is _document_index else sealed.columns


def _renew_batch(sealed: Sealed, keys: list[Any], found: Found, *, skip: bool) -> list[Any]:
    """One transaction; returns the keys of rows that somebody else held."""
    with transaction.atomic():
        rows = sealed.model._base_manager.select_for_update(no_key=True, skip_locked=skip, of=("self",))
        held = list(rows.filter(pk__in=keys).order_by("pk").only(*_read(sealed)))
        changed = []
        for row in held:
            try:
                new = sealed.renewed(row)
            except InvalidToken:
                found.unreadable += [] if sealed.passing else [row.pk]
                continue
            if new:
                changed.append((row, new))
        _write(sealed, changed, found)
    return sorted(set(keys) - {row.pk for row in held}) if skip else []


def _write(sealed: Sealed, changed: list[tuple[Any, dict[str, Any]]], found: Found) -> None:
    if not changed:
        return
    try:
        with transaction.atomic():
            _update(sealed, changed)
    except IntegrityError:  # one of them is the same document as another row's: find out which
        for one in changed:
            try:
                with transaction.atomic():
                    _update(sealed, [one])
            except IntegrityError:
                found.twice.append(one[0].pk)
                found.renewed -= 1
    found.renewed += len(changed)


def _update(sealed: Sealed, changed: list[tuple[Any, dict[str, Any]]]) -> None:
    """One statement for the batch: thousands of single ones would take hours over two million people."""
    meta = sealed.model._meta
    names = [name for name in sealed.columns if any(name in new for _row, new in changed)]
    kinds = {name: "jsonb" if isinstance(meta.get_field(name), models.JSONField) else "text" for name in names}
    values: list[list[Any]] = [[row.pk for row, _new in changed]]
    for name in names:
        column = [new.get(name, getattr(row, name)) for row, new in changed]
        values.append([json.dumps(value) for value in column] if kinds[name] == "jsonb" else column)
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(name)} = new.{quote(name)}::{kinds[name]}" for name in names)
    arrays = ", ".join([f"%s::{sealed.key_type}[]", *("%s::text[]" for _name in names)])
    listed = ", ".join(quote(name) for name in ("pk", *names))
    table = quote(meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS new({listed}) WHERE {table}.id = new.pk",  # noqa: S608
            values,
        )
