"""Beginning a drill or training: blank, from a template, or as a copy of an earlier one. What is checked before a
hand-in stands in ``training.records.checks``; nothing is missing too early here."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.decisions import Decision, no, yes
from core.integrity import plainly
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Level, Right
from people.models import Membership
from training.activities.slots import follow, lay
from training.choices import ActivityKind, Listing
from training.models import Activity, ActivityTeam, Base, DrillTemplate, Participation, PlanItem, Slot, Teaching
from training.roll.settling import let_in_by_time
from training.states import ON_RECORD

# What a template holds of a drill, and nothing of when and where it was.
TEMPLATED = (
    "title", "form", "scope", "hazard", "subjects", "scenario", "departments", "outside_units", "equipment_used",
    "vehicles_used", "vehicles",
)  # fmt: skip
# What a copy takes along: all that was planned, nothing of what came of it.
COPIED = (
    "kind", "host_id", "base_id", "division_id", "place", "latitude", "longitude", "subjects", "departments",
    "outside_units", "counts_hours", "with_party_day", "equipment_used", "vehicles_used", "vehicles", "form", "scope",
    "hazard", "scenario", "commander", "safety_officer", "training_kind", "course_version_id", "places",
)  # fmt: skip


@transaction.atomic
def begin(host: Organization, kind: str, *, by: User, template: DrillTemplate | None = None, **facts: Any) -> Activity:
    """A new draft at ``host``; a team takes part in what it holds itself.

    :param template: facts it begins with; ``facts`` that were given go before them.
    :raises PermissionDenied: without the right at the host.
    :raises ValidationError: ``twin`` where there is one of that name at that time, or both without either.
    """
    may_begin(by, host).require()
    start = {} if template is None else {name: template.payload[name] for name in TEMPLATED if name in template.payload}
    known = start | {name: value for name, value in facts.items() if value not in (None, "")}
    _refuse_twin(host, kind, known)
    made = Activity(kind=kind, host=host, created_by=by, **known)
    with plainly(Activity):
        made.save()
    if host.level == Level.TEAM:
        ActivityTeam.objects.create(activity=made, organization=host)
    lay(made)
    return made


def _refuse_twin(host: Organization, kind: str, known: dict[str, Any]) -> None:
    """The page that was sent before and is sent again, brought back or open in a second window: one drill of a name at
    an instant, not two that both wait to be written up; and one that has neither yet. Within a transaction."""
    title, starts_at, ends_at = known.get("title", ""), known.get("starts_at"), known.get("ends_at")
    if title and not starts_at:
        return  # several of a name may be planned before their days are known
    Organization.objects.select_for_update(no_key=True).get(pk=host.pk)
    rows = Activity.objects.filter(host=host, kind=kind, title=title, starts_at=starts_at, ends_at=ends_at)
    there = rows.exclude(state=Activity.State.CANCELLED).first()
    if there is None:
        return
    if starts_at:
        said = _("“%(title)s”已经建立过了，时间也一样，请在列表里打开它。另有一场的，请改名称或时间。")
        raise ValidationError(said % {"title": there}, code="twin")
    said = _("已经有一场没有填名称和时间的，请在列表里打开它接着填。另有一场的，请先填名称或时间。")
    raise ValidationError(said, code="twin")


def may_begin(user: User, host: Organization) -> Decision:
    decision = can(user, Right.EDIT_TRAINING, host)
    if decision and host.is_over:
        return no(_("%(place)s已经停用或退出，不能再办培训和演练。") % {"place": host})
    return decision


@transaction.atomic
def copy_of(
    source: Activity,
    *,
    by: User,
    title: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    place: str = "",
    plan_item: PlanItem | None = None,
) -> Activity:
    """A new draft like ``source`` in all that was planned: teams, people who are still members, subjects, scenario,
    equipment. Marks, evaluation, problems, summary and files stay with the old one. ``plan_item``: what it is held for,
    in place of that of ``source``.

    ``place`` that is another than the old one leaves base and coordinates behind, which belong to the old place.
    """
    may_begin(by, source.host).require()
    _refuse_twin(source.host, source.kind, {"title": title or source.title, "starts_at": starts_at, "ends_at": ends_at})
    facts = {name: getattr(source, name) for name in COPIED}
    if place and place != source.place:
        facts |= {"place": place, "base_id": None, "division_id": None, "latitude": None, "longitude": None}
    elif source.base_id and not Base.objects.in_use().filter(pk=source.base_id).exists():
        facts["base_id"] = None
    made = Activity(
        **facts, title=title or source.title, starts_at=starts_at, ends_at=ends_at, created_by=by, copied_from=source,
        plan_item=plan_item or _item_again(source, starts_at),
    )  # fmt: skip
    with plainly(Activity):
        made.save()
    _copy_rows(source, made, by)
    lay(made)
    return made


def _item_again(source: Activity, starts_at: datetime | None) -> PlanItem | None:
    """The line of the plan counts for the copy as well while it is of the same year and stands."""
    item = source.plan_item
    if item is None or item.ended_at is not None or starts_at is None:
        return None
    return item if item.plan.year == timezone.localtime(starts_at).year else None


def _copy_rows(source: Activity, made: Activity, by: User) -> None:
    teams = Organization.objects.in_force().filter(pk__in=source.teams.values("organization"))
    ActivityTeam.objects.bulk_create(ActivityTeam(activity=made, organization=team) for team in teams)
    members = Membership.objects.current().filter(person__in=source.participations.listed().values("person"))
    still = set(members.values_list("person_id", "organization_id"))
    Participation.objects.bulk_create(
        [
            Participation(
                activity=made, person_id=row.person_id, organization_id=row.organization_id, role=row.role, added_by=by
            )
            for row in source.participations.filter(listing=Listing.LISTED)
            if (row.person_id, row.organization_id) in still
        ],
        batch_size=500,
    )
    Teaching.objects.bulk_create(
        Teaching(
            activity=made, instructor_id=row.instructor_id, name=row.name, qualification=row.qualification,
            topic=row.topic, lessons=row.lessons,
        )
        for row in source.teachings.all()
    )  # fmt: skip


def last_of(host: Organization, kind: str) -> Activity | None:
    """What the host held last, or means to hold next: the one a copy is usually made of. One whose day is not known
    yet is none: it stands first, and is mostly empty."""
    rows = Activity.objects.filter(host=host, kind=kind).exclude(state=Activity.State.CANCELLED).exclude(starts_at=None)
    return rows.order_by("-order_at", "-id").first()


# -- templates --------------------------------------------------------------------------------------------
def can_save_as_template(activity: Activity, user: User) -> Decision:
    """A drill that is on record may serve as a template at the place that held it."""
    if activity.kind != ActivityKind.DRILL or activity.state not in ON_RECORD:
        return no(_("已确认的演练才能存为模板。"))
    return may_begin(user, activity.host)


def save_as_template(activity: Activity, *, by: User, name: str) -> DrillTemplate:
    """Keep what the drill was made of for the host and all below it. Raises ``ValidationError`` for a name in use."""
    can_save_as_template(activity, by).require()
    payload = {field: value for field in TEMPLATED if (value := getattr(activity, field)) not in (None, "", [])}
    made = DrillTemplate(organization=activity.host, name=name, payload=payload)
    made.full_clean()
    with plainly(DrillTemplate):
        made.save()
    return made


# -- 场次 ---------------------------------------------------------------------------------------------------
def relay(activity: Activity, was: tuple[datetime | None, datetime | None], *, by: User) -> tuple[list[Slot], Decision]:
    """After the times changed from ``was``: the slots as they are now, and whether they follow the times."""
    if follow(activity, was):
        let_in_by_time(activity, by=by)
        return list(activity.slots.all()), yes("")
    before = [slot.pk for slot in activity.slots.all()]
    slots = lay(activity)
    if activity.starts_at is None or activity.ends_at is None or before != [slot.pk for slot in slots]:
        return slots, yes("")
    covered = slots and slots[0].starts_at == activity.starts_at and slots[-1].ends_at == activity.ends_at
    return slots, yes("") if covered else no(_("已经点过名，场次没有跟着改，请在“场次”里核对。"))
