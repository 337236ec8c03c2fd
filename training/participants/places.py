"""Places of a training: how many are held, and who waits for one (候补).

Who asks when all are held may wait. As soon as one is free (somebody withdraws, is declined or taken off, or there are
more places), it is asked for in the name of the first who waits, who is told; the keepers decide as about all others.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.history.as_at import events_of
from core.language import in_chinese
from core.notices import notify
from core.together import together
from organizations.models import User
from organizations.nearest import nearest_holders
from organizations.roles import Right
from people.models import Person
from training.choices import Listing, PartRole
from training.models import Activity, Participation, Slot
from training.states import WITH_AUTHOR, ActivityState

QUIET = timedelta(minutes=10)  # nothing more was changed for so long: nobody is typing any more
HOLDS = (Listing.ASKED, Listing.LISTED)


def taken_of(activities: Iterable[Activity]) -> dict[int, int]:
    """Activity → places that are held; one query."""
    return _counted(_taken(activities))


def _counted(rows: Iterable[dict[str, int]]) -> dict[int, int]:
    return {row["activity"]: row["n"] for row in rows}


def _taken(activities: Iterable[Activity]) -> QuerySet[Any]:
    keys = [activity.pk for activity in activities]
    rows = Participation.objects.filter(activity__in=keys, listing__in=HOLDS, role=PartRole.TAKES_PART)
    return rows.order_by().values("activity").annotate(n=Count("pk"))


def is_full(activity: Activity) -> bool:
    return activity.places is not None and taken_of([activity]).get(activity.pk, 0) >= activity.places


def lies_ahead(activity: Activity) -> bool:
    """It has not begun: whom it concerns is told what becomes of it."""
    return activity.starts_at is None or activity.starts_at > timezone.now()


def before(row: Participation) -> int:
    """How many wait longer than this one, which waits."""
    found: int = Participation.objects.filter(pk=row.pk).values_list(ahead(), flat=True).get()
    return found


def ahead() -> Case:
    """How many wait longer; None for who does not wait."""
    longer = Q(added_at__lt=OuterRef("added_at")) | Q(added_at=OuterRef("added_at"), pk__lt=OuterRef("pk"))
    rows = Participation.objects.filter(longer, activity=OuterRef("activity"), listing=Listing.WAITING)
    counted = Subquery(rows.order_by().values("activity").annotate(n=Count("pk")).values("n"))
    return Case(When(listing=Listing.WAITING, then=Coalesce(counted, 0)))


def move_up(activity: Activity) -> None:
    """Give what is free to those who wait, in their order, until the training begins. ``activity`` is locked."""
    if not activity.is_open or not lies_ahead(activity):
        return
    rows = activity.participations.filter(listing=Listing.WAITING).order_by("added_at", "pk")
    if activity.places is not None:
        rows = rows[: max(0, activity.places - taken_of([activity]).get(activity.pk, 0))]
    people = dict(rows.values_list("pk", "person"))
    if not people:
        return
    Participation.objects.filter(pk__in=people).update(listing=Listing.ASKED, version=F("version") + 1)
    with in_chinese():
        title = _("有名额了，已为您报名：%(what)s") % {"what": activity}
        body = _("等组织单位确认；不能来了的，请取消报名。")
    tell(list(Person.objects.filter(pk__in=people.values())), "enrolment_moved_up", title, body)
    tell_keepers(activity)


def fill_up(now: datetime | None = None) -> int:
    """``move_up`` for what has been left alone since its page saved itself. Returns how many trainings were looked at;
    safe to run twice."""
    now = now or timezone.now()
    waiting = Participation.objects.filter(listing=Listing.WAITING).order_by().values("activity")
    rows = Activity.objects.filter(pk__in=waiting, state__in=WITH_AUTHOR)
    written = events_of(Activity).objects.filter(pgh_obj=OuterRef("pk"), pgh_created_at__gt=now - QUIET)
    keys = list(rows.filter(~Exists(written)).order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            move_up(Activity.objects.select_for_update(of=("self",)).get(pk=key))
    return len(keys)


def offers(activities: Sequence[Activity], held: Collection[int]) -> tuple[dict[int, int], dict[int, str]]:
    """``taken_of``, and activity → title of another at the same time among those of the keys ``held``; one query."""
    keys = [activity.pk for activity in activities]
    theirs = Slot.objects.filter(
        activity__in=held, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    ).exclude(activity=OuterRef("activity"))
    other = Subquery(theirs.order_by("starts_at", "pk").values("activity__title")[:1])
    slots = Slot.objects.filter(activity__in=keys).annotate(other=other).exclude(other=None).order_by("pk")
    read = together(taken=_taken(activities), clashes=slots.values("activity", "other"))
    return _counted(read["taken"]), {row["activity"]: row["other"] for row in read["clashes"]}


def held_by(person: Person) -> list[int]:
    """Keys of the activities that the person has a place in, cancelled ones left out."""
    rows = Participation.objects.of_person(person).filter(listing__in=HOLDS)
    return list(rows.exclude(activity__state=ActivityState.CANCELLED).values_list("activity", flat=True))


def tell(people: Sequence[Person], kind: str, title: str, body: str = "") -> None:
    accounts = User.objects.filter(person__in=[person.pk for person in people])
    notify(accounts, kind=kind, title=title, body=body, url=reverse("training:my_activities"))


def tell_keepers(activity: Activity) -> None:
    """Once a day, however many enrol."""
    with in_chinese():
        title = _("%(what)s有人报名，请办理") % {"what": activity}
    notify(
        nearest_holders(Right.EDIT_TRAINING, activity.host), kind="enrolment_asked", title=title,
        url=activity.get_absolute_url(), once=f"enrolment-{activity.pk}-{timezone.localdate()}",
    )  # fmt: skip
