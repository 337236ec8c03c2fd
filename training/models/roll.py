"""Who was to come, what was marked, and what the marks come to."""

import uuid
from datetime import timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from organizations.models import Organization, User
from organizations.validators import validate_visible
from people.models import Certificate, HourRecord, Person
from training.choices import Listing, MarkKind, MarkMethod, Outcome, PartRole, Presence, Trouble
from training.models.activity import Activity


class _TimeRange(Func):
    function = "TSTZRANGE"


@tracked()
class Slot(models.Model):
    """场次: one stretch of an activity for which the roll is called. A drill of a day has one, a course of four days
    four; nobody is paid hours for the nights between."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="slots", verbose_name=_("活动"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    label = models.CharField(_("名称"), max_length=40, blank=True, validators=[validate_visible])

    class Meta:
        verbose_name = _("场次")
        default_permissions = ()
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], name="slot_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_times",
                violation_error_message=_("结束时间要晚于开始时间。"),
            ),
            ExclusionConstraint(
                name="slot_apart",
                expressions=[
                    (F("activity"), RangeOperators.EQUAL),
                    (_TimeRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("两个场次的时间重叠了。"),
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{timezone.localtime(self.starts_at):%m-%d %H:%M}"

    @property
    def ends_clock(self) -> str:
        """When it ends, as said beside the day of its beginning: one of the night ends on the next."""
        begins, ends = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        if begins.date() == ends.date():
            return f"{ends:%H:%M}"
        if begins.date() + timedelta(days=1) == ends.date():
            return gettext("次日 %(clock)s") % {"clock": f"{ends:%H:%M}"}
        return f"{ends:%m-%d %H:%M}"


class ParticipationQuerySet(models.QuerySet):
    def listed(self) -> "ParticipationQuerySet":
        return self.filter(listing=Listing.LISTED)

    def of_user(self, user: User) -> "ParticipationQuerySet":
        """The person's own."""
        return self.filter(person__user=user)

    def of_person(self, person: Person) -> "ParticipationQuerySet":
        """Also what stands under a record that was merged into this one."""
        return self.filter(person__in=person.keys())

    def movable_to(self, kept: Person) -> "ParticipationQuerySet":
        """Of a record that is merged into ``kept``: not where ``kept`` is on the same list. There the kept record's row
        stays, and the other is read through ``merged_into``."""
        theirs = Participation.objects.filter(person=kept).order_by().values("activity")
        return self.exclude(activity__in=theirs)


@tracked()
class Participation(models.Model):
    """That somebody is on the list of an activity, and what came of it.

    :ivar organization: the team in whose name; the person's main team where nobody said.
    """

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="participations", verbose_name=_("活动"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="participations", verbose_name=_("人员"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("代表的队伍"))
    role = models.CharField(_("角色"), max_length=10, choices=PartRole, default=PartRole.TAKES_PART)
    listing = models.CharField(_("名单"), max_length=10, choices=Listing, default=Listing.LISTED)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, blank=True)
    score = models.DecimalField(
        _("成绩"), max_digits=5, decimal_places=1, null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发的证书")
    )
    # 派任务、演练时校验在保: why somebody uninsured was put on the list all the same
    risk_reason = models.CharField(_("缺保险仍参加的理由"), max_length=200, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("加入时间"), auto_now_add=True)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("加入人"))
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("参加人员")
        default_permissions = ()
        ordering = ["organization__path", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "person"],
                name="participation_once",
                violation_error_message=_("这个人已经在名单里了。"),
            )
        ]
        indexes = [models.Index(fields=["person", "activity"], name="participation_of")]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.activity}"


class MarkQuerySet(models.QuerySet):
    def of_person(self, person: Person) -> "MarkQuerySet":
        """Also those made under a record that was merged into this one: a mark names for ever whom it was made for."""
        return self.filter(person__in=person.keys())


