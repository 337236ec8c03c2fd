"""签到码: what the screen at the place shows, and what a phone that scanned it may do.

A token is a MAC of the poster's secret and the half minute; it is taken in that half minute and in the next. A photo of
the screen sent to a friend is of no use a minute later, but who has scanned in time and has to sign in first is not
turned away: the scan is kept in the session of that browser for a quarter of an hour
(``training.views.roll_poster.check_in``).
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from organizations.models import User
from training.models import Poster, Slot

STEP = 30  # seconds a token is shown
KEPT = timedelta(minutes=15)  # how long a scan in time is worth something
_LENGTH = 16


def open_of(slot: Slot) -> Poster | None:
    return slot.posters.filter(closed_at=None).first()


def show(slot: Slot, *, by: User) -> Poster:
    """The open poster of the slot; made where there is none."""
    try:
        with transaction.atomic():
            return Poster.objects.create(slot=slot, secret=secrets.token_hex(32), opened_by=by)
    except IntegrityError:  # somebody else has opened it
        return slot.posters.get(closed_at=None)


def close(slot: Slot) -> None:
    slot.posters.filter(closed_at=None).update(closed_at=timezone.now())


def token(poster: Poster, at: datetime | None = None) -> str:
    step = _step(at or timezone.now())
    return f"{poster.pk}-{step}-{_mac(poster, step)}"


def link(poster: Poster) -> str:
    """What the code leads to now."""
    return settings.PORTAL_ORIGIN + reverse("training:check_in", args=[token(poster)])


def poster_of(text: str) -> Poster | None:
    """The open poster whose token this is, now or half a minute ago; None for everything else."""
    pk, _dash, rest = text.partition("-")
    step, _dash, mac = rest.partition("-")
    if not (pk.isascii() and pk.isdigit() and step.isascii() and step.isdigit()) or len(text) > 60:
        return None
    if _step(timezone.now()) - int(step) not in (0, 1):
        return None
    poster = Poster.objects.filter(pk=int(pk), closed_at=None).select_related("slot__activity__host").first()
    if poster is None or not constant_time_compare(mac, _mac(poster, int(step))):
        return None
    return poster


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def _mac(poster: Poster, step: int) -> str:
    return hmac.new(poster.secret.encode(), f"{poster.pk}:{step}".encode(), hashlib.sha256).hexdigest()[:_LENGTH]
