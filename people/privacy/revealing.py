"""The only way to what is sealed of a person: asked for, allowed, and noted where the person can read it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import audit
from core.models import AccessLog
from organizations.models import User
from organizations.roles import Right
from people.models import Disclosure, Person
from people.privacy.consenting import may_use_health

What = Disclosure.What
BATCH = 2_000
_READ: dict[str, Callable[[Person], dict[str, str]]] = {
    What.ID_NUMBER: lambda person: {"id_number": person.id_number},
    What.HEALTH: lambda person: person.health,
    What.PHONE: lambda person: {
        "mobile": person.mobile, "other_phone": person.other_phone, "emergency_phone": person.emergency_phone
    },
}  # fmt: skip


def reveal(person: Person, what: str, *, by: User, request: HttpRequest | None = None, reason: str) -> dict[str, str]:
    """What is sealed, in the clear: name of the fact → text. Notes who looked and why, first.

    :raises PermissionDenied: without the right at one of the person's teams.
    :raises ValidationError: nothing of that kind, no reason given, or health data without a consent in force.
    """
    if what not in _READ:
        raise ValidationError(_("没有这一项。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明查看的事由。")})
    person.may(by, Right.REVEAL_MEMBER).require()
    if what == What.HEALTH and not may_use_health(person):
        raise ValidationError(_("本人没有同意处理健康信息，或者已经撤回，不能查看。"))
    note(person, what, by=by, reason=reason)
    audit.record(
        AccessLog.Kind.REVEALED,
        request=request,
        user=by,
        subject=person,
        what=Disclosure.What(what).label,
        reason=reason,
    )
    return _READ[what](person)


def disclosures_of(person: Person) -> QuerySet[Disclosure]:
    """Who was shown what of a person, also while it was kept in records merged into this one since."""
    return Disclosure.objects.filter(person__in=person.keys()).select_related("by")


def note(person: Person, what: str, *, by: User, reason: str) -> Disclosure:
    """Write down that somebody was shown something, with the place he or she stood at."""
    with transaction.atomic():
        return Disclosure.objects.create(
            person=person, what=what, by=by, office=by.organization.name, reason=reason.strip()[:200]
        )


@transaction.atomic
def note_all(person_pks: Iterable[int], what: str, *, by: User, reason: str) -> int:
    """The same for many at once, as a full export shows them; returns how many people were noted.

    :param person_pks: keys of people, each once.
    """
    office, words, noted = by.organization.name, reason.strip()[:200], 0
    for keys in _batches(iter(person_pks)):
        rows = [Disclosure(person_id=key, what=what, by=by, office=office, reason=words) for key in keys]
        noted += len(Disclosure.objects.bulk_create(rows))
    return noted


def _batches(keys: Iterator[int]) -> Iterator[list[int]]:
    while batch := list(islice(keys, BATCH)):
        yield batch