class Mark(models.Model):
    """One mark of the roll, as it was made: append-only, its key made by the device, so that sending it twice is one.

    ``at`` is the device's time, ``received_at`` ours. What the marks of a person in a slot come to is folded from all
    of them in the order of ``(at, id)``, so it does not matter in which order or how late they arrive
    (``training.roll.folding``).

    :ivar shift: seconds by which ``at`` was moved because the device's clock was wrong.
    :ivar trouble: why it does not count as it is; somebody settles it (``MarkSettlement``), nothing is thrown away.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="marks", verbose_name=_("场次"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="marks", verbose_name=_("人员"))
    kind = models.CharField(_("点名"), max_length=10, choices=MarkKind)
    method = models.CharField(_("方式"), max_length=10, choices=MarkMethod)
    at = models.DateTimeField(_("时间"))
    shift = models.IntegerField(_("校正（秒）"), default=0)
    received_at = models.DateTimeField(_("收到时间"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("点名人"))
    device = models.CharField(_("设备"), max_length=40, blank=True)
    trouble = models.CharField(_("问题"), max_length=12, choices=Trouble, blank=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("点名记录")
        default_permissions = ()
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["slot", "person", "at"], name="mark_of"),
            models.Index(fields=["slot"], name="mark_trouble", condition=~Q(trouble="")),
            models.Index(fields=["person", "at"], name="mark_person"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()} {timezone.localtime(self.at):%m-%d %H:%M}"


class PaperSheet(models.Model):
    """A paper roll that named people of no roster. Its key is made when the form is opened: however often the form is
    sent, they count once, as it said last.

    :ivar outside: how many of the activity's ``outside_people`` it stands for.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="paper_sheets", verbose_name=_("活动"))
    outside = models.PositiveIntegerField(_("其他参加人数"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("补录人"))
    at = models.DateTimeField(_("补录时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("纸质签到表")
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.activity} {self.outside}"


@tracked()
class MarkSettlement(models.Model):
    """What was decided about a mark that did not count: taken in all the same, or set aside, with the reason."""

    mark = models.OneToOneField(Mark, models.PROTECT, related_name="settlement", verbose_name=_("点名记录"))
    counts = models.BooleanField(_("算数"))
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("办理时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("点名问题的处理")
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.mark_id}: {self.reason}"


@tracked()
class Attendance(models.Model):
    """What the marks of one person in one slot come to: derived, written anew under a lock whenever a mark arrives.

    :ivar minutes: within the slot. :ivar minutes_set: corrected by hand, with a reason; counts instead.
    :ivar hour_record: the hours credited when the activity was confirmed.
    """

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="attendances", verbose_name=_("场次"))
    participation = models.ForeignKey(
        Participation, models.PROTECT, related_name="attendances", verbose_name=_("参加人员")
    )
    presence = models.CharField(_("出勤"), max_length=10, choices=Presence, blank=True)
    arrived_at = models.DateTimeField(pgettext_lazy("roll", "到"), null=True, blank=True)
    left_at = models.DateTimeField(_("离开"), null=True, blank=True)
    method = models.CharField(_("方式"), max_length=10, choices=MarkMethod, blank=True)
    minutes = models.PositiveIntegerField(_("时长（分钟）"), default=0)
    minutes_set = models.PositiveIntegerField(
        _("更正的时长（分钟）"), null=True, blank=True, validators=[MaxValueValidator(24 * 60)]
    )
    set_reason = models.CharField(_("更正理由"), max_length=200, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("更正人"))
    hour_record = models.OneToOneField(
        HourRecord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("时长记录")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("出勤")
        default_permissions = ()
        ordering = ["slot_id", "participation_id"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "slot"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(minutes_set=None) | ~Q(set_reason=""),
                name="attendance_set_with_reason",
                violation_error_message=_("更正时长要写明理由。"),
            ),
        ]
        indexes = [models.Index(fields=["slot", "presence"], name="attendance_of")]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.get_presence_display()}"

    @property
    def counted_minutes(self) -> int:
        return self.minutes if self.minutes_set is None else self.minutes_set


@tracked(exclude=("secret",))
class Poster(models.Model):
    """签到码 of a slot: shown on a screen, changes every half minute. ``secret`` makes its tokens
    (``training.roll.poster``)."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="posters", verbose_name=_("场次"))
    secret = models.CharField(max_length=64, editable=False)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("开启人"))
    opened_at = models.DateTimeField(_("开启时间"), auto_now_add=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("签到码")
        default_permissions = ()
        ordering = ["-opened_at"]
        constraints = [models.UniqueConstraint(fields=["slot"], condition=Q(closed_at=None), name="poster_one_open")]

    def __str__(self) -> str:
        return f"{self.slot}"
