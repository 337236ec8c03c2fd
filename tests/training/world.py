"""One of everything about training, in the filed team of 松山区, for the permission matrix."""

from typing import Any

from django.utils import timezone

from organizations.models import Organization, User
from people.models import Membership
from tests.training import builders
from training.models import DrillTemplate, InstructorAssessment


def training_world(cast: dict[str, User], place: Organization, membership: Membership) -> dict[str, Any]:
    """``place``: the team's organization; ``membership``: one of its members."""
    keeper = cast["songshan"]
    activity = builders.drill(place, keeper)
    row = builders.listed(activity, membership)[0]
    course = builders.course(place)
    plan = builders.plan(place)
    instructor = builders.instructor(place)
    return {
        "activity": activity,
        "participation": row,
        "slot": activity.slots.get(),
        "course_day": builders.training(place, keeper),
        "training_base": builders.base(place),
        "instructor": instructor,
        "assessment": InstructorAssessment.objects.create(
            instructor=instructor, assessed_on=timezone.localdate(), outcome="passed", what="试讲（演示）"
        ),
        "course": course,
        "course_version": course.versions.get(),
        "course_draft": builders.course(place, name="没有发布的课程（演示）", published=False).versions.get(),
        "drill_template": DrillTemplate.objects.create(organization=place, name="演示模板", payload={"form": "field"}),
        "subject": "tents",
        "training_setting": "lesson_minutes",
        "training_plan": plan,
        "plan_item": plan.items.get(),
    }
