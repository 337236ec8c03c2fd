"""People who left every team long ago are no longer kept by name (个人信息保护法 第19、47条).

After how many years, the region sets. It proposes; an office looks at the list and carries it out, or the region has
switched on that it happens by itself. It cannot be undone.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.attachments.previews import SUFFIXES
from core.language import as_stored
from core.models import WorkflowEvent
from organizations import accounts
from organizations.models import Appointment, User
from organizations.roles import RoleKey
from people.merging.twins import verified_by
from people.models import Mandate, Membership, Person
from people.privacy.scrubbing import scrub
from people.settings import AUTOMATIC, RETENTION, value_of
from people.validators import years_before

BATCH = 50
LATELY = timedelta(days=30)  # a wrong year in the day of leaving is found by then


def limit(years: int) -> date:
    """Whoever left on this day or before is due."""
    return years_before(timezone.localdate(), years)


def due(rows: QuerySet[Person] | None = None, *, years: int | None = None) -> QuerySet[Person]:
    """People who left their last team longer ago than the region keeps them; each with ``last_left``.

    Not those who are 理事, 监事 or the like at present: the Red Cross still knows them by that.
    """
    theirs = Membership.objects.filter(person=OuterRef("pk"))
    last = theirs.order_by("-left_on").values("left_on")[:1]
    until = limit(value_of(RETENTION) if years is None else years)
    mandates = Mandate.objects.standing().filter(person=OuterRef("pk"))
    holding = mandates.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))
    people = Person.objects.all() if rows is None else rows
    return (
        people.filter(Exists(theirs.filter(left_on__lte=until)), merged_into=None, anonymised_at=None)
        .filter(~Exists(theirs.current()), ~Exists(holding))
        .annotate(last_left=Subquery(last))
        .filter(last_left__lte=until)
        .order_by("last_left", "pk")
    )


def due_for(user: User, *, years: int | None = None) -> QuerySet[Person]:
    """Those the user may carry it out for."""
    return due(verified_by(user), years=years)


def anonymise(keys: Sequence[int], *, by: User | None) -> int:
    """Take the names off people who are due; those no longer due (somebody came back) are left alone. Returns how many.

    :param by: None when the portal does it by itself.
    :raises ValidationError: one of them is not the user's to anonymise.
    """
    done = 0
    for start in range(0, len(keys), BATCH):
        done += _batch(list(keys[start : start + BATCH]), by)
    return done


def anonymise_due() -> int:
    """Nightly, where the region has switched it on. Not yet those whose leaving was written down lately: nobody looks,
    and what a slip has put years into the past cannot be brought back."""
    if not value_of(AUTOMATIC):
        return 0
    ends = WorkflowEvent.objects.filter(content_type=ContentType.objects.get_for_model(Membership), action="end")
    lately = ends.filter(at__gt=timezone.now() - LATELY).values_list("object_id", flat=True)
    people = due().exclude(memberships__in=[int(key) for key in lately])
    return anonymise(list(people.values_list("pk", flat=True)), by=None)


@transaction.atomic
def _batch(keys: list[int], by: User | None) -> int:
    locked = list(Person.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    rows = due(Person.objects.filter(pk__in=locked))
    people = list(rows)
    if by is not None and verified_by(by).filter(pk__in=[person.pk for person in people]).count() < len(people):
        raise ValidationError(_("名单里有不归您核验的人，请刷新后再办。"), code="others")
    people += list(Person.objects.select_for_update().filter(merged_into__in=people))  # what was merged into them
    if not people:
        return 0
    users = [person.user_id for person in people if person.user_id]
    files = scrub(people)
    _close_accounts(users)
    transaction.on_commit(lambda: _remove(files))
    return sum(person.merged_into_id is None for person in people)


def _close_accounts(users: list[int]) -> None:
    """Who has no duty any more does not sign in any more either; who has one keeps the account for it. To have been a
    member is none: the record it showed is gone."""
    with_duty = Appointment.objects.in_force().filter(user__in=users).exclude(role=RoleKey.MEMBER).values("user")
    for account in User.objects.active().filter(pk__in=users).exclude(pk__in=with_duty):
        accounts.deactivate(account, by=None, reason=as_stored(gettext_lazy("离队满保存年限，个人信息已匿名化")))


def _remove(files: list[tuple[Storage, str]]) -> None:
    for storage, name in files:
        for suffix in ("", *SUFFIXES):
            storage.delete(f"{name}{suffix}")
