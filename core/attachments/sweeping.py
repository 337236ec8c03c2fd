"""Files that a killed process left without a row."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from core.attachments.previews import SUFFIXES
from core.models import Attachment, Import, Job, VerifiableDocument

Place = tuple[str, Any, str]  # a folder, the model that names what lies in it, and its field
OWN: tuple[Place, ...] = (
    ("attachments", Attachment, "file"),
    ("documents", VerifiableDocument, "file"),
    ("imports", Import, "file"),
    ("jobs", Job, "result"),
)
BATCH = 500


def remove_orphans(older_than: timedelta = timedelta(days=1), *, where: Iterable[Place] = OWN) -> list[str]:
    """Delete stored files that no row names; returns their names.

    Young files are left: their transaction may still be running.
    """
    limit = timezone.now() - older_than
    removed = []
    for folder, model, field in where:
        names = files_in(default_storage, folder)
        while batch := {name: _without_suffix(name) for name in islice(names, BATCH)}:
            rows = model._default_manager.filter(**{f"{field}__in": batch.values()})
            owners = set(rows.values_list(field, flat=True))
            for name, owner in batch.items():
                if owner not in owners and older(default_storage, name, limit):
                    default_storage.delete(name)
                    removed.append(name)
    return removed


def _without_suffix(name: str) -> str:
    """The original that a copy for display belongs to."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def files_in(storage: Storage, folder: str) -> Iterator[str]:
    """Every stored file below a folder."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for inner in folders:
        yield from files_in(storage, f"{folder}/{inner}")
    for file in files:
        yield f"{folder}/{file}"


def older(storage: Storage, name: str, limit: datetime) -> bool:
    """Whether a stored file is older than ``limit``: a younger one may belong to a transaction that still runs."""
    return storage.get_modified_time(name) < limit
