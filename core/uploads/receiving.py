"""Beginning an upload and taking its pieces, one after the other whoever sends them."""

import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments.checks import HEAD, judge_head, judge_size
from core.attachments.formats.kinds import VIDEOS, Refusal
from core.attachments.names import shown_name
from core.attachments.owners import require_kind
from core.attachments.safekeeping import keep_file
from core.attachments.takes import Takes, hint_of, limits_of, takes_of
from core.models import Upload
from core.uploads.protocol import Problem

MOST_OPEN = 1000  # unfinished uploads of one person; two run at a time, the rest broke off somewhere
_FINGERPRINT = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_HEAD = re.compile(rf"([0-9a-f]{{2}}){{0,{HEAD}}}")
_FILM = re.compile(r"\.(mp4|m4v|mov|qt|webm|mkv|avi|3gp|wmv|flv|mpe?g|mts)$", re.IGNORECASE)


def begin(owner: models.Model, by: Any, *, kind: str, name: str, size: int, fingerprint: str, head: str = "") -> Upload:
    """An upload to send pieces to: a new one, or the one begun before with the same file for the same place.

    The permission is the caller's question.

    :param head: the first bytes as hex digits: a HEIC photo is refused here, not after minutes of sending.
    :raises Problem: before a byte was sent, when it could not end well.
    """
    try:
        require_kind(owner, kind)
    except ValidationError as error:
        raise Problem(400, "kind", error.messages[0]) from error
    if not _FINGERPRINT.fullmatch(fingerprint) or not _HEAD.fullmatch(head):
        raise Problem(400, "header", _("上传请求不完整，请刷新页面后再传。"))
    _judge(shown_name(name), size, head, takes_of(owner, kind))
    facts = {
        "created_by": by, "content_type": ContentType.objects.get_for_model(owner), "object_id": str(owner.pk),
        "kind": kind, "fingerprint": fingerprint, "size": size,
    }  # fmt: skip
    there = Upload.objects.open().filter(**facts)
    begun: Upload | None = there.first()
    if begun is not None:
        return begun
    if Upload.objects.visible_to(by).open().count() >= MOST_OPEN:
        raise Problem(409, "open", _("您有太多没有传完的文件，请先把它们传完，或过几天再传。"))
    try:
        with transaction.atomic():
            return Upload.objects.create(name=shown_name(name), **facts)
    except IntegrityError:  # the same file begun twice at the same moment
        return there.get()


def _judge(name: str, size: int, head: str, takes: Takes) -> None:
    film = bool(_FILM.search(name))
    try:
        if film and not takes & VIDEOS:
            raise Refusal("unsupported", _("音频和视频不能上传。"))
        judge_size(size, limits_of(takes)["video" if film else "other"])
        if head:
            judge_head(bytes.fromhex(head), takes)
    except Refusal as refusal:
        status = 413 if refusal.code == "too_large" else 400
        raise Problem(status, refusal.code, f"{refusal.problem}{hint_of(takes)}") from refusal


def take(pk: UUID, by: Any, *, offset: int, data: bytes) -> Upload:
    """Put the next piece behind the others. Of two that come for the same place the second is told where to go on.

    :raises Problem: 409 with ``offset`` when the piece belongs elsewhere, 413 when it would make the file longer than
        was said.
    """
    with transaction.atomic():
        upload = locked(pk, by)
        if upload.finished_at is not None or offset != upload.received:
            raise Problem(409, "offset", _("这一段已经收到，接着传后面的。"), offset=upload.received)
        if upload.received + len(data) > upload.size:
            raise Problem(413, "longer", _("文件比开始上传时说的要长，请重新选择这个文件。"))
        if len(upload.pieces) >= _most_pieces(upload.size):
            raise Problem(400, "pieces", _("文件被切得太碎，请刷新页面后再传。"))
        if data:
            name = keep_file(default_storage, f"uploads/{upload.pk}/{offset:015d}", ContentFile(data))
            upload.pieces.append(name)
        upload.received += len(data)
        upload.touched_at = timezone.now()
        upload.expires_at = upload.touched_at + timedelta(days=settings.UPLOAD_KEEP_DAYS)
        upload.save(update_fields=["pieces", "received", "touched_at", "expires_at"])
    return upload


def locked(pk: UUID, by: Any) -> Upload:
    """The person's own upload, held until the transaction ends. Raises ``Http404`` for anybody else's."""
    mine = Upload.objects.visible_to(by).filter(pk=pk)
    upload: Upload | None = mine.select_for_update(of=("self",)).first()
    if upload is None:
        raise Http404
    return upload


def drop(pk: UUID, by: Any) -> None:
    """Give an upload up, and what has come of it."""
    with transaction.atomic():
        upload = locked(pk, by)
        if upload.attachment_id is None:
            forget_pieces(upload)
            upload.delete()


def forget_pieces(upload: Upload) -> None:
    """Remove the pieces from storage once the transaction in hand has committed."""
    for name in upload.pieces:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)  # what is left, the sweep removes


def _most_pieces(size: int) -> int:
    """Twice what the page sends and some more: each piece is a file in storage and a name in the row."""
    whole = -(-size // settings.UPLOAD_PIECE_BYTES)
    return 2 * whole + 50
