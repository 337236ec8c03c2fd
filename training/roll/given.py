"""Marks as a device sends them: read, measured by its clock, nothing taken for granted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from training.choices import MarkKind, MarkMethod

AGREES = timedelta(seconds=30)  # a clock no further off than this is right; the rest is the way through the network
MOST = 500  # marks in one batch
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


def clock_offset(device_now: Any) -> timedelta:
    """What has to be added to the device's times, from what its clock said when it sent them."""
    said = _instant(device_now)
    if said is None:
        return timedelta(0)
    offset = timezone.now() - said
    return timedelta(0) if abs(offset) <= AGREES else timedelta(seconds=round(offset.total_seconds()))


def named(device: Any) -> str:
    """What a device calls itself, without what no name has and no database keeps: zeros, halves of characters."""
    return "".join(char for char in str(device or "")[:200] if char.isprintable())[:40]


def read(raw: Any, *, device: str) -> Given:
    """:raises ValidationError: with what is wrong, in words."""
    if not isinstance(raw, Mapping):
        raise ValidationError(_("这条点名的格式不对。"))
    at = _instant(raw.get("at"))
    if at is None:
        raise ValidationError(_("这条点名没有时间，或者时间写错了。"))
    kind, method = raw.get("kind"), raw.get("method", MarkMethod.TAP)
    if kind not in MarkKind.values or method not in (MarkMethod.TAP, MarkMethod.CARD):
        raise ValidationError(_("这条点名的内容不认识。"))
    person, card = _whole(raw.get("person")), str(raw.get("card") or "").strip()
    if (person is None) == (not card) or len(card) > CARD_MOST:
        raise ValidationError(_("这条点名没有说是谁。"))
    slot = _whole(raw.get("slot"))
    if slot is None:
        raise ValidationError(_("这条点名没有说是哪一场。"))
    return Given(
        _uuid(raw.get("id")), slot, str(kind), at, str(method), person, card, device, _whole(raw.get("activity"))
    )


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise ValidationError(_("这条点名没有编号。")) from None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63 else None


def _instant(value: Any) -> datetime | None:
    """An instant with its zone, from text; a year that no clock shows is none."""
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
        if at is None or timezone.is_naive(at) or not 2000 <= at.year <= 2200:
            return None
    except (ValueError, OverflowError):
        return None
    return at
