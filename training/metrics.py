"""Numbers about training and drills. Scope: an organization with everything below it, by who held the activity.

Only confirmed and archived records count, from the columns frozen at their hand-in; of a period those that began in it,
also when they were confirmed after it. All of them are taken in one pass over the records (``core.metrics.Measure``).
Members and problems are told as at the period's day (``Period.as_at``).
"""

from functools import partial
from typing import Any

from django.db.models import Count, DecimalField, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of
from core.history.as_at import held_on
from core.metrics import Measure, Period, metric, number_of
from core.metrics.links import behind
from organizations.models import Organization
from people.heads import one_each
from people.metrics import EACH
from people.models import Membership
from people.readiness import BY_KEY, certified
from training.choices import ActivityKind, DrillForm, DrillScope
from training.models import Activity, Problem, TrainingSetting
from training.models.problem import UNSOLVED, overdue
from training.settings import LESSON
from training.states import ProblemState

_HELD, _ENTRIES = _("场"), _("个")
_CONFIRMED = _("记录已确认的，按主办单位")
_DECIMAL: Any = DecimalField(max_digits=20, decimal_places=4)


def _recorded(scope: Organization, period: Period) -> QuerySet[Activity]:
    return Activity.objects.on_record().below(scope).begun(period.start, period.end)


_list = partial(behind, "training:activity_list", queue="record", held_after="{start}", held_before="{last}")
_problem_list = partial(behind, "training:problem_list", looks_back=True)


def _number(name: str, label: Any, unit: Any, total: Any, *, note: Any, only: dict[str, Any], **more: Any) -> None:
    """A total over all records of scope and period, of which ``only`` are behind the number."""

    def measure(scope: Organization, period: Period) -> Measure:
        rows = _recorded(scope, period)
        return Measure.among_of(rows, total, rows.filter(**only), **more)

    metric(name, label, unit, note=note, place="host", link=_list(**only))(measure)


def _held(name: str, label: Any, note: Any, **only: str) -> None:
    _number(name, label, _HELD, Count("pk", filter=Q(**only)), note=note, only=only)


def _ratio(over: Any, under: Any, factor: int = 1) -> Any:
    """To a tenth; nought where there is nothing to divide by."""
    share = Cast(over, _DECIMAL) * Value(factor) / NullIf(Cast(under, _DECIMAL), Value(0, output_field=_DECIMAL))
    return Coalesce(Round(share, 1, output_field=_DECIMAL), Value(0, output_field=_DECIMAL))


# -- how many were held -------------------------------------------------------------------------------
_held("drills_held", _("演练"), _CONFIRMED, kind=ActivityKind.DRILL.value)
for _form in DrillForm:
    _held(f"drills_{_form.value}", _form.label, _("演练，按形式"), kind="drill", form=_form.value)
for _scope in DrillScope:
    _held(f"drills_{_scope.value}", _scope.label, _("演练，按范围"), kind="drill", scope=_scope.value)
_held("trainings_held", _("培训"), _CONFIRMED, kind=ActivityKind.TRAINING.value)

# -- who was there ------------------------------------------------------------------------------------
_number(
    "trainings_present", _("培训人次"), _("人次"),
    Coalesce(Sum("present", filter=Q(kind="training")), 0),
    note=_("已确认培训的实到人数之和"), only={"kind": "training"},
)  # fmt: skip
_number(
    "drills_present", _("演练人次"), _("人次"), Coalesce(Sum("present", filter=Q(kind="drill")), 0),
    note=_("已确认演练的实到人数之和"), only={"kind": "drill"},
)  # fmt: skip
_number(
    "attendance_rate", _("到场率"), "%", _ratio(Sum("present"), Sum("listed"), 100),
    note=_("实到人数占应到人数的比例，培训和演练合计"), only={},
)  # fmt: skip


def _lesson() -> Any:
    """Minutes of one 学时, as the region has set them."""
    kept = TrainingSetting.objects.filter(pk=LESSON.key).values("value")
    return Coalesce(Subquery(kept), Value(LESSON.shipped))


_number(
    "training_lessons", _("培训学时"), _("学时"),
    _ratio(Coalesce(Sum("minutes", filter=Q(kind="training")), 0), _lesson()),
    note=_("已确认培训的到场时长，按自治区定的一学时折算"), only={"kind": "training"},
)  # fmt: skip


@metric(
    "training_hours_per_head", _("人均训练时长"), _("小时"), place="host", link=_list(),
    note=_("培训和演练的到场时长之和，除以在册的队员人数"),
)  # fmt: skip
def training_hours_per_head(scope: Organization, period: Period) -> Measure:
    rows = _recorded(scope, period)
    there = Membership.objects.there(period.past)
    heads = number_of(one_each(there.below(scope)))
    own = there.filter(organization=OuterRef("host")).order_by().values("organization").annotate(n=EACH).values("n")
    # the heads are the scope's, so the same cannot be taken of each branch of the records; a team has its own, counted
    # once a team: beside an aggregate they are no part of what the rows are grouped by
    each = (rows, _ratio(Sum("minutes"), Subquery(own) * Max(Value(60))))
    return Measure.among_of(rows, _ratio(Sum("minutes"), heads * 60), rows, branches=False, each=each)


# -- problems -----------------------------------------------------------------------------------------
def _problems(scope: Organization) -> QuerySet[Problem]:
    return Problem.objects.filter(organization__path__startswith=scope.path)


@metric(
    "problems_open", _("没有销号的问题"), _ENTRIES, place="organization", link=_problem_list(),
    note=_("整改中和待验收的，按整改单位"),
)  # fmt: skip
def problems_open(scope: Organization, period: Period) -> Measure:
    return Measure.of(held_on(_problems(scope), period.past, UNSOLVED))


@metric(
    "problems_overdue", _("超期没有整改的问题"), _ENTRIES, place="organization", link=_problem_list(due="overdue"),
    note=_("已过整改期限、还在整改的"),
)  # fmt: skip
def problems_overdue(scope: Organization, period: Period) -> Measure:
    return Measure.of(held_on(_problems(scope), period.past, overdue(period.as_at)))


@metric(
    "problems_closed", _("已销号的问题"), _ENTRIES, place="organization",
    link=_problem_list(state="closed", year="{year}"), note=_("本年活动中发现、已经销号的"),
)  # fmt: skip
def problems_closed(scope: Organization, period: Period) -> Measure:
    within = {
        "activity__order_at__gte": beginning_of(period.start),
        "activity__order_at__lt": beginning_of(period.end),
    }
    return Measure.of(held_on(_problems(scope).filter(**within), period.past, Q(state=ProblemState.CLOSED)))


# -- first aid ----------------------------------------------------------------------------------------
@metric(
    "first_aid_coverage", _("应急救护持证率"), "%", place="organization",
    note=_("持有效应急救护证书的队员占在册队员的比例"),
    link=behind("people:member_list", looks_back=True, heads="once", ready="certified"),
)  # fmt: skip
def first_aid_coverage(scope: Organization, period: Period) -> Measure:
    there = Membership.objects.there(period.past).below(scope)
    heads = one_each(there)
    day, need = period.past or timezone.localdate(), BY_KEY["certified"]
    share = _ratio(Count("pk", filter=~Q(need.lacks(day))), Count("pk"), 100)
    # of teams looked up member by member: here the database would first list the certificates of everybody there is
    in_teams = _ratio(Count("pk", filter=~Q(need.flag(day))), Count("pk"), 100)
    return Measure.among_of(heads, share, certified(heads, period.past), each=(there, in_teams))
