"""Plans of the year: begun, copied, and how far they are.

Nothing is kept about progress: it is counted from the activities that name an item. On record (confirmed or archived)
is 完成, anything else but cancelled is 在办. Numbers stand beside what was meant; nobody is ranked by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import gettext as _

from core.days import beginning_of
from core.integrity import plainly
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from training.choices import ActivityKind
from training.models import Activity, CourseVersion, Plan, PlanItem
from training.states import ON_RECORD, ActivityState

COPIED = ("position", "kind", "name", "times", "first_month", "last_month", "people", "form", "scope", "training_kind",
          "course_id", "note")  # fmt: skip
_DONE = Q(activities__state__in=ON_RECORD)
_OPEN = Q(activities__isnull=False) & ~Q(activities__state__in=[*ON_RECORD, ActivityState.CANCELLED])


def items_for(activity: Activity, user: User) -> QuerySet[PlanItem]:
    """What the activity may belong to, besides what it belongs to already: items of plans the user sees, of the host
    and of the offices above it, for the year it is in and the next."""
    year = timezone.localtime(activity.starts_at or timezone.now()).year
    plans = Plan.objects.visible_to(user).filter(organization__path__in=activity.host.line, year__in=(year, year + 1))
    standing = PlanItem.objects.filter(plan__in=plans.order_by().values("pk"), kind=activity.kind, ended_at=None)
    rows = standing | PlanItem.objects.filter(pk__in=[activity.plan_item_id or 0])
    return rows.select_related("plan__organization").order_by(
        "plan__year", "plan__organization__path", "position", "pk"
    )


@transaction.atomic
def begin(place: Organization, year: int, *, copy: bool = False) -> Plan:
    """The plan of the place for the year; ``copy``: with the items of its last plan before it.

    :raises ValidationError: there is one already, or nothing to copy.
    """
    if Plan.objects.filter(organization=place, year=year).exists():
        raise ValidationError({"year": _("这个单位已经有这一年的计划。")})
    last = Plan.objects.filter(organization=place, year__lt=year).order_by("-year").first() if copy else None
    if copy and last is None:
        raise ValidationError({"copy": _("这个单位以前没有计划，没有可以照搬的。")})
    with plainly(Plan):
        plan = Plan.objects.create(organization=place, year=year, note=last.note if last else "")
    if last is not None:
        standing = last.items.filter(ended_at=None).select_related("course")
        PlanItem.objects.bulk_create([_again(item, plan) for item in standing])
    return plan


def _again(item: PlanItem, plan: Plan) -> PlanItem:
    fresh = PlanItem(plan=plan, **{name: getattr(item, name) for name in COPIED})
    if item.course is not None and item.course.ended_on is not None:
        fresh.course = None  # no longer held
    return fresh


def facts_for(item: PlanItem, starts_at: datetime | None) -> dict[str, Any]:
    """What an activity held for ``item`` begins with. It is counted for the item unless it is in another year."""
    facts: dict[str, Any] = {"form": item.form, "scope": item.scope}
    if item.kind == ActivityKind.TRAINING:
        versions = CourseVersion.objects.published().filter(course=item.course_id, course__ended_on=None)
        last = versions.order_by("-number").first() if item.course_id else None
        facts = {"training_kind": item.training_kind, "course_version": last}
    of_year = starts_at is None or timezone.localtime(starts_at).year == item.plan.year
    return {**facts, "plan_item": item if of_year else None}


@transaction.atomic
def end_item(item: PlanItem, reason: str) -> PlanItem:
    """It will not be held; what was held for it stays counted.

    :raises ValidationError: ended already.
    """
    fresh = PlanItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if fresh.ended_at is not None:
        raise ValidationError(_("这个项目已经取消了。"))
    fresh.ended_at, fresh.end_reason = timezone.now(), reason
    fresh.version += 1
    fresh.save(update_fields=["ended_at", "end_reason", "version"])
    return fresh


# -- how far it is -------------------------------------------------------------------------------------------
def with_progress(items: QuerySet[PlanItem]) -> QuerySet[PlanItem]:
    """Adds ``done`` and ``open`` (activities) and ``reached`` (heads present in those done, each time again)."""
    counted = items.annotate(
        done=Count("activities", filter=_DONE), open=Count("activities", filter=_OPEN),
        reached=Coalesce(Sum("activities__present", filter=_DONE), 0),
    )  # fmt: skip
    return counted.order_by("position", "pk")  # Django groups without the model's order


@dataclass(frozen=True)
class Line:
    """One item with how far it is, on a day."""

    item: Any
    today: date

    @property
    def year(self) -> int:
        return int(self.item.plan.year)

    @property
    def counted(self) -> int:
        """Done as far as it was meant."""
        return int(min(self.item.done, self.item.times))

    @property
    def meant(self) -> int:
        """How often; of an ended item, as often as it was held before."""
        return self.counted if self.item.ended_at is not None else int(self.item.times)

    @property
    def people(self) -> int:
        """How many heads; of an ended item, as many as came before."""
        people = self.item.people or 0
        return min(self.item.reached, people) if self.item.ended_at is not None else people

    @property
    def missing(self) -> int:
        return max(0, self.item.times - self.item.done - self.item.open)

    @property
    def is_over(self) -> bool:
        """Whether the months it was meant for have gone by."""
        return (self.today.year, self.today.month) > (self.year, self.item.last_month)

    @property
    def state(self) -> dict[str, Any]:
        """Chip: done, late, this month, under way, or nothing to say yet."""
        item = self.item
        if item.ended_at is not None:
            return {"tone": "off", "label": _("已取消")}
        if item.done >= item.times:
            return {"tone": "ok", "label": _("已完成")}
        if self.is_over and self.missing:
            return {"tone": "warn", "label": _("已过计划月份，还差 %(n)d 次") % {"n": self.missing}}
        if self.is_over:
            return {"tone": "wait", "label": _("已过计划月份，在办")}
        if self.missing and (self.today.year, self.today.month) == (self.year, item.last_month):
            return {"tone": "warn", "label": _("本月内还差 %(n)d 次") % {"n": self.missing}}
        if item.open:
            return {"tone": "wait", "label": _("在办")}
        return {"tone": "", "label": ""}

    @property
    def months(self) -> str:
        first, last = self.item.first_month, self.item.last_month
        if (first, last) == (1, 12):
            return _("全年")
        return _("%(n)d 月") % {"n": first} if first == last else _("%(a)d—%(b)d 月") % {"a": first, "b": last}

    @property
    def what(self) -> str:
        """Form and scope, or kind and course, in words."""
        item = self.item
        parts = [item.get_form_display(), item.get_scope_display(), item.get_training_kind_display()]
        return " · ".join(str(part) for part in [*parts, item.course or ""] if part)


@dataclass(frozen=True)
class Added:
    """Items added up; an ended one as if only what was held for it had been meant.

    :ivar counted: done as far as it was meant, item by item: what was held beyond one does not fill another's gap.
    """

    planned: int
    counted: int
    done: int
    open: int
    people: int
    reached: int

    @property
    def beyond(self) -> int:
        return self.done - self.counted


def added(lines: Iterable[Line]) -> dict[str, Added]:
    """By kind of activity, for the kinds there are."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.item.kind, []).append(line)
    return {kind: _sum(rows) for kind, rows in found.items()}


