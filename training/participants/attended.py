"""Who took part in a training and was there: those of whom there is a result, and of whom there is none any more."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from people.models import Membership
from people.states import STANDING
from training.choices import Listing, Outcome, PartRole, Presence
from training.models import Activity, Attendance
from training.models.roll import ParticipationQuerySet


def stays_away() -> Q:
    """Of participations: marked 请假 or 缺席, and never there."""
    marked = Attendance.objects.filter(participation=OuterRef("pk")).order_by()
    away = marked.filter(presence__in=[Presence.LEAVE, Presence.ABSENT])
    return Q(Exists(away)) & ~Q(Exists(marked.filter(presence=Presence.PRESENT)))


def present(activity: Activity) -> ParticipationQuerySet:
    """Everybody who took part and was there."""
    there = Attendance.objects.filter(participation=OuterRef("pk"), presence=Presence.PRESENT)
    rows: ParticipationQuerySet = activity.participations.filter(
        Exists(there.order_by()), listing=Listing.LISTED, role=PartRole.TAKES_PART
    )
    return rows.select_related("person", "organization", "certificate__kind").order_by("organization__path", "pk")


def left_before(activity: Activity) -> ParticipationQuerySet:
    """Of the list, who had left the team in whose name before the day (today where none is set), and was not marked
    as staying away."""
    day = timezone.localdate(activity.starts_at) if activity.starts_at else timezone.localdate()
    theirs = Membership.objects.filter(person=OuterRef("person"), organization=OuterRef("organization")).order_by()
    stays = theirs.filter(Q(left_on=None) | Q(left_on__gte=day))
    rows: ParticipationQuerySet = activity.participations.listed().filter(Exists(theirs), ~Exists(stays))
    return rows.exclude(stays_away()).order_by("organization__path", "pk")


def unearned(activity: Activity) -> ParticipationQuerySet:
    """Who holds a certificate given for it that stands, and is no longer among those who passed: result or presence was
    put right since. The certificate is ended by itself, by whoever keeps the person's papers."""
    passed = present(activity).filter(outcome=Outcome.PASSED).order_by()
    rows: ParticipationQuerySet = activity.participations.filter(certificate__state__in=STANDING)
    rows = rows.exclude(pk__in=passed.values("pk")).select_related("person", "certificate__kind")
    return rows.order_by("organization__path", "pk")
