"""Drills, trainings and their rolls for tests. Fixed values, plainly fictional."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from organizations.models import Organization, User
from people.models import Membership
from training.activities.slots import lay
from training.choices import ActivityKind, MarkKind, MarkMethod, Presence
from training.models import (
    Activity,
    ActivityTeam,
    Attendance,
    Base,
    Course,
    CourseVersion,
    Instructor,
    Lesson,
    Mark,
    Participation,
    Plan,
    PlanItem,
    Problem,
    Slot,
)
from training.workflow import WORKFLOW

LONG_AGO = timedelta(days=3)


def morning(days_ago: int = 3) -> datetime:
    """09:00 of a day gone by, in the portal's time zone."""
    day = timezone.localtime() - timedelta(days=days_ago)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def drill(host: Organization, by: User, **facts: Any) -> Activity:
    """A drill of three hours, three days ago, with everything a record needs; its one slot is laid."""
    starts = facts.pop("starts_at", morning())
    facts = {
        "kind": ActivityKind.DRILL, "title": "水上救援演练（演示）", "form": "field", "scope": "team",
        "hazard": "water",
        "subjects": ["water_rescue"], "place": "演示水库", "summary": "演示总结", "starts_at": starts,
        "ends_at": starts + timedelta(hours=3), **facts,
    }  # fmt: skip
    return _saved(host, by, facts)


def training(host: Organization, by: User, **facts: Any) -> Activity:
    """A training of one day, three days ago."""
    starts = facts.pop("starts_at", morning())
    facts = {
        "kind": ActivityKind.TRAINING, "title": "救护员培训（演示）", "training_kind": "first_aid",
        "place": "演示培训室", "summary": "演示总结", "starts_at": starts,
        "ends_at": starts + timedelta(hours=8), **facts,
    }  # fmt: skip
    return _saved(host, by, facts)


def _saved(host: Organization, by: User, facts: dict[str, Any]) -> Activity:
    made = Activity.objects.create(host=host, created_by=by, **facts)
    if host.level == Organization.Level.TEAM:
        ActivityTeam.objects.create(activity=made, organization=host)
    lay(made)
    return made


def listed(activity: Activity, *memberships: Membership, **facts: Any) -> list[Participation]:
    """Put members on the list; without insurance, for which there is a reason."""
    facts.setdefault("risk_reason", "演示：保险正在办理")
    return [
        Participation.objects.create(
            activity=activity, person=one.person, organization=one.organization, added_by=activity.created_by, **facts
        )
        for one in memberships
    ]


def present(activity: Activity, rows: Iterable[Participation]) -> None:
    """All of them there in every slot, for all of it: marks and what they come to."""
    for slot in activity.slots.all():
        for row in rows:
            mark(slot, row, by=activity.created_by)
            Attendance.objects.create(
                slot=slot, participation=row, presence=Presence.PRESENT, arrived_at=slot.starts_at,
                method=MarkMethod.TAP, minutes=int((slot.ends_at - slot.starts_at).total_seconds() // 60),
            )  # fmt: skip


def mark(slot: Slot, row: Participation, *, by: User, kind: str = MarkKind.ARRIVED, **facts: Any) -> Mark:
    facts.setdefault("at", slot.starts_at)
    facts.setdefault("method", MarkMethod.TAP)
    return Mark.objects.create(slot=slot, person=row.person, kind=kind, by=by, **facts)


def handed_in(host: Organization, by: User, *memberships: Membership, **facts: Any) -> Activity:
    """A drill with these people present, handed in by ``by``."""
    made = drill(host, by, **facts)
    present(made, listed(made, *memberships))
    return WORKFLOW.perform(made, "submit", by=by)


def confirmed(host: Organization, by: User, office: User, *memberships: Membership, **facts: Any) -> Activity:
    """The same, confirmed by ``office``."""
    return WORKFLOW.perform(handed_in(host, by, *memberships, **facts), "confirm", by=office)


# -- the catalogue and plans ------------------------------------------------------------------------------
def base(place: Organization, **facts: Any) -> Base:
    """A base shared with somebody, its agreement running for another year."""
    today = timezone.localdate()
    facts = {
        "name": "演示训练基地", "kind": "shared", "partner": "演示单位", "division_id": "150404",
        "address": "演示路 1 号", "phone": "13800001234", "contact": "王（演示）",
        "agreed_from": today - timedelta(days=30),
        "agreed_until": today + timedelta(days=365), "categories": ["aquatic"], **facts,
    }  # fmt: skip
    return Base.objects.create(organization=place, **facts)


def instructor(place: Organization, **facts: Any) -> Instructor:
    """Somebody from outside; ``person=`` makes it a member."""
    facts = {"name": "李教员（演示）", "qualification": "演示资质", "employer": "演示医院", **facts}
    return Instructor.objects.create(organization=place, **facts)


def course(place: Organization, *, lessons: int = 2, published: bool = True, **facts: Any) -> Course:
    """A course with one version of so many lessons of two 学时 each."""
    facts = {"name": "演示课程", "kind": "skill", **facts}
    made = Course.objects.create(organization=place, **facts)
    version = CourseVersion.objects.create(course=made, number=1, goal="演示目标")
    for number in range(1, lessons + 1):
        Lesson.objects.create(version_of=version, position=number, name=f"课目{number}", lessons=2)
    if published:
        CourseVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())
    return made


def plan(place: Organization, year: int | None = None, **item: Any) -> Plan:
    """A plan of this year with one item: two drills, any time of the year."""
    made = Plan.objects.create(organization=place, year=year or timezone.localdate().year)
    plan_item(made, **item)
    return made


def plan_item(of: Plan, **facts: Any) -> PlanItem:
    facts = {"kind": ActivityKind.DRILL, "name": "水上救援演练（演示）", "times": 2, "people": 40, **facts}
    return PlanItem.objects.create(plan=of, **facts)


def problem(activity: Activity, by: User, **facts: Any) -> Problem:
    """Found in the activity, to be put right by its host within ten days."""
    facts = {
        "what": "冲锋舟发动机启动失败（演示）", "organization": activity.host, "created_by": by,
        "due_on": timezone.localdate() + timedelta(days=10), **facts,
    }  # fmt: skip
    return Problem.objects.create(activity=activity, **facts)


def downloaded(client: Client, url: str) -> bytes:
    """The file behind an address, read to its end."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
