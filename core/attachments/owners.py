"""The record a file belongs to decides: whoever may see it may read its files, and it says who may add some."""

import re
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.decisions import Decision, no
from core.models import Attachment

_KIND = re.compile(r"[\w-]{1,40}")


def visible_owner(content_type_id: int | str, object_id: str, user: Any) -> models.Model:
    """The record, fetched from what ``user`` may see. Raises ``Http404`` for a stranger and for nonsense alike."""
    try:
        model: Any = ContentType.objects.get_for_id(int(content_type_id)).model_class()
    except (ContentType.DoesNotExist, ValueError) as error:
        raise Http404 from error
    if model is None or not hasattr(model._default_manager, "visible_to"):
        raise Http404
    try:
        return model._default_manager.visible_to(user).get(pk=object_id)
    except (model.DoesNotExist, ValueError, ValidationError) as error:
        raise Http404 from error


def visible_attachment(pk: Any, user: Any) -> tuple[Attachment, models.Model]:
    """The file and its record. Raises ``Http404`` for whoever may not see the record, ``PermissionDenied`` for whoever
    may and reads no files of it (``owner.can_read_files``, where the record has one)."""
    attachment = get_object_or_404(Attachment, pk=pk)
    owner = visible_owner(attachment.content_type_id, attachment.object_id, user)
    ask = getattr(owner, "can_read_files", None)
    if ask:
        ask(user).require()
    return attachment, owner


def may_attach(owner: models.Model, user: Any, kind: str) -> Decision:
    """What ``owner.can_attach`` says, or ``owner.can_attach_as`` where that depends on the kind of material; a record
    without either takes no files."""
    by_kind = getattr(owner, "can_attach_as", None)
    if by_kind:
        return by_kind(user, kind)
    ask = getattr(owner, "can_attach", None)
    return ask(user) if ask else no(_("这条记录不收材料。"))


def require_kind(owner: models.Model, kind: str) -> None:
    """:raises ValidationError: code ``kind``, when ``owner`` takes no materials of this kind."""
    kinds = kinds_of(owner)
    if not _KIND.fullmatch(kind) or (kinds and kind not in kinds):
        raise ValidationError(_("没有这种材料，请刷新页面后再试。"), code="kind")


def may_end(owner: models.Model, attachment: Attachment, user: Any) -> Decision:
    """Whether this very file may be withdrawn or replaced: ``owner.can_end`` where the record has one, else whoever may
    add files."""
    ask = getattr(owner, "can_end", None)
    return ask(user, attachment) if ask else may_attach(owner, user, attachment.kind)


def kinds_of(owner: models.Model) -> dict[str, str]:
    """Kind → label of the materials ``owner`` takes (its ``attachment_kinds``); empty when it does not say."""
    return {key: str(label) for key, label in dict(getattr(owner, "attachment_kinds", {})).items()}
