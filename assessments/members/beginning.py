"""Beginning assessments: whose, under which standard."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from assessments.choices import Purpose
from assessments.models import MemberAssessment, Standard
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Right
from people.models import Membership, Person


@dataclass
class Begun:
    """:ivar there: whose assessment under the same standard is under way already: theirs goes on."""

    made: list[MemberAssessment] = field(default_factory=list)
    there: list[Person] = field(default_factory=list)


def standards(user: User, day: date) -> QuerySet[Standard]:
    """Those in force on the day that members are assessed by."""
    rows: QuerySet[Standard] = Standard.objects.visible_to(user).in_force(day).filter(purpose=Purpose.MEMBER)
    return rows


def candidates(place: Organization, user: User) -> QuerySet[Membership]:
    """Members of the team now, but oneself; each with ``under_way``: assessed at present by it."""
    going = MemberAssessment.objects.under_way().filter(person=OuterRef("person"), organization=place)
    rows = Membership.objects.current().filter(organization=place).exclude(person__user=user)
    found: Any = rows.annotate(under_way=Exists(going.order_by()))
    return found.select_related("person").order_by("number", "pk")  # type: ignore[no-any-return]


@transaction.atomic
def begin(
    place: Organization, members: Sequence[int], standard: Standard, *, day: date | None, assessors: str, by: User
) -> Begun:
    """A sheet for each of these memberships. One assessment of a person under a standard at a time.

    :raises PermissionDenied: ``by`` does not keep the roster.
    """
    can(by, Right.EDIT_MEMBER, place).require()
    # locked, so that two who begin at the same time do not begin twice
    wanted: Any = Membership.objects.select_for_update(of=("self",)).filter(pk__in=list(members), organization=place)
    list(wanted.order_by("pk").values_list("pk", flat=True))
    held = candidates(place, by).filter(pk__in=list(members))
    people = list(dict.fromkeys(row.person for row in held))
    going = MemberAssessment.objects.under_way().filter(standard=standard, organization=place, person__in=people)
    busy = set(going.values_list("person", flat=True))
    rows = [
        MemberAssessment(
            person=person, organization=place, standard=standard, assessed_on=day, assessors=assessors, created_by=by
        )
        for person in people
        if person.pk not in busy
    ]
    made = MemberAssessment.objects.bulk_create(rows, batch_size=500)
    return Begun(made, [person for person in people if person.pk in busy])
