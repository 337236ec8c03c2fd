"""Occasions on which the portal reminds somebody. They remind; they never decide.

A subject app writes functions ``() → iterable of Reminder`` and names them in the setting ``REMINDERS``. Beat asks them
every hour; ``once`` names the occasion, so each person hears of it once, however often it is asked.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.notices import notify

logger = logging.getLogger(__name__)
WINDOW = 3  # days an occasion is looked for: the portal may have stood still


@dataclass(frozen=True)
class Reminder:
    """What to tell whom. ``once`` must name the occasion wholly, e.g. ``appointment-17-ends-in-7``."""

    recipients: Iterable[Any]
    kind: str
    title: str
    body: str
    url: str
    once: str


def ends_looked_for(day: date, stages: Iterable[int]) -> dict[date, int]:
    """The days on which something has to end to be told of by ``day``, each with its stage (days before the end)."""
    return {day + timedelta(days=stage - back): stage for stage in stages for back in range(WINDOW)}


def send_due() -> int:
    """Ask every source and send what is due; a source that fails is logged and does not silence the others."""
    sent = 0
    for path in settings.REMINDERS:
        source: Callable[[], Iterable[Reminder]] = import_string(path)
        try:
            sent += sum(_send(reminder) for reminder in source())
        except Exception:
            logger.exception("reminders of %s failed", path)
    return sent


def _send(reminder: Reminder) -> int:
    return notify(
        reminder.recipients,
        kind=reminder.kind,
        title=reminder.title,
        body=reminder.body,
        url=reminder.url,
        once=reminder.once,
    )
