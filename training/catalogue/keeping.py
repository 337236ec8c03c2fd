"""What bases, instructors and courses have in common: who keeps them, ending them and taking them up again."""

from collections.abc import Callable, Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from teams.models import Category
from training.models import Base, Course, Instructor

Kept = Base | Instructor | Course


def kept_places(user: User) -> QuerySet[Organization]:
    """Offices and teams whose trainings the user keeps."""
    rows: QuerySet[Organization] = Organization.objects.in_force().filter(reach(user, Right.EDIT_TRAINING, at=""))
    return rows.order_by("path")


def category_names() -> ArraySubquery:
    """Names of ``categories`` in the table's order, to be read along with the row."""
    at = Func(OuterRef("categories"), F("key"), function="array_position", output_field=IntegerField())
    return ArraySubquery(Category.objects.alias(at=at).filter(at__isnull=False).order_by("position").values("name"))


def category_words(rows: Iterable[Category]) -> dict[str, Callable[[str], str]]:
    """For ``changes(…, words=…)``: keys of ``categories`` as the history has them, joined, said by their names."""
    names = {row.key: row.name for row in rows}

    def said(keys: str) -> str:
        mark = _("、")
        return mark.join(names.get(key, key) for key in keys.split(mark))

    return {"categories": said}


@transaction.atomic
def end(record: Kept, reason: str = "") -> Kept:
    """No longer offered from today on; what was held there, taught or planned stays as it is.

    :raises ValidationError: it has ended already.
    """
    fresh = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    if fresh.ended_on is not None:
        raise ValidationError(_("“%(name)s”已经停用了。") % {"name": fresh})
    fresh.ended_on = timezone.localdate()
    if isinstance(fresh, Instructor):
        fresh.end_reason = reason
    fresh.version += 1
    fresh.save()
    return fresh


@transaction.atomic
def take_up(record: Kept) -> Kept:
    """In use again.

    :raises ValidationError: it is in use, or another of the kind has taken its place meanwhile.
    """
    fresh = type(record).objects.select_for_update(of=("self",)).get(pk=record.pk)
    if fresh.ended_on is None:
        raise ValidationError(_("“%(name)s”现在就在用。") % {"name": fresh})
    fresh.ended_on = None
    if isinstance(fresh, Instructor):
        fresh.end_reason = ""
    fresh.version += 1
    fresh.validate_constraints()
    fresh.save()
    return fresh
