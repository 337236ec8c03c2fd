"""One of everything about training, in the filed team of 松山区, for the permission matrix."""

from typing import Any

from organizations.models import Organization, User
from people.models import Membership
from tests.training import builders
from training.models import Teaching


def training_world(cast: dict[str, User], place: Organization, membership: Membership) -> dict[str, Any]:
    """``place``: the team's organization; ``membership``: one of its members."""
    keeper = cast["songshan"]
    activity = builders.drill(place, keeper)
    row = builders.listed(activity, membership)[0]
    course = builders.training(place, keeper)
    return {
        "activity": activity,
        "participation": row,
        "slot": activity.slots.get(),
        "course_day": course,
        "activity_team": activity.teams.get(),
        "teaching": Teaching.objects.create(activity=course, name="外请老师（演示）"),
        "problem": builders.problem(activity, keeper),
    }
