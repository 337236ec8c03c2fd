"""Files that a killed process left without a row."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from core.attachments.previews import SUFFIXES
from core.models import Attachment, VerifiableDocument


def remove_orphans(older_than: timedelta = timedelta(days=1)) -> list[str]:
    """Delete stored files that no row names; returns their names.

    Young files are left: their transaction may still be running.
    """
    limit = timezone.now() - older_than
    removed = []
    for folder, model in (("attachments", Attachment), ("documents", VerifiableDocument)):
        for name in _files(default_storage, folder):
            owner = _without_suffix(name)
            if _older(default_storage, name, limit) and not model._default_manager.filter(file=owner).exists():
                default_storage.delete(name)
                removed.append(name)
    return removed


def _without_suffix(name: str) -> str:
    """The original that a copy for display belongs to."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for inner in folders:
        yield from _files(storage, f"{folder}/{inner}")
    for file in files:
        yield f"{folder}/{file}"


def _older(storage: Storage, name: str, limit: datetime) -> bool:
    return storage.get_modified_time(name) < limit
