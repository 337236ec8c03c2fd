from datetime import datetime

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from organizations.models.organization import Organization
from organizations.models.user import User
from organizations.roles import ADMINISTRATORS, ROLE_CHOICES, ROLES, Right, Role


class Period(Func):
    """[starts_at, ends_at) as a range; an open end is endless."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AppointmentQuerySet":
        """Appointments at organizations where the user may see accounts. The own ones are on 我的账号."""
        from organizations.permissions import reach  # the permission module reads this model

        return self.filter(reach(user, Right.VIEW_ACCOUNT, at="organization"))

    def in_force(self, at: datetime | None = None) -> "AppointmentQuerySet":
        """Begun and not ended at the instant (default: now)."""
        moment = at or timezone.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=moment), starts_at__lte=moment)


@tracked()
class Appointment(models.Model):
    """Who holds which duty where, from when to when. The only way to any right."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name=_("人员"))
    role = models.CharField(_("职责"), max_length=20, choices=ROLE_CHOICES)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="appointments", verbose_name=_("单位"))
    starts_at = models.DateTimeField(_("起"), default=timezone.now)
    ends_at = models.DateTimeField(_("止"), null=True, blank=True)
    basis = models.CharField(_("任职依据"), max_length=200, blank=True, help_text=_("例：会议纪要、通知文号"))
    appointed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("任命人"))
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("终止人"))
    end_reason = models.CharField(_("终止原因"), max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        default_permissions = ()
        ordering = ["organization__path", "role", "starts_at"]
        indexes = [
            # with the end beside it, whether somebody holds a duty is read from the index alone
            models.Index(fields=["user", "starts_at"], include=["ends_at"], name="appointment_of"),
            models.Index(fields=["organization", "role"], name="appointment_at"),
            models.Index(fields=["role", "user"], name="appointment_role"),
            models.Index(fields=["ends_at"], name="appointment_ending", condition=Q(ends_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="appointment_role_known"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="appointment_order",
                violation_error_message=_("终止时间不能早于开始时间。"),
            ),
            ExclusionConstraint(
                name="appointment_once",
                # the person first: by time everybody's duties overlap, and the index would be read from end to end
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    (Period("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("此人在同一时间已担任这个职责。"),
            ),
            # 三员互斥, wherever the duties lie
            ExclusionConstraint(
                name="appointment_administrators_exclude",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.NOT_EQUAL),
                    (Period("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(role__in=ADMINISTRATORS),
                violation_error_message=_("系统管理员、安全管理员、审计管理员不能由同一人同时担任。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_role_display()} {self.user}"

    @property
    def duty(self) -> Role:
        return ROLES[self.role]

    def is_in_force(self, at: datetime | None = None) -> bool:
        moment = at or timezone.now()
        return self.starts_at <= moment and (self.ends_at is None or self.ends_at > moment)