def _sum(lines: list[Line]) -> Added:
    every = [line.item for line in lines]
    return Added(
        sum(line.meant for line in lines), sum(line.counted for line in lines), sum(item.done for item in every),
        sum(item.open for item in every), sum(line.people for line in lines), sum(item.reached for item in every),
    )  # fmt: skip


def children(place: Organization, year: int) -> QuerySet[Organization]:
    """Offices and teams right below, with ``gone``: those in force, and those gone since that have plans of the year,
    because what was held for these stays counted."""
    plans = Plan.objects.filter(year=year, organization__path__startswith=place.path).order_by()
    length = Value(len(place.path) + place.steplen)
    planned = plans.values_list(Func(F("organization__path"), length, function="LEFT", output_field=CharField()))
    standing = Q(pk__in=Organization.objects.in_force().order_by().values("pk"))
    rows = Organization.objects.filter(path__startswith=place.path, depth=place.depth + 1)
    return rows.filter(standing | Q(path__in=planned)).annotate(gone=~standing).order_by("path")


def below(place: Organization, year: int, user: User) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What the plans below a place come to, by the offices and teams right below it: (items, activities), as values.

    Two queries whatever lies below; only what ``user`` may see. Items and activities are added up apart, because a join
    of the two would count an item once per activity.
    """
    plans = Plan.objects.filter(
        reach(user, Right.VIEW_TRAINING, at="organization"), year=year, organization__path__startswith=place.path,
        organization__depth__gt=place.depth,
    ).order_by()  # fmt: skip
    length = len(place.path) + place.steplen
    child = Func(F("plan__organization__path"), Value(length), function="LEFT", output_field=CharField())
    items = PlanItem.objects.filter(plan__in=plans.values("pk")).order_by().annotate(child=child).values("child")
    meant = items.annotate(
        plans=Count("plan", distinct=True),
        planned=Coalesce(Sum(_meant()), 0),
        counted=Coalesce(Sum(Least("times", _held(Count("pk")))), 0),
        people=Coalesce(Sum(_meant_people()), 0),
    )
    held = items.annotate(
        done=Count("activities", filter=_DONE), open=Count("activities", filter=_OPEN),
        reached=Coalesce(Sum("activities__present", filter=_DONE), 0),
    )  # fmt: skip
    return meant, held


def _held(what: Any) -> Coalesce:
    """Of an item, what was held for it and is on record; for sums over items, which a join would count twice."""
    rows = Activity.objects.on_record().filter(plan_item=OuterRef("pk")).order_by().values("plan_item")
    return Coalesce(Subquery(rows.annotate(all=what).values("all"), output_field=IntegerField()), 0)


def _meant() -> Case:
    """``Line.meant`` in the database."""
    return Case(When(ended_at=None, then=F("times")), default=Least("times", _held(Count("pk"))))


def _meant_people() -> Case:
    """``Line.people`` in the database."""
    some = Coalesce("people", 0)
    return Case(When(ended_at=None, then=some), default=Least(some, _held(Sum("present"))))


def unplanned(plan: Plan) -> QuerySet[Activity]:
    """计划外: what the place itself held or prepares in the year without an item of any plan, newest first."""
    begins, ends = _year(plan.year)
    rows = Activity.objects.filter(host=plan.organization, plan_item=None, order_at__gte=begins, order_at__lt=ends)
    return rows.exclude(state=ActivityState.CANCELLED)


def _year(year: int) -> tuple[datetime, datetime]:
    return beginning_of(date(year, 1, 1)), beginning_of(date(year + 1, 1, 1))


def with_totals(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Adds ``lines``, ``planned``, ``counted``, ``people`` and ``done``, ``open``, ``reached`` of each plan."""
    items = PlanItem.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    standing = items.filter(ended_at=None)

    def number(rows: QuerySet[Any], what: Any) -> Coalesce:
        return Coalesce(Subquery(rows.annotate(all=what).values("all"), output_field=IntegerField()), 0)

    return plans.annotate(
        lines=number(standing, Count("pk")), planned=number(items, Sum(_meant())),
        counted=number(items, Sum(Least("times", _held(Count("pk"))))), people=number(items, Sum(_meant_people())),
        done=number(items, Count("activities", filter=_DONE)), open=number(items, Count("activities", filter=_OPEN)),
        reached=number(items, Sum("activities__present", filter=_DONE)),
    )  # fmt: skip
