"""What the fragments ``core/_attachments.html`` and ``core/_attachment.html`` show."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from core.attachments.films import is_film
from core.attachments.owners import kinds_of, may_attach
from core.attachments.previews import has_preview
from core.attachments.takes import accept_of, hint_of, limits_of, megabytes, takes_of
from core.decisions import Decision
from core.models import Attachment, Upload


def row_context(attachment: Attachment, decision: Decision) -> dict[str, Any]:
    """Context of one row: the file, its size in words, and whether the reader may change or withdraw it."""
    return {
        "attachment": attachment,
        "size": megabytes(attachment.size),
        "previewable": has_preview(attachment),
        "is_film": is_film(attachment),
        "may_change": decision.allowed and attachment.is_current,
    }


def panel_context(owner: models.Model, user: Any, kind: str) -> dict[str, Any]:
    """Context of the files of one kind: those in use, earlier ones, and what the drop zone needs. Three queries."""
    decision = may_attach(owner, user, kind)
    broken = broken_off([owner], user) if decision else []
    return _panel(owner, kind, list(rows_of(owner).filter(kind=kind)), decision, broken)


def panels(
    owner: models.Model,
    user: Any,
    kinds: Iterable[str],
    *,
    rows: list[Attachment] | None = None,
    broken: list[Upload] | None = None,
) -> dict[str, dict[str, Any]]:
    """The same for several kinds at once, in the same number of queries.

    :param rows: ``rows_of(owner)``, where they have been read with something else. :param broken: ``broken_off``.
    """
    rows = list(rows_of(owner)) if rows is None else rows
    of_any = None if hasattr(owner, "can_attach_as") else may_attach(owner, user, "")
    decisions = {kind: may_attach(owner, user, kind) if of_any is None else of_any for kind in kinds}
    if broken is None:
        broken = broken_off([owner], user) if any(decisions.values()) else []
    return {
        kind: _panel(owner, kind, [row for row in rows if row.kind == kind], decision, broken)
        for kind, decision in decisions.items()
    }


def rows_of(owner: models.Model) -> models.QuerySet[Attachment]:
    """The files of a record, with the people that a row names."""
    return Attachment.objects.of(owner).select_related("uploaded_by", "ended_by", "content_type")


def pictures_of(owners: Collection[models.Model], kind: str) -> dict[str, list[Attachment]]:
    """Files of one kind in use that a small picture can be shown of, by the key of their record. One query."""
    found: dict[str, list[Attachment]] = {str(owner.pk): [] for owner in owners}
    if owners:
        of = ContentType.objects.get_for_model(next(iter(owners)))
        rows = Attachment.objects.current().filter(content_type=of, object_id__in=list(found), kind=kind)
        for row in rows.order_by("uploaded_at", "pk"):
            if has_preview(row):
                found[row.object_id].append(row)
    return found


def broken_off(owners: Sequence[models.Model], user: Any) -> list[Upload]:
    """What the reader began to send with records of one model, and did not finish: it waits for the same file to be
    picked again."""
    keys = [str(owner.pk) for owner in owners]
    of = {"content_type": ContentType.objects.get_for_model(owners[0]), "object_id__in": keys}
    return list(Upload.objects.visible_to(user).open().filter(**of, received__gt=0, received__lt=F("size")))


def broken_rows(broken: Iterable[Upload], owner: models.Model, kind: str) -> list[dict[str, Any]]:
    """What ``generic/_upload.html`` shows of those that broke off with ``owner`` as ``kind``."""
    return [
        {"upload": one, "received": megabytes(one.received), "size": megabytes(one.size)}
        for one in broken
        if (one.kind, one.object_id) == (kind, str(owner.pk))
    ]


def _panel(
    owner: models.Model, kind: str, attachments: list[Attachment], decision: Decision, broken: Iterable[Upload]
) -> dict[str, Any]:
    rows = [row_context(attachment, decision) for attachment in attachments]
    return {
        "kind": kind,
        "label": label_of(owner, kind),
        "current": [row for row in rows if row["attachment"].is_current],
        "ended": [row for row in rows if not row["attachment"].is_current],
        "decision": decision,
        "upload_into": f"files-{kind}",
        "upload_broken": broken_rows(broken, owner, kind),
        **zone_context(owner, kind),
    }


def label_of(owner: models.Model, kind: str) -> str:
    """What the files of a kind are called on the page."""
    return kinds_of(owner).get(kind, _("材料"))


def zone_context(owner: models.Model, kind: str, **more: str) -> dict[str, Any]:
    """What ``generic/_upload.html`` needs to put files with ``owner`` as ``kind``;
    ``more`` goes along with each file."""
    takes = takes_of(owner, kind)
    place = {"content_type": ContentType.objects.get_for_model(owner).pk, "object_id": str(owner.pk)}
    extra = {**place, "kind": kind, **more}
    return {
        "extra": extra,
        "upload_url": reverse("core:attachment_upload"),
        "upload_begin": reverse("core:upload_begin", kwargs=place),
        "upload_extra": json.dumps(extra),
        "upload_limits": json.dumps(limits_of(takes)),
        "upload_hint": hint_of(takes),
        "upload_accept": accept_of(takes),
    }
