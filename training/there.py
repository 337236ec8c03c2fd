"""Who took part in a training and was there: those of whom there is a result."""

from django.db.models import Exists, OuterRef

from training.choices import Listing, PartRole, Presence
from training.models import Activity, Attendance
from training.models.roll import ParticipationQuerySet


def present(activity: Activity) -> ParticipationQuerySet:
    """Everybody who took part and was there."""
    there = Attendance.objects.filter(participation=OuterRef("pk"), presence=Presence.PRESENT)
    rows: ParticipationQuerySet = activity.participations.filter(
        Exists(there.order_by()), listing=Listing.LISTED, role=PartRole.TAKES_PART
    )
    return rows.select_related("person", "organization", "certificate__kind").order_by("organization__path", "pk")
