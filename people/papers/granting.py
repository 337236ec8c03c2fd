"""One certificate of a kind to many people at once: all or none, in one transaction.

The page and whatever issues certificates (trainings) come through ``grant``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import EllipsisType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.language import as_stored
from organizations.models import User
from organizations.roles import Right
from people.models import Certificate, CertificateKind, Person
from people.papers.verifying import members_with, run_out, verified_by_entry, whose_number
from people.states import CertificateState
from people.workflow import CERTIFICATE

MOST = 500  # people in one act


@dataclass(frozen=True)
class Recipient:
    """One person of a grant.

    :param held: key of the newest certificate of the kind the decision was made on, 0 where there was none. Is it
        another by now (a double click, a colleague), the grant is refused.
    :param renew: the one held ends, replaced by the new one; else it stays beside it.
    """

    person: Person
    number: str = ""
    held: int = 0
    renew: bool = False


@dataclass(frozen=True)
class Terms:
    """What all certificates of one grant have in common.

    :param expires_on: left out, the kind's default; None, without an end.
    """

    kind: CertificateKind
    issuer: str
    issued_on: date
    expires_on: date | EllipsisType | None = ...
    level: str = ""
    source: str = ""

    def facts(self) -> dict[str, Any]:
        """Columns of each certificate."""
        ends = run_out(self.kind, self.issued_on) if isinstance(self.expires_on, EllipsisType) else self.expires_on
        return {**vars(self), "expires_on": ends}


@dataclass(frozen=True)
class Granted:
    certificates: list[Certificate]
    renewed: int

    @property
    def to_verify(self) -> int:
        """How many wait for the office."""
        return sum(row.state == CertificateState.REPORTED for row in self.certificates)


class GrantRefused(ValidationError):  # noqa: N818 - reads as what it is
    """Nothing was granted. ``by_person``: key of the person → what is wrong there."""

    def __init__(self, by_person: dict[int, str]) -> None:
        self.by_person = by_person
        super().__init__([*dict.fromkeys(by_person.values())])


def held_by(people: Iterable[int], kind: CertificateKind) -> dict[int, Certificate]:
    """Person → the newest standing certificate of the kind, also one that has run out; one query."""
    rows = Certificate.objects.standing().filter(person__in=list(people), kind=kind)
    return {row.person_id: row for row in rows.order_by("pk")}


def renewable(held: Mapping[int, Certificate], by: User) -> set[int]:
    """Of the holders those whose certificate ``by`` may end for a new one: a verified one ends with whoever verifies.
    One query."""
    verified = {pk for pk, row in held.items() if row.state == CertificateState.VERIFIED}
    return held.keys() - verified | (members_with(verified, Right.VERIFY_MEMBER, by) if verified else set())


def numbers_from(prefix: str, first: str) -> Iterator[str]:
    """Running numbers of the width of the first: CF-001, CF-002 …"""
    number = int(first)
    while True:
        yield f"{prefix}{number:0{len(first)}d}"
        number += 1


@transaction.atomic
def grant(recipients: Sequence[Recipient], terms: Terms, *, by: User) -> Granted:
    """Give each recipient a certificate; verified at once where ``by`` verifies, reported elsewhere.

    :raises GrantRefused: somebody cannot be given one; then nobody is.
    """
    people = [recipient.person for recipient in recipients]
    keys = [person.pk for person in people]
    # the second of two at once waits here, and then finds what the first one granted
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    held = held_by(keys, terms.kind)
    _check(recipients, held, terms.kind, by)
    ended = [recipient for recipient in recipients if recipient.renew and recipient.held]
    for recipient in ended:
        CERTIFICATE.perform(held[recipient.person.pk], "end", by=by, reason=as_stored(gettext_lazy("换发新证")))
    facts, verified = terms.facts(), verified_by_entry(people, by)
    rows = [
        Certificate(
            person=recipient.person, number=recipient.number, **facts,
            **_verified(by) if recipient.person.pk in verified else {},
        )
        for recipient in recipients
    ]  # fmt: skip
    try:
        with transaction.atomic():
            return Granted(Certificate.objects.bulk_create(rows, batch_size=500), len(ended))
    except IntegrityError as error:  # a number was registered for somebody else in this instant
        raise ValidationError(_("有编号刚刚被登记了，请核对后再提交。")) from error


def _verified(by: User) -> dict[str, object]:
    return {"state": CertificateState.VERIFIED, "verified_by": by, "verified_at": timezone.now()}


def _check(recipients: Sequence[Recipient], held: dict[int, Certificate], kind: CertificateKind, by: User) -> None:
    wrong: dict[int, list[str]] = defaultdict(list)
    kept = members_with([recipient.person.pk for recipient in recipients], Right.EDIT_MEMBER, by)
    may_end = renewable({one.person.pk: held[one.person.pk] for one in recipients if one.renew and one.held}, by)
    times = Counter(recipient.number for recipient in recipients if recipient.number)
    people = Counter(recipient.person.pk for recipient in recipients)
    taken = {row.number: row for row in Certificate.objects.numbered(kind.pk, times)}
    for recipient in recipients:
        pk, now = recipient.person.pk, held.get(recipient.person.pk)
        if pk not in kept:
            wrong[pk].append(_("这个人不在您维护的队伍里。"))
        if people[pk] > 1:
            wrong[pk].append(_("这个人在名单里出现了两次。"))
        if (now.pk if now else 0) != recipient.held:
            wrong[pk].append(_("这个人已经有同种证书，请选择换发、另发或不发。"))
        elif recipient.renew and pk not in may_end:
            wrong[pk].append(_("原来那本已经核验，由核验的红十字会停用；请选“另发一本”。"))
        if recipient.number and times[recipient.number] > 1:
            wrong[pk].append(_("编号与名单里另一个人的相同。"))
        other = taken.get(recipient.number) if recipient.number else None
        if other is not None and not (recipient.renew and other.pk == recipient.held):
            wrong[pk].append(whose_number(kind.pk, recipient.number, by=by))
    if wrong:
        raise GrantRefused({pk: " ".join(said) for pk, said in wrong.items()})
