"""One of everything about training, in the filed team of 松山区, for the permission matrix."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from organizations.models import Appointment, Organization, User
from organizations.permissions import grant
from people.models import Membership
from tests.training import builders
from training.calendar.feed import begin
from training.models import Attendance, DrillTemplate, InstructorAssessment, Teaching
from training.roll import poster as posters


def training_world(cast: dict[str, User], place: Organization, membership: Membership) -> dict[str, Any]:
    """``place``: the team's organization; ``membership``: one of its members."""
    keeper = cast["songshan"]
    activity = builders.drill(place, keeper)
    row = builders.listed(activity, membership)[0]
    clerk = User.objects.create_user("zhang-clerk", name="演示经办", organization=place)
    grant(Appointment.objects.create(user=clerk, role="captain", organization=place))
    slot = activity.slots.get()
    poster = posters.show(slot, by=keeper)
    course_day = builders.training(place, keeper)
    course = builders.course(place)
    plan = builders.plan(place)
    instructor = builders.instructor(place)
    return {
        "activity": activity,
        "participation": row,
        "slot": slot,
        "course_day": course_day,
        "handed_in_drill": builders.handed_in(place, clerk, membership),
        # on another day: nobody is at two drills at once
        "confirmed_drill": builders.confirmed(place, clerk, keeper, membership, starts_at=builders.morning(9)),
        "drill_template": DrillTemplate.objects.create(organization=place, name="演示模板", payload={"form": "field"}),
        "drill_kind": "drill",
        "basics_section": "basics",
        "stray": builders.mark(slot, row, by=keeper, trouble="too_late", at=slot.ends_at + timedelta(hours=5)),
        "attendance": Attendance.objects.create(slot=slot, participation=row),
        "poster_token": posters.token(poster),
        "training_base": builders.base(place),
        "instructor": instructor,
        "assessment": InstructorAssessment.objects.create(
            instructor=instructor, assessed_on=timezone.localdate(), outcome="passed", what="试讲（演示）"
        ),
        "course": course,
        "course_version": course.versions.get(),
        "course_draft": builders.course(place, name="没有发布的课程（演示）", published=False).versions.get(),
        "subject": "tents",
        "training_setting": "lesson_minutes",
        "training_plan": plan,
        "plan_item": plan.items.get(),
        "activity_team": activity.teams.get(),
        "teaching": Teaching.objects.create(activity=course_day, name="外请老师（演示）"),
        "problem": builders.problem(activity, keeper),
        "feed_key": begin(keeper),
    }
