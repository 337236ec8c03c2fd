from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.choices import Grade, Scheme, Specialty
from assessments.models.grading import Grading
from core.decisions import Decision
from core.history import tracked
from core.links import link_to
from core.search import matching
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible, validate_year
from teams.models import Category, Team
from teams.states import TeamStatus
from teams.validators import validate_not_future


class TeamGradeQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "TeamGradeQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="team__organization"))

    def held(self, day: Any = None) -> "TeamGradeQuerySet":
        """In force on the day: granted by then, not run out, not cancelled."""
        day = day or timezone.localdate()
        runs = Q(valid_until=None) | Q(valid_until__gte=day)
        return self.filter(runs, Q(ended_on=None) | Q(ended_on__gt=day), granted_on__lte=day)

    def matching(self, term: str) -> "TeamGradeQuerySet":
        """By the team, or by the number of the certificate."""
        named = Organization.objects.filter(matching(term)).teams().values("pk")
        return self.filter(Q(team__organization__in=named) | Q(certificate_no__icontains=term))


@tracked()
class TeamGrade(models.Model):
    """等级 a team holds: from a grading of ours, or from outside with its papers."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="grades", verbose_name=_("队伍"))
    scheme = models.CharField(_("体系"), max_length=10, choices=Scheme)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("类别")
    )
    specialty = models.CharField(_("应急管理部门专业"), max_length=10, choices=Specialty, blank=True)
    grade = models.CharField(_("等级"), max_length=1, choices=Grade)
    grading = models.OneToOneField(
        Grading, models.PROTECT, null=True, blank=True, editable=False, related_name="grade", verbose_name=_("测评")
    )
    issuer = models.CharField(_("发证机关"), max_length=100, validators=[validate_visible])
    certificate_no = models.CharField(_("证书编号"), max_length=60, blank=True, validators=[validate_visible])
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    granted_on = models.DateField(_("定级日期"), validators=[validate_not_future])
    valid_until = models.DateField(_("有效至"), null=True, blank=True, validators=[validate_year])
    ended_on = models.DateField(_("注销日期"), null=True, blank=True, validators=[validate_not_future])
    end_reason = models.CharField(_("注销原因"), max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TeamGradeQuerySet.as_manager()
    attachment_kinds = {"certificate": _("等级证书"), "document": _("批准文件")}

    class Meta:
        verbose_name = _("队伍等级")
        default_permissions = ()
        ordering = ["-granted_on", "-pk"]
        indexes = [
            models.Index(fields=["team", "-granted_on"], name="teamgrade_of"),
            models.Index(fields=["valid_until", "id"], name="teamgrade_until"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("granted_on")),
                name="teamgrade_dates",
                violation_error_message=_("有效至的日期不能早于定级日期。"),
            ),
            models.CheckConstraint(condition=Q(ended_on=None) | ~Q(end_reason=""), name="teamgrade_ended_with_reason"),
            models.CheckConstraint(
                condition=Q(category__isnull=False) | ~Q(specialty=""),
                name="teamgrade_of_something",
                violation_error_message=_("请选择类别或者应急管理部门的专业。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        what = self.category.name if self.category else self.get_specialty_display()
        return f"{what} {self.get_grade_display()}"

    def get_absolute_url(self) -> str:
        return link_to("assessments:grade_detail", self.pk)

    @property
    def is_external(self) -> bool:
        """Recorded from papers of another authority."""
        return self.grading_id is None

    @property
    def is_held(self) -> bool:
        """In force today."""
        return self.ended_on is None and (self.valid_until is None or self.valid_until >= timezone.localdate())

    def standing(self) -> str:
        """How it stands today, in words."""
        if self.ended_on is not None:
            return gettext("%(day)s 注销") % {"day": self.ended_on.isoformat()}
        if self.valid_until is None:
            return gettext("有效")
        day = {"day": self.valid_until.isoformat()}
        return (gettext("有效，至 %(day)s") if self.is_held else gettext("%(day)s 到期")) % day

    def public_standing(self) -> str:
        """What the public verify page says of it today, and of a team that is not simply on file; nothing personal, and
        no reason of a cancellation."""
        if self.team.status == TeamStatus.FILED:
            return self.standing()
        words = {"standing": self.standing(), "team": self.team.public_standing()}
        return gettext("%(standing)s；队伍现在的状态是“%(team)s”") % words

    def can_edit(self, user: User) -> Decision:
        """From outside: the team's side records it. Ours: the office that held the grading."""
        from organizations.permissions import can  # the permission module reads the organization's model

        if self.grading is not None and self.grading.office is not None:
            return can(user, Right.MANAGE_ASSESSMENT, self.grading.office)
        return can(user, Right.REPORT_ASSESSMENT, self.team.organization)

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)
