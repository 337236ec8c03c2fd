import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assessments.choices import DocumentKind
from assessments.models.annual import Campaign
from assessments.states import DocumentState, RunState
from core.decisions import Decision
from organizations.models import Organization, User
from organizations.region import may_manage_assessments
from organizations.roles import Right


class RunQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "RunQuerySet":
        """Of campaigns the user sees; which documents, ``ReportDocumentQuerySet`` says."""
        return self.filter(campaign__in=Campaign.objects.visible_to(user).values("pk"))


class ReportRun(models.Model):
    """One press of the button: every report of a campaign, a document each (design §10)."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="runs", verbose_name=_("年度考核"))
    number = models.PositiveSmallIntegerField(_("次数"))
    state = models.CharField(_("状态"), max_length=10, choices=RunState, default=RunState.RUNNING)
    # The day printed on every document, so that one made again tomorrow is the same.
    dated = models.DateField(_("成文日期"))
    total = models.PositiveIntegerField(_("文件数"), default=0)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    started_at = models.DateTimeField(_("发起时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("报告生成")
        default_permissions = ()
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="reportrun_once"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(ended_at=None) & ~Q(state="cancelled"),
                name="reportrun_one_open",
                violation_error_message=_("这次考核的报告正在生成。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return _now("%(campaign)s报告 第 %(number)s 次生成") % {"campaign": self.campaign, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("assessments:run_detail", args=[self.pk])

    def can_steer(self, user: User) -> Decision:
        """Pause, go on, cancel, make again what failed."""
        return may_manage_assessments(user)


class ReportDocumentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReportDocumentQuerySet":
        """Of places where the user sees assessments."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="organization"))


class ReportDocument(models.Model):
    """One document of a run. The row is the truth, the queue only a nudge (as with ``core.Job``).

    :ivar organization: the team, the league or the region it is about. :ivar digest: of everything that goes into it
        (template, data, fonts); the same digest is never rendered twice. :ivar claim: the attempt that holds it;
        whatever an attempt given up for dead still writes is refused.
    """

    State = DocumentState

    run = models.ForeignKey(ReportRun, models.PROTECT, related_name="documents", verbose_name=_("报告生成"))
    kind = models.CharField(_("种类"), max_length=10, choices=DocumentKind)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("机构或队伍"))
    position = models.PositiveIntegerField(_("次序"), default=0)
    number = models.CharField(_("编号"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=DocumentState, default=DocumentState.QUEUED)
    digest = models.CharField(max_length=64, blank=True)
    file = models.FileField(_("文件"), upload_to="reports/", max_length=200, blank=True)
    sha256 = models.CharField(_("文件校验值"), max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(_("页数"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("大小"), null=True, blank=True)
    error = models.CharField(_("出错原因"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    alive_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ready_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    objects = ReportDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核报告")
        default_permissions = ()
        ordering = ["run", "position", "pk"]
        indexes = [
            models.Index(fields=["run", "state", "position"], name="reportdocument_state"),
            models.Index(fields=["run", "position", "id"], name="reportdocument_order"),
            models.Index(fields=["organization", "kind", "-id"], name="reportdocument_of"),
            models.Index(fields=["digest"], name="reportdocument_digest", condition=~Q(digest="")),
            models.Index(fields=["file"], name="reportdocument_file"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "organization"], name="reportdocument_once"),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(file="") & ~Q(sha256="")), name="reportdocument_ready_whole"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            # a finished file is immutable
            pgtrigger.Protect(
                name="ready_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="ready")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.organization}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:document_download", args=[self.pk])
