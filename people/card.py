"""A member's card: shown on a phone, printed, and confirmed to whoever scans its code.

The code holds the membership and the time, signed, and nothing readable. It runs out, and it says 无效 as soon as the
membership has ended; so a card that is lost tells no more than that somebody is a member.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from people.models import Certificate, Cover, Membership, Person

DAYS = 365  # a printed card lasts as long
_SALT = "people.card"


def sign(membership: Membership) -> str:
    return signing.TimestampSigner(salt=_SALT).sign(str(membership.pk))


def link(membership: Membership) -> str:
    """What the code on the card leads to."""
    return settings.PORTAL_ORIGIN + reverse("people:card_verify", args=[sign(membership)])


def lasts_until() -> date:
    """Until when a card made now is confirmed."""
    return timezone.localdate() + timedelta(days=DAYS)


@dataclass(frozen=True)
class Confirmed:
    """All that a stranger is told."""

    team: str
    name: str


def confirm(value: str) -> Confirmed | None:
    """None: not a code of ours, run out, or no member any more. Which of them is nobody's business."""
    found = memberships_of([value]).get(value)
    return Confirmed(found.organization.name, masked_name(found.person.name)) if found else None


def memberships_of(values: Iterable[str]) -> dict[str, Membership]:
    """Whose cards these are, with person and team: value → membership, without those ``confirm`` says nothing about.

    A value is what a scanner reads: the whole address, or the last part of it. One query.
    """
    keys = {value: pk for value in values if (pk := _key_of(value)) is not None}
    rows = Membership.objects.current().select_related("person", "organization").in_bulk(set(keys.values()))
    today = timezone.localdate()
    found = {value: rows[pk] for value, pk in keys.items() if pk in rows}
    return {
        value: row
        for value, row in found.items()
        if row.organization.valid_to is None or row.organization.valid_to > today
    }


def _key_of(value: str) -> int | None:
    signed = value.strip().rstrip("/").rpartition("/")[2]
    try:
        return int(signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=timedelta(days=DAYS)))
    except (signing.BadSignature, ValueError):
        return None


def masked_name(name: str) -> str:
    """姓 and stars, as many for everybody: a Mongolian name must not stand out by its length."""
    return f"{name[:1]}**"


@dataclass(frozen=True)
class Paper:
    """Something dated on the card; ``until`` None: without an end. ``begins``: of what is still to come."""

    name: str
    until: date | None
    begins: date | None = None


def first_aid(person: Person) -> Paper | None:
    """The verified first-aid certificate in force that lasts longest."""
    rows = Certificate.objects.counting().filter(person=person, kind__is_first_aid=True).select_related("kind")
    best = max(rows, key=lambda row: row.expires_on or date.max, default=None)
    return Paper(best.kind.name, best.expires_on) if best else None


def insurance_to_come(person: Person) -> Paper | None:
    """The next accident insurance to begin."""
    rows = Cover.objects.personal().filter(person=person, starts_on__gt=timezone.localdate())
    first = rows.select_related("policy").order_by("starts_on", "pk").first()
    return Paper(str(first.policy.get_kind_display()), first.ends_on, first.starts_on) if first else None


def insurance(person: Person) -> Paper | None:
    """The accident insurance in force that lasts longest."""
    rows = Cover.objects.on(timezone.localdate()).personal().filter(person=person).select_related("policy")
    best = max(rows, key=lambda row: row.ends_on, default=None)
    return Paper(str(best.policy.get_kind_display()), best.ends_on) if best else None
