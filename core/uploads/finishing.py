"""When every byte has come: the pieces are put together, judged and put with the record, once."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import attach
from core.attachments.owners import may_attach, visible_owner
from core.attachments.preparing import prepare
from core.models import Upload
from core.uploads.protocol import Problem
from core.uploads.receiving import forget_pieces
from core.words import moment

_BLOCK = 256 * 1024


def finish(pk: UUID, by: Any) -> Upload | None:
    """The upload with what became of it (``attachment`` or ``problem``); asked again, the same. None while another
    request is at it.

    :raises Problem: when it cannot end now but may later (not all has come; the right ended, the record is closed):
        what has come stays until ``expires_at``, and the message says so.
    """
    with transaction.atomic():
        mine = Upload.objects.visible_to(by).filter(pk=pk)
        upload: Upload | None = mine.select_for_update(skip_locked=True, of=("self",)).first()
        if upload is None:
            if not mine.exists():
                raise Http404
            return None
        if upload.finished_at is None:
            _require_whole(upload)
            _end(upload, _owner_of(upload, by), by)
    return upload


def _require_whole(upload: Upload) -> None:
    if not upload.is_whole:
        raise Problem(409, "offset", _("文件还没有传完。"), offset=upload.received)


def _owner_of(upload: Upload, by: Any) -> models.Model:
    """The record, asked again: the right may have ended since the upload began."""
    words = {"name": upload.name, "day": moment(upload.expires_at)}
    try:
        owner = visible_owner(upload.content_type_id, upload.object_id, by)
        may_attach(owner, by, upload.kind).require()
    except Http404 as error:
        message = _("“%(name)s”已经传到，但您现在看不到这条记录，没有存入。文件保留到 %(day)s，有权限后可以再试。")
        raise Problem(403, "permission", message % words, kept=True) from error
    except PermissionDenied as error:
        message = _("“%(name)s”已经传到，但没有存入：%(reason)s文件保留到 %(day)s，可以添加时再试。")
        raise Problem(403, "permission", message % {**words, "reason": error}, kept=True) from error
    return owner


def _end(upload: Upload, owner: models.Model, by: Any) -> None:
    """Put it with the record, or note why not; then the pieces have done their work."""
    try:
        with transaction.atomic(), _together(upload) as whole:
            upload.attachment = attach(owner, whole, kind=upload.kind, by=by)
            prepare(upload.attachment)
    except ValidationError as error:
        upload.problem, upload.problem_code = _beside_its_name(error), error.code or "refused"
    except FileNotFoundError:
        upload.problem = _("“%(name)s”已收到的部分从存储中丢失，请重新上传。") % {"name": upload.name}
        upload.problem_code = "lost"
    forget_pieces(upload)
    upload.finished_at, upload.pieces = timezone.now(), []
    upload.save(update_fields=["attachment", "problem", "problem_code", "finished_at", "pieces"])


def _beside_its_name(error: ValidationError) -> str:
    """What the page says below the name of the file, which need not be said again."""
    words = getattr(error, "params", None) or {}
    return f"{words['problem']}{words['accepted']}" if "problem" in words else " ".join(error.messages)


@contextmanager
def _together(upload: Upload) -> Iterator[UploadedFile]:
    """The whole file, never in memory: in the data folder, since /tmp of a container may be memory too, and without
    a name, so that a killed process leaves nothing behind."""
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as whole:
        for name in upload.pieces:
            with default_storage.open(name) as piece:
                for block in piece.chunks(_BLOCK):
                    whole.write(block)
        yield UploadedFile(whole, upload.name, size=upload.size)
