"""Who scores a grading, what each found, and what was settled."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assessments.choices import PanelDuty
from assessments.models.answered import Answered
from assessments.models.grading import Grading
from assessments.states import GradingState
from core.decisions import Decision, no, yes
from core.history import tracked
from organizations.models import User
from organizations.roles import Right
from organizations.validators import validate_text


class PanelMemberQuerySet(models.QuerySet):
    def on_it(self) -> "PanelMemberQuerySet":
        """Who has not left."""
        return self.filter(left_on=None)


@tracked()
class PanelMember(models.Model):
    """专家组成员. Who is on it must have nothing to do with the team (``assessments.panel.recusal``).

    :ivar finished_at: has handed in all scores; changed only after the panel is opened again.
    """

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="panel", verbose_name=_("测评"))
    user = models.ForeignKey(User, models.PROTECT, related_name="panels", verbose_name=_("专家"))
    duty = models.CharField(_("职责"), max_length=10, choices=PanelDuty, default=PanelDuty.MEMBER)
    appointed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("指定人"))
    appointed_at = models.DateTimeField(_("指定时间"), auto_now_add=True)
    declared_at = models.DateTimeField(_("声明无利害关系"), null=True, blank=True)
    left_on = models.DateField(_("退出日期"), null=True, blank=True)
    left_reason = models.CharField(_("退出或回避原因"), max_length=200, blank=True)
    finished_at = models.DateTimeField(_("评分完成"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PanelMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("专家组成员")
        default_permissions = ()
        ordering = ["duty", "pk"]
        indexes = [models.Index(fields=["user", "left_on"], name="panel_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["grading", "user"],
                condition=Q(left_on=None),
                name="panel_once",
                violation_error_message=_("这位专家已经在专家组里。"),
            ),
            models.UniqueConstraint(
                fields=["grading"],
                condition=Q(left_on=None, duty=PanelDuty.LEAD),
                name="panel_one_lead",
                violation_error_message=_("专家组已经有组长。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user}"


class ScoreMarkQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ScoreMarkQuerySet":
        """One's own; all of a grading to the lead of its panel and to the office that holds it. The team's side sees
        what the panel came to, not who scored how."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        leads = PanelMember.objects.on_it().filter(grading=OuterRef("member__grading"), user=user, duty=PanelDuty.LEAD)
        office = reach(user, Right.SCORE_ASSESSMENT, at="member__grading__office")
        return self.filter(Q(member__user=user) | office | Exists(leads))


@tracked()
class ScoreMark(Answered):
    """One assessor's score of one indicator, as the device made it. Append-only: the latest of each counts.

    :ivar id: made by the device; the server takes each once. :ivar made_at: by the device's clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="marks", verbose_name=_("专家"))
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    note = models.CharField(_("意见"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("评分时间"))
    received_at = models.DateTimeField(_("收到时间"), auto_now_add=True)

    objects = ScoreMarkQuerySet.as_manager()
    attachment_kinds = {"evidence": _("现场证据")}

    class Meta:
        verbose_name = _("专家评分")
        default_permissions = ()
        ordering = ["made_at", "received_at", "id"]
        indexes = [models.Index(fields=["member", "indicator", "made_at"], name="scoremark_of")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}"

    def get_absolute_url(self) -> str:
        return self.member.grading.get_absolute_url()

    def can_attach(self, user: User) -> Decision:
        member = self.member
        if member.user_id != user.pk or member.left_on or member.grading.state != GradingState.ON_SITE:
            return no(_("只有评分的专家本人在现场测评期间可以补充证据。"))
        return yes(_("评分的专家本人"))


@tracked()
class SettledScore(Answered):
    """What the panel agreed on where assessors differed, or found by the deliberation; with the reason."""

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="settled", verbose_name=_("测评"))
    reason = models.CharField(_("理由"), max_length=300, validators=[validate_text])
    settled_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("认定人"))
    settled_at = models.DateTimeField(_("认定时间"), auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("合议得分")
        default_permissions = ()
        ordering = ["indicator__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["grading", "indicator"], name="settled_once")]

    def __str__(self) -> str:
        return f"{self.indicator}"
