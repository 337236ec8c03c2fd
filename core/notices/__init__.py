"""Messages to people: a row in the portal, and an e-mail where the person has an address.

    notify([user], kind="request_returned", title="…", body="…", url=request.get_absolute_url())

The row is written in the caller's transaction, so a move that is rolled back tells nobody. The e-mail leaves after the
commit; what could not be mailed (broker or mail server away) is mailed by beat later, because ``mailed_at`` is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core.models import Notice
from core.queue import send_after_commit


def notify(recipients: Iterable[Any], *, kind: str, title: str, body: str = "", url: str = "", once: str = "") -> int:
    """Tell each active recipient once; returns how many were told.

    :param url: where the matter is dealt with (a path within the portal).
    :param once: name of the occasion; the same person is not told twice of the same occasion.
    """
    letter = Letter(title, body, url)
    return notify_each(dict.fromkeys(recipients, letter), kind=kind, once=once)


@dataclass(frozen=True)
class Letter:
    """What one person is told."""

    title: str
    body: str = ""
    url: str = ""


def notify_each(letters: Mapping[Any, Letter], *, kind: str, once: str = "") -> int:
    """``notify`` where each person is told something of his own: the same statements for however many people."""
    people = {person.pk: person for person in letters if person.is_active}
    told = {person.pk: letter for person, letter in letters.items()}
    with transaction.atomic():
        before = set()
        if once:
            before = set(Notice.objects.filter(recipient__in=people, once=once).values_list("recipient_id", flat=True))
        rows = [
            Notice(
                recipient_id=pk, kind=kind, title=told[pk].title[:200], body=told[pk].body, url=told[pk].url[:300],
                once=once[:120],
            )
            for pk in people
            if pk not in before
        ]  # fmt: skip
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        if any(people[row.recipient_id].email for row in rows):
            send_after_commit("core.mail_notices")
    return len(rows)
