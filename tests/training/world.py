"""One of everything about training, in the filed team of 松山区, for the permission matrix."""

from datetime import timedelta
from typing import Any

from organizations.models import Organization, User
from people.models import Membership
from tests.training import builders
from training.models import Attendance
from training.roll import poster as posters


def training_world(cast: dict[str, User], place: Organization, membership: Membership) -> dict[str, Any]:
    """``place``: the team's organization; ``membership``: one of its members."""
    keeper = cast["songshan"]
    activity = builders.drill(place, keeper)
    row = builders.listed(activity, membership)[0]
    slot = activity.slots.get()
    poster = posters.show(slot, by=keeper)
    return {
        "activity": activity,
        "participation": row,
        "slot": slot,
        "course_day": builders.training(place, keeper),
        "stray": builders.mark(slot, row, by=keeper, trouble="too_late", at=slot.ends_at + timedelta(hours=5)),
        "attendance": Attendance.objects.create(slot=slot, participation=row),
        "poster_token": posters.token(poster),
    }
