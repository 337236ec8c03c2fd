"""What an office or a team means to do in a year."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.decisions import Decision
from core.history import tracked
from core.links import link_to
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible
from training.choices import ActivityKind, DrillForm, DrillScope, TrainingKind
from training.models.catalogue import Course, OwnedByPlaceQuerySet


@tracked()
class Plan(models.Model):
    """年度计划 of one office or team. Items are added and ended all year; history keeps what was meant before."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="training_plans", verbose_name=_("单位")
    )
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(2020), MaxValueValidator(2100)])
    document_no = models.CharField(_("文号"), max_length=60, blank=True, validators=[validate_visible])
    issued_on = models.DateField(_("印发日期"), null=True, blank=True)
    note = models.TextField(_("总的要求"), blank=True, max_length=2000)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OwnedByPlaceQuerySet.as_manager()
    attachment_kinds = {"plan": _("计划文件")}

    class Meta:
        verbose_name = _("年度计划")
        default_permissions = ()
        ordering = ["-year", "organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year"],
                name="plan_once",
                violation_error_message=_("这个单位已经有这一年的计划。"),
            )
        ]
        indexes = [models.Index(fields=["-year", "organization"], name="plan_order")]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return _("%(where)s %(year)s 年培训演练计划") % {"where": self.organization.short_name, "year": self.year}

    def get_absolute_url(self) -> str:
        return link_to("training:plan_detail", self.pk)

    def can_edit(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.EDIT_TRAINING, self.organization)

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)


@tracked()
class PlanItem(models.Model):
    """One line of a plan: so many drills or trainings of a sort, between two months."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="items", verbose_name=_("计划"))
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    kind = models.CharField(_("种类"), max_length=10, choices=ActivityKind)
    name = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    times = models.PositiveSmallIntegerField(
        _("次数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    first_month = models.PositiveSmallIntegerField(
        _("从几月"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    last_month = models.PositiveSmallIntegerField(
        _("到几月"), default=12, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    people = models.PositiveIntegerField(_("计划人次"), null=True, blank=True)
    form = models.CharField(_("演练形式"), max_length=12, choices=DrillForm, blank=True)
    scope = models.CharField(_("演练范围"), max_length=10, choices=DrillScope, blank=True)
    training_kind = models.CharField(_("培训类别"), max_length=12, choices=TrainingKind, blank=True)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("课程"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("计划项目")
        default_permissions = ()
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_month__gte=F("first_month")),
                name="planitem_months",
                violation_error_message=_("到几月不能早于从几月。"),
            )
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("training:planitem_detail", self.pk)
