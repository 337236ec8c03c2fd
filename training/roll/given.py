"""Marks as a device sends them: read, nothing taken for granted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.offline import instant, read_key, whole
from training.choices import MarkKind, MarkMethod

CARD_MOST = 300


@dataclass(frozen=True)
class Given:
    """One mark, as it was made.

    :param at: by the clock of the device. :param activity: for a slot that was laid anew while the device was away.
    """

    id: UUID
    slot: int
    kind: str
    at: datetime
    method: str = MarkMethod.TAP
    person: int | None = None
    card: str = ""
    device: str = ""
    activity: int | None = None


def read(raw: Any, *, device: str) -> Given:
    """:raises ValidationError: with what is wrong, in words."""
    if not isinstance(raw, Mapping):
        raise ValidationError(_("这条点名的格式不对。"))
    at = instant(raw.get("at"))
    if at is None:
        raise ValidationError(_("这条点名没有时间，或者时间写错了。"))
    kind, method = raw.get("kind"), raw.get("method", MarkMethod.TAP)
    if kind not in MarkKind.values or method not in (MarkMethod.TAP, MarkMethod.CARD):
        raise ValidationError(_("这条点名的内容不认识。"))
    person, card = whole(raw.get("person")), str(raw.get("card") or "").strip()
    if (person is None) == (not card) or len(card) > CARD_MOST:
        raise ValidationError(_("这条点名没有说是谁。"))
    slot = whole(raw.get("slot"))
    if slot is None:
        raise ValidationError(_("这条点名没有说是哪一场。"))
    key = read_key(raw.get("id"), _("这条点名没有编号。"))
    return Given(key, slot, str(kind), at, str(method), person, card, device, whole(raw.get("activity")))
