"""Putting a file with a record, bringing a newer version, taking one out of use. Nothing is ever removed."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments.checks import check
from core.attachments.owners import may_attach, may_end
from core.attachments.safekeeping import keep_file
from core.attachments.takes import takes_of
from core.decisions import Decision
from core.language import in_chinese
from core.models import Attachment
from core.words import moment


def attach(
    owner: models.Model, upload: "File[Any]", *, kind: str, by: Any, replaces: Attachment | None = None
) -> Attachment:
    """Check ``upload`` and put it with ``owner``; file and row stand or fall together.

    The permission (``owner.can_attach``) is the caller's question.

    :param kind: which of the owner's materials it is.
    :param replaces: the version it takes the place of: must be the owner's, of that kind and in use.
    :raises ValidationError: in plain Chinese, with the codes of ``checks.check``, ``same`` when this very content is
        already there, ``stale`` when ``replaces`` is no longer in use or the record has meanwhile become one that no
        longer allows what it allowed ``by`` when ``owner`` was read.
    """
    found = check(cast(BinaryIO, upload.file), upload.name or "", upload.size, takes=takes_of(owner, kind))
    digest = sha256_of(upload)
    with transaction.atomic():
        if not _still(owner, lambda it: may_end(it, replaces, by) if replaces else may_attach(it, by, kind)):
            raise ValidationError(_("传文件的时候，这条记录有人办理了，文件没有存入。请刷新页面再看。"), code="stale")
        version = _end_replaced(owner, kind, by, replaces) + 1 if replaces else 1
        _refuse_same(owner, kind, digest, found.name)
        attachment = Attachment(
            id=uuid.uuid4(), kind=kind, name=found.name, media_type=found.media_type, size=found.size, sha256=digest,
            version=version, replaces=replaces, uploaded_by=by,
            content_type=ContentType.objects.get_for_model(owner), object_id=str(owner.pk),
        )  # fmt: skip
        field = Attachment._meta.get_field("file")
        attachment.file = keep_file(field.storage, field.generate_filename(attachment, found.name), upload)
        attachment.save(force_insert=True)
        if hasattr(owner, "attached"):  # the record wants to know, in the same transaction
            owner.attached(attachment, by)
    return attachment


def withdraw(owner: models.Model, attachment: Attachment, *, by: Any, reason: str) -> Attachment:
    """Take a file of ``owner`` out of use; it stays readable in the history. The permission is the caller's question.

    :raises ValidationError: without a reason, or ``stale`` as in ``attach``.
    """
    if not reason.strip():
        raise ValidationError(_("请写明撤下这份材料的原因。"), code="reason")
    with transaction.atomic():
        if not _still(owner, lambda record: may_end(record, attachment, by)):
            raise ValidationError(_("这条记录刚才有人办理了，材料没有撤下。请刷新页面再看。"), code="stale")
        fresh: Attachment = Attachment.objects.of(owner).select_for_update(no_key=True).get(pk=attachment.pk)
        if fresh.ended_at is not None:
            raise ValidationError(_("“%(name)s”已经停用，请刷新页面。") % {"name": fresh.name}, code="stale")
        _end(fresh, by, reason.strip())
    return fresh


def sha256_of(upload: "File[Any]") -> str:
    """Hex digest of the whole file, read piece by piece; the file is left at its start."""
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _still(owner: models.Model, allows: Callable[[models.Model], Decision]) -> bool:
    """Lock the record, so that files for it come in one after the other and the second sees the first. Whether it still
    allows what it allowed when it was read: the office it lies with may have changed while the file was checked or the
    page lay open. What the caller grants beyond the record's rule stays granted."""
    now = type(owner)._base_manager.select_for_update(no_key=True, of=("self",)).get(pk=owner.pk)
    return not allows(owner) or bool(allows(now))


def _end(attachment: Attachment, by: Any, reason: str) -> None:
    attachment.ended_at = timezone.now()
    attachment.ended_by = by
    attachment.end_reason = reason
    attachment.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _end_replaced(owner: models.Model, kind: str, by: Any, replaces: Attachment) -> int:
    """End the old version under a lock; returns its number."""
    there = Attachment.objects.of(owner).current().filter(pk=replaces.pk, kind=kind)
    old: Attachment | None = there.select_for_update(no_key=True).first()
    if old is None:
        raise ValidationError(_("要更换的材料已经停用或被别人更换，请刷新页面后再试。"), code="stale")
    with in_chinese():
        _end(old, by, _("换成了新版本"))
    return old.version


def _refuse_same(owner: models.Model, kind: str, digest: str, name: str) -> None:
    current = Attachment.objects.of(owner).current().filter(kind=kind, sha256=digest)
    there = current.select_related("uploaded_by").first()
    if there is None:
        return
    words = {
        "name": name, "there": there.name, "who": there.uploaded_by,
        "at": moment(there.uploaded_at),
    }  # fmt: skip
    raise ValidationError(
        _("“%(name)s”已经有了：内容与“%(there)s”完全相同（%(who)s于 %(at)s 上传），没有重复保存。") % words, code="same"
    )
