"""One of everything about training, in the filed team of 松山区, for the permission matrix."""

from typing import Any

from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import Membership
from tests.training import builders


def training_world(cast: dict[str, User], place: Organization, membership: Membership) -> dict[str, Any]:
    """``place``: the team's organization; ``membership``: one of its members."""
    keeper = cast["songshan"]
    activity = builders.drill(place, keeper)
    row = builders.listed(activity, membership)[0]
    clerk = User.objects.create_user("zhang-clerk", name="演示经办", organization=place)
    grant(Appointment.objects.create(user=clerk, role="captain", organization=place))
    return {
        "activity": activity,
        "participation": row,
        "slot": activity.slots.get(),
        "course_day": builders.training(place, keeper),
        "handed_in_drill": builders.handed_in(place, clerk, membership),
        "confirmed_drill": builders.confirmed(place, clerk, keeper, membership),
        "drill_kind": "drill",
        "basics_section": "basics",
    }
