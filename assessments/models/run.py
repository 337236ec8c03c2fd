from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.choices import DocumentKind
from assessments.models.campaign import Campaign
from assessments.models.review import Review
from assessments.states import (
    DOCUMENT_TRANSITIONS,
    REVIEW_SETTLED,
    RUN_TRANSITIONS,
    DocumentState,
    ReviewState,
    RunState,
)
from core.attachments.names import shown_name
from core.decisions import Decision
from core.links import link_to
from core.models import WorkflowEvent
from organizations.models import Organization, User
from organizations.region import may_manage_assessments
from organizations.roles import Right

PAPERS = (DocumentKind.TEAM, DocumentKind.LEAGUE, DocumentKind.REGION)  # printed; the others hold what was printed
UNFINISHED = (DocumentState.QUEUED, DocumentState.RUNNING)


class RunQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "RunQuerySet":
        """Of campaigns the user sees; which documents, ``ReportDocumentQuerySet`` says."""
        return self.filter(campaign__in=Campaign.objects.visible_to(user).values("pk"))

    def with_counts(self) -> "RunQuerySet":
        """``ready`` and ``failed``: how many documents, each along the index."""
        return self.annotate(ready=_count(DocumentState.READY), failed=_count(DocumentState.FAILED))


def _count(state: str) -> Coalesce:
    rows = ReportDocument.objects.filter(run=models.OuterRef("pk"), state=state).order_by().values("run")
    return Coalesce(models.Subquery(rows.annotate(n=models.Count("pk")).values("n")), 0)


class ReportRun(models.Model):
    """One press of the button: every report of a campaign, a document each."""

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
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.FSM(name="legal_moves", field="state", transitions=RUN_TRANSITIONS),
        ]

    def __str__(self) -> str:
        return gettext("%(campaign)s报告 第 %(number)s 次生成") % {"campaign": self.campaign, "number": self.number}

    def get_absolute_url(self) -> str:
        return link_to("assessments:run_detail", self.pk)

    def can_steer(self, user: User) -> Decision:
        """Pause, go on, cancel, make again what failed."""
        return may_manage_assessments(user)


class ReportDocumentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReportDocumentQuerySet":
        """Of places where the user sees assessments."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="organization"))

    def papers(self) -> "ReportDocumentQuerySet":
        return self.filter(kind__in=PAPERS)

    def of_team(self, review: Review) -> "ReportDocumentQuerySet":
        """What was printed of a team for the year, the latest first."""
        rows = self.filter(kind=DocumentKind.TEAM, organization=review.organization_id, state=DocumentState.READY)
        rows = rows.filter(run__campaign=review.campaign_id)
        return rows.select_related("organization", "run__campaign").order_by("-run__number")

    def each_file_once(self) -> "ReportDocumentQuerySet":
        """A later run that found nothing changed took the file as it was: told with the latest run that holds it."""
        later = ReportDocument.objects.filter(file=models.OuterRef("file"), run__gt=models.OuterRef("run"))
        return self.filter(Q(file="") | ~models.Exists(later))

    def unfinished(self) -> "ReportDocumentQuerySet":
        return self.filter(state__in=UNFINISHED)

    def startable(self) -> "ReportDocumentQuerySet":
        """Queued in a run that goes on, with everything there that it is made of.

        No joins: an update with these conditions asks for the state again after it has waited for the row, so of two
        attempts at one document one gets it.
        """
        going = ReportRun.objects.filter(state=RunState.RUNNING)
        parts = ReportDocument.objects.filter(run=models.OuterRef("run")).papers().unfinished()
        own = ~models.Exists(parts.filter(league=models.OuterRef("league")))
        archive = Q(own, kind=DocumentKind.ARCHIVE)
        index = Q(~models.Exists(parts), kind=DocumentKind.INDEX)
        return self.filter(Q(kind__in=PAPERS) | archive | index, state=DocumentState.QUEUED, run__in=going.values("pk"))

    def silent(self, before: datetime) -> "ReportDocumentQuerySet":
        """Under way, but without a sign of life since ``before``: the worker died."""
        return self.filter(state=DocumentState.RUNNING, alive_at__lt=before)


class ReportDocument(models.Model):
    """One document of a run. The row is the truth, the queue only a nudge (as with ``core.Job``).

    :ivar organization: the team, the league or the region it is about. :ivar league: the office into whose archive it
        goes: the league, or the region for teams it manages itself. :ivar digest: of everything that goes into it
        (template, data, fonts); the same digest is never rendered twice. :ivar code: printed on it, under which
        anybody checks it. :ivar claim: the attempt that holds it; whatever an attempt given up for dead still writes is
        refused. :ivar alive_at: last sign of life: when it was sent to the queue (none: not yet), later the worker's.
    """

    State = DocumentState

    run = models.ForeignKey(ReportRun, models.PROTECT, related_name="documents", verbose_name=_("报告生成"))
    kind = models.CharField(_("种类"), max_length=10, choices=DocumentKind)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("机构或队伍"))
    league = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+", verbose_name=_("打包单位"))
    position = models.PositiveIntegerField(_("次序"), default=0)
    number = models.CharField(_("编号"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=DocumentState, default=DocumentState.QUEUED)
    digest = models.CharField(_("内容摘要"), max_length=64, blank=True)
    code = models.CharField(_("核验码"), max_length=24, blank=True)
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
            models.Index(fields=["-run", "position", "id"], name="reportdocument_newest"),  # the list
            models.Index(fields=["run", "league", "state"], name="reportdocument_league"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "organization"], name="reportdocument_once"),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(file="") & ~Q(sha256="")), name="reportdocument_ready_whole"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.FSM(name="legal_moves", field="state", transitions=DOCUMENT_TRANSITIONS),
            # a finished file is immutable
            pgtrigger.Protect(
                name="ready_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="ready")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.organization}"

    def get_absolute_url(self) -> str:
        return link_to("assessments:document_download", self.pk)

    @property
    def is_paper(self) -> bool:
        return self.kind in PAPERS

    @property
    def is_draft(self) -> bool:
        """Made of what is not final: without a code, nobody may take it for a paper that holds."""
        return self.is_paper and self.state == DocumentState.READY and not self.code

    @cached_property
    def holds_drafts(self) -> bool:
        """Of an archive or the index: whether something in it is a draft. Outside the portal the name has to say so."""
        if self.is_paper or self.state != DocumentState.READY:
            return False
        within = ReportDocument.objects.filter(run=self.run_id).papers().filter(code="")
        if self.kind == DocumentKind.ARCHIVE:
            within = within.filter(league=self.league_id)
        return within.exists()

    @property
    def prints_digest(self) -> bool:
        """For the public page: the digest stands on the foot of every page and is confirmed there."""
        return self.is_paper

    def public_standing(self) -> str:
        """What the public page says where a result on the paper is being decided on again, or has been since it was
        printed, and where a team was taken in meanwhile: whoever holds the paper need not take it for the last word.
        Not why. A paper was given out only when everything on it was settled."""
        within = Review.objects.filter(campaign=self.run.campaign_id)
        if self.kind == DocumentKind.LEAGUE:
            within = within.reported_by(self.organization)
        else:
            within = within.below(self.organization)
        unsettled = list(within.exclude(state__in=REVIEW_SETTLED).values_list("revision", flat=True))
        if any(revision > 1 for revision in unsettled):
            return gettext("考核结果正在重新审定，以办结以后新出具的报告为准。")
        if unsettled:
            return gettext("出具以后又有队伍参加考核，以办结以后新出具的报告为准。")
        printed = ReportDocument.objects.filter(
            run__campaign=self.run.campaign_id, kind=self.kind, organization=self.organization_id
        ).exclude(code="").aggregate(last=models.Max("ready_at"))["last"]  # fmt: skip
        if printed is None:
            return ""
        events = WorkflowEvent.objects.of_each(Review, models.OuterRef("pk"))
        left_out = Q(models.Exists(events.filter(action="exempt", at__gt=printed)), state=ReviewState.EXEMPT)
        since = within.filter(Q(decided_at__gt=printed) | left_out)
        revisions = list(since.values_list("revision", flat=True))
        if any(revision > 1 for revision in revisions):
            return gettext("出具以后重新审定过考核结果，以新出具的报告为准。")
        return gettext("出具以后又有队伍参加考核，以新出具的报告为准。") if revisions else ""

    @property
    def file_name(self) -> str:
        """What it is called when it is downloaded, and in the archive: safe on any system."""
        place, year, number = self.organization.short_name, self.run.campaign.year, self.number
        within = "含草稿_" if self.holds_drafts else ""
        if self.kind == DocumentKind.ARCHIVE:
            return shown_name(f"{place}_{year}_{within}年度考核报告.zip")
        if self.kind == DocumentKind.INDEX:
            return shown_name(f"{year}_{within}年度考核报告目录.xlsx")
        mark = "草稿_" if self.is_draft else ""
        return shown_name(f"{place}_{mark}年度考核报告_{number}.pdf")

    @property
    def media_type(self) -> str:
        return _MEDIA.get(self.kind, "application/pdf")


_MEDIA: dict[str, str] = {
    DocumentKind.ARCHIVE: "application/zip",
    DocumentKind.INDEX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
