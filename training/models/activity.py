from datetime import date
from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.attachments.formats.kinds import PICTURES, VIDEOS
from core.days import beginning_of
from core.decisions import Decision, not_now
from core.history import tracked
from core.links import link_to
from core.lookups import else_has_any
from core.search import matching, search_index, search_key
from organizations.models import Division, Organization, User
from organizations.roles import Level, Right
from organizations.validators import validate_visible
from teams.validators import validate_latitude, validate_longitude
from training.choices import (
    ActivityKind,
    Department,
    Dimension,
    DrillForm,
    DrillScope,
    Hazard,
    Rating,
    TrainingKind,
)
from training.models.catalogue import Base, CourseVersion, Instructor
from training.models.plan import PlanItem
from training.states import ACTIVITY_TRANSITIONS, ON_RECORD, WITH_AUTHOR, ActivityState

REGION_WIDE, LEAGUE_WIDE = 2, 1


def width_of(user: User) -> int:
    """How much the person sees of trainings: all there is, a league, or little."""
    from organizations.permissions import access  # the permission module reads the organization's model

    return max((_width(held) for held in access(user).having(Right.VIEW_TRAINING)), default=0)


def _width(held: Any) -> int:
    if not held.reaches_below:
        return 0
    return {1: REGION_WIDE, 2: REGION_WIDE, 3: LEAGUE_WIDE}.get(len(held.path) // Organization.steplen, 0)  # under 总会


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ActivityQuerySet":
        """What is held at, or joined by a team of, a place where the user may see trainings.

        Three ways to ask the same, because there may be millions: whoever sees the region sees it all, and the joined
        add nothing; a league has so many that the newest are soon met in the order of the list; what a banner or a
        team has is few, and is looked up by its keys.
        """
        from organizations.permissions import reach  # the permission module reads the organization's model

        at_host = reach(user, Right.VIEW_TRAINING, at="host")
        width = width_of(user)
        if width == REGION_WIDE:
            return self.filter(at_host)
        joined = ActivityTeam.objects.filter(reach(user, Right.VIEW_TRAINING, at="organization")).order_by()
        if width == LEAGUE_WIDE:
            return self.filter(at_host | else_has_any(joined.filter(activity=OuterRef("pk"))))
        held = Activity.objects.filter(at_host).order_by().values("pk")
        return self.filter(pk__in=held.union(joined.values("activity")))

    def to_confirm(self, user: User) -> "ActivityQuerySet":
        """Handed in to an office at which the user confirms, by somebody else."""
        from organizations.permissions import offices_with  # the permission module reads the organization's model

        offices = offices_with(user, Right.CONFIRM_TRAINING)
        return self.filter(state=ActivityState.SUBMITTED, office__in=offices).exclude(submitted_by=user)

    def on_record(self) -> "ActivityQuerySet":
        """Confirmed, also archived: what counts."""
        return self.filter(state__in=ON_RECORD)

    def begun(self, start: date, end: date) -> "ActivityQuerySet":
        """On the days from ``start`` up to and without ``end``; planned without a day: written down then."""
        return self.filter(order_at__gte=beginning_of(start), order_at__lt=beginning_of(end))

    def below(self, place: Organization) -> "ActivityQuerySet":
        """Held at the place or anywhere below it."""
        return self.filter(host__path__startswith=place.path)

    def of_team(self, team: Organization) -> "ActivityQuerySet":
        """Held by the team, or joined by it."""
        joined = ActivityTeam.objects.filter(organization=team).order_by().values("activity")
        held = Activity.objects.filter(host=team).order_by().values("pk")
        # one set of keys, which the index takes: an OR would be asked of every activity there is
        return self.filter(pk__in=held.union(joined))

    def matching(self, term: str) -> "ActivityQuerySet":
        return self.filter(matching(term))


@tracked(exclude=("search_key", "order_at"))
class Activity(models.Model):
    """演练 or 培训: planned, attended, evidenced, closed.

    One model for both, because roll, files, hand-in, calendar and lists are the same; what only one of them has is
    empty with the other. Everything may be missing until it is handed in (``training.records.checks``).

    :ivar office: who confirms it; set at the hand-in. :ivar present, listed, minutes: heads present, heads on the list
        and person-minutes, frozen at the hand-in, so that reports add up columns and not rolls.
    """

    State = ActivityState

    kind = models.CharField(_("种类"), max_length=10, choices=ActivityKind)
    state = models.CharField(_("状态"), max_length=10, choices=ActivityState, default=ActivityState.DRAFT)
    number = models.CharField(_("编号"), max_length=30, null=True, blank=True, unique=True, editable=False)
    title = models.CharField(_("名称"), max_length=100, blank=True, validators=[validate_visible])
    host = models.ForeignKey(Organization, models.PROTECT, related_name="activities", verbose_name=_("主办单位"))
    office = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("确认单位"),
    )
    plan_item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("对应年度计划")
    )
    starts_at = models.DateTimeField(_("开始"), null=True, blank=True)
    ends_at = models.DateTimeField(_("结束"), null=True, blank=True)
    base = models.ForeignKey(
        Base, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("训练基地")
    )
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在旗县")
    )
    place = models.CharField(_("地点"), max_length=200, blank=True, validators=[validate_visible])
    latitude = models.DecimalField(
        _("纬度"), max_digits=8, decimal_places=5, null=True, blank=True, validators=[validate_latitude]
    )
    longitude = models.DecimalField(
        _("经度"), max_digits=8, decimal_places=5, null=True, blank=True, validators=[validate_longitude]
    )
    # Keys of Subject. An array, so that history and as-at hold it with the row.
    subjects = ArrayField(models.SlugField(max_length=30), default=list, blank=True, verbose_name=_("科目"))
    departments = ArrayField(
        models.CharField(max_length=12, choices=Department), default=list, blank=True, verbose_name=_("协同部门")
    )
    outside_units = models.TextField(
        _("其他参加单位"), blank=True, max_length=1000, help_text=_("外省区队伍、协同部门等，一行一个")
    )
    outside_people = models.PositiveIntegerField(
        _("其他参加人数"), null=True, blank=True, validators=[MaxValueValidator(100000)]
    )
    counts_hours = models.BooleanField(_("计入队员时长"), default=True)
    with_party_day = models.BooleanField(_("同时是主题党日"), default=False)
    cost = models.DecimalField(
        _("投入经费（元）"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    equipment_used = models.TextField(_("使用装备"), blank=True, max_length=2000)
    vehicles_used = models.TextField(_("使用车辆"), blank=True, max_length=1000)
    vehicles = models.PositiveSmallIntegerField(
        _("车辆数"), null=True, blank=True, validators=[MaxValueValidator(5000)]
    )
    summary = models.TextField(_("总结"), blank=True, max_length=5000)

    # drills
    form = models.CharField(_("演练形式"), max_length=12, choices=DrillForm, blank=True)
    scope = models.CharField(_("演练范围"), max_length=10, choices=DrillScope, blank=True)
    hazard = models.CharField(_("背景灾种"), max_length=12, choices=Hazard, blank=True)
    scenario = models.TextField(_("情景设定"), blank=True, max_length=3000)
    commander = models.CharField(_("总指挥"), max_length=50, blank=True, validators=[validate_visible])
    safety_officer = models.CharField(_("安全员"), max_length=50, blank=True, validators=[validate_visible])
    process = models.TextField(_("演练过程"), blank=True, max_length=5000)

    # trainings
    training_kind = models.CharField(_("培训类别"), max_length=12, choices=TrainingKind, blank=True)
    course_version = models.ForeignKey(
        CourseVersion, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("课程大纲")
    )
    enrols_until = models.DateField(_("报名截止"), null=True, blank=True)
    places = models.PositiveSmallIntegerField(
        _("名额"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    satisfaction = models.DecimalField(
        _("满意度（%）"), max_digits=4, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )  # fmt: skip

    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="copies", verbose_name=_("复制自")
    )
    state_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("报送人")
    )
    submitted_at = models.DateTimeField(_("报送时间"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True, editable=False)
    present = models.PositiveIntegerField(_("实到人数"), default=0, editable=False)
    listed = models.PositiveIntegerField(_("应到人数"), default=0, editable=False)
    minutes = models.PositiveBigIntegerField(_("总时长（分钟）"), default=0, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Where it stands in lists and calendars: when it is held, else when it was written down.
    order_at = models.GeneratedField(
        expression=Coalesce("starts_at", "created_at"), output_field=models.DateTimeField(), db_persist=True
    )
    search_key = search_key("title", "number", "place")

    objects = ActivityQuerySet.as_manager()
    attachment_kinds = {
        "photo": _("照片"),
        "video": _("视频"),
        "plan": _("方案"),
        "sign_in": _("签到表"),
        "other": _("其他材料"),
    }
    attachment_takes = {"photo": PICTURES, "video": VIDEOS}

    class Meta:
        verbose_name = _("演练和培训")
        default_permissions = ()
        ordering = ["-order_at", "-pk"]
        indexes = [
            search_index("activity_search"),
            models.Index(fields=["-order_at", "-id"], name="activity_order"),
            models.Index(fields=["host", "-order_at", "-id"], name="activity_of"),
            # few are in one state among very many: the list filtered by it would read through all the others
            models.Index(fields=["state", "-order_at", "-id"], name="activity_state"),
            # what is on record, in two states: looked for in the order of the list, through all that is still to come
            models.Index(
                fields=["-order_at", "-id"], name="activity_on_record", condition=Q(state__in=["confirmed", "archived"])
            ),
            models.Index(fields=["office", "submitted_at"], name="activity_queue", condition=Q(state="submitted")),
            # what lies with its author: few, whoever asks of however many places
            models.Index(
                fields=["host", "state", "starts_at"],
                name="activity_open",
                condition=Q(state__in=["draft", "returned"]),
            ),
            models.Index(fields=["plan_item"], name="activity_planned", condition=Q(plan_item__isnull=False)),
            # few trainings take names
            models.Index(fields=["enrols_until"], name="activity_enrolling", condition=Q(enrols_until__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="activity_times",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"])
                | Q(number__isnull=False, office__isnull=False, submitted_by__isnull=False, starts_at__isnull=False),
                name="activity_handed_in_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind="drill", training_kind="", course_version=None)
                | Q(kind="training", form="", scope=""),
                name="activity_of_one_kind",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=ACTIVITY_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title or _("未命名的%(kind)s") % {"kind": self.get_kind_display()}

    def get_absolute_url(self) -> str:
        return link_to("training:activity_detail", self.pk)

    @property
    def is_drill(self) -> bool:
        return self.kind == ActivityKind.DRILL

    @property
    def is_open(self) -> bool:
        """With its author: facts, list and roll may change."""
        return self.state in WITH_AUTHOR

    def can_edit(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        allowed = can(user, Right.EDIT_TRAINING, self.host)
        if allowed and not self.is_open:
            return not_now(_("现在是“%(state)s”，不能修改。") % {"state": self.get_state_display()})
        return allowed

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)


@tracked()
class ActivityTeam(models.Model):
    """That a team takes part. Its people may be put on the list; its own keepers may call the roll of them."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="teams", verbose_name=_("活动"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", limit_choices_to={"level": Level.TEAM}, verbose_name=_("救援队")
    )
    added_at = models.DateTimeField(_("加入时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("参加队伍")
        default_permissions = ()
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "organization"],
                name="activityteam_once",
                violation_error_message=_("这支队伍已经在参加队伍里了。"),
            )
        ]
        indexes = [models.Index(fields=["organization", "activity"], name="activityteam_of")]

    def __str__(self) -> str:
        return f"{self.activity} {self.organization}"


@tracked()
class Teaching(models.Model):
    """授课: who teaches what in a training."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="teachings", verbose_name=_("活动"))
    instructor = models.ForeignKey(
        Instructor, models.PROTECT, null=True, blank=True, related_name="teachings", verbose_name=_("师资")
    )
    name = models.CharField(_("姓名"), max_length=50, validators=[validate_visible])
    qualification = models.CharField(_("资质"), max_length=200, blank=True, validators=[validate_visible])
    topic = models.CharField(_("课目"), max_length=100, blank=True, validators=[validate_visible])
    lessons = models.DecimalField(
        _("学时"), max_digits=5, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(200)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("授课")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["instructor"], name="teaching_of")]

    def __str__(self) -> str:
        return f"{self.name} {self.topic}"


@tracked()
class Evaluation(models.Model):
    """评估: one dimension of one drill."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="evaluations", verbose_name=_("活动"))
    dimension = models.CharField(_("方面"), max_length=12, choices=Dimension)
    rating = models.CharField(_("评价"), max_length=10, choices=Rating, blank=True)
    note = models.CharField(_("说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("评估")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "dimension"], name="evaluation_once")]

    def __str__(self) -> str:
        return f"{self.get_dimension_display()} {self.get_rating_display()}"


class DrillTemplateQuerySet(models.QuerySet):
    def usable_at(self, place: Organization) -> "DrillTemplateQuerySet":
        """Of the place itself and of every office above it."""
        return self.filter(ended_on=None, organization__path__in=place.line)


@tracked()
class DrillTemplate(models.Model):
    """演练模板: the facts of a drill that a new one begins with. Kept by an office for itself and all below it.

    ``payload``: field of Activity → value as JSON; ``training.activities.beginning.TEMPLATED`` names the fields.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("单位"))
    name = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    is_sample = models.BooleanField(_("示例"), default=False)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DrillTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("演练模板")
        default_permissions = ()
        ordering = ["organization__path", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(ended_on=None),
                name="drilltemplate_once",
                violation_error_message=_("已经有同名的模板。"),
            )
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name
