"""Occasions on which the portal reminds somebody. They remind; they never decide.

A subject app writes functions ``() → iterable of Reminder`` and names them in the setting ``REMINDERS``. Beat asks them
every hour; ``once`` names the occasion, so each person hears of it once, however often it is asked.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.models import Notice
from core.notices import notify

logger = logging.getLogger(__name__)
BATCH = 100  # occasions looked up at once; of more the database does not see that its index has them
WINDOW = 3  # days an occasion is looked for: the portal may have stood still


@dataclass(frozen=True)
class Reminder:
    """What to tell whom. ``once`` must name the occasion wholly, e.g. ``appointment-17-ends-in-7``.

    :param recipients: the people; or what finds them, which is asked only while nobody has heard of the occasion: then
        it is told once, to whom it concerns that day, and for what lies for months nobody is looked for any more.
    """

    recipients: Iterable[Any] | Callable[[], Iterable[Any]]
    kind: str
    title: str
    body: str
    url: str
    once: str

    @property
    def people(self) -> Iterable[Any]:
        return self.recipients() if callable(self.recipients) else self.recipients


def ends_looked_for(day: date, stages: Iterable[int]) -> dict[date, int]:
    """The days on which something has to end to be told of by ``day``, each with its stage (days before the end)."""
    return {day + timedelta(days=stage - back): stage for stage in stages for back in range(WINDOW)}


def send_due() -> int:
    """Ask every source and send what is due; a source that fails is logged and does not silence the others."""
    sent = 0
    for path in settings.REMINDERS:
        source: Callable[[], Iterable[Reminder]] = import_string(path)
        try:
            for some in _batches(source()):
                sent += sum(_send(reminder) for reminder in _untold(some))
        except Exception:
            logger.exception("reminders of %s failed", path)
    return sent


def _batches(reminders: Iterable[Reminder]) -> Iterator[list[Reminder]]:
    """As many at once as are looked up together; what a source found before it failed is sent all the same."""
    some: list[Reminder] = []
    try:
        for reminder in reminders:
            some.append(reminder)
            if len(some) == BATCH:
                yield some
                some = []
    except Exception:
        yield some
        raise
    yield some


def _untold(reminders: list[Reminder]) -> Iterator[Reminder]:
    found = [reminder.once for reminder in reminders if callable(reminder.recipients)]
    told = set(Notice.objects.filter(once__in=found).values_list("once", flat=True)) if found else set()
    yield from (reminder for reminder in reminders if not callable(reminder.recipients) or reminder.once not in told)


def _send(reminder: Reminder) -> int:
    return notify(
        reminder.people,
        kind=reminder.kind,
        title=reminder.title,
        body=reminder.body,
        url=reminder.url,
        once=reminder.once,
    )
