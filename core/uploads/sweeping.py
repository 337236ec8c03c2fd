"""Uploads nobody went on with, pieces without an upload, and files that came whole but whose page was closed."""

import logging
from datetime import timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from core.attachments.sweeping import files_in, older
from core.history import acting_as
from core.language import in_chinese
from core.models import Upload
from core.uploads.finishing import finish
from core.uploads.protocol import Problem
from core.uploads.receiving import forget_pieces

logger = logging.getLogger(__name__)
_QUIET = timedelta(minutes=10)  # the page asks for the end at once; after this it is gone
_AT_ONCE = 50


@in_chinese()
def finish_abandoned() -> int:
    """Finish uploads that have come whole, with the rights their person has now; returns how many. What cannot be
    finished now is tried again until it expires."""
    quiet = Upload.objects.whole().filter(touched_at__lt=timezone.now() - _QUIET).order_by("touched_at")
    ended = 0
    for upload in quiet.select_related("created_by__organization")[:_AT_ONCE]:
        try:
            with acting_as(upload.created_by, source=upload.get_absolute_url()):
                ended += finish(upload.pk, upload.created_by) is not None
        except Problem as problem:
            logger.info("upload cannot end yet", extra={"upload": str(upload.pk), "code": problem.code})
            Upload.objects.filter(pk=upload.pk).update(touched_at=timezone.now())  # others have their turn first
    return ended


def remove_expired() -> int:
    """Forget uploads whose days are over, with what has come of them; returns how many."""
    removed = 0
    for pk in Upload.objects.expired().values_list("pk", flat=True):
        with transaction.atomic():
            upload = Upload.objects.expired().select_for_update(of=("self",)).filter(pk=pk).first()
            if upload is not None:  # nobody has gone on with it in the meantime
                forget_pieces(upload)
                upload.delete()
                removed += 1
    return removed


def remove_lost_pieces(older_than: timedelta = timedelta(days=1)) -> list[str]:
    """Delete pieces that no upload names: left by a killed process; returns their names."""
    limit, removed = timezone.now() - older_than, []
    named: dict[str, set[str]] = {}
    for name in files_in(default_storage, "uploads"):
        folder = name.split("/")[1]
        if folder not in named:
            named[folder] = _pieces_of(folder)
        if name not in named[folder] and older(default_storage, name, limit):
            default_storage.delete(name)
            removed.append(name)
    return removed


def _pieces_of(folder: str) -> set[str]:
    try:
        return set(Upload.objects.filter(pk=UUID(folder)).values_list("pieces", flat=True).first() or ())
    except ValueError:  # not a folder of ours
        return set()
