import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.choices import PANEL_LEAST, Grade, ObjectionOutcome, PanelDuty
from assessments.impartial import not_of_own_teams
from assessments.models.answered import Answered
from assessments.models.standard import Standard
from assessments.states import GRADING_STEPS, GRADING_TRANSITIONS, GRADING_WITH_AUTHOR, GradingState
from core.decisions import Decision, not_now
from core.history import tracked
from core.links import link_to
from core.models import WorkflowEvent
from core.search import matching, search_index, search_key
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible, validate_year
from teams.models import Team


class GradingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "GradingQuerySet":
        """Of teams where the user may see assessments; and to an assessor those of panels he sits on."""
        from assessments.models.panel import PanelMember  # that module reads this one
        from organizations.permissions import reach  # the permission module reads the organization's model

        sits = PanelMember.objects.filter(grading=OuterRef("pk"), user=user, left_on=None)
        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="team__organization") | Exists(sits))

    def waiting_for(self, user: User) -> "GradingQuerySet":
        """What the user can take a step further now: what lies with his office and he has nothing to do with, and what
        was returned to teams of his."""
        from organizations.permissions import offices_with, reach  # that module reads the organization's model

        state = GradingState
        checks, grants = offices_with(user, Right.SCORE_ASSESSMENT), offices_with(user, Right.MANAGE_ASSESSMENT)
        at_office = Q(state__in=(state.SUBMITTED, state.PANEL), office__in=checks)
        at_office |= Q(_held_up(), state=state.ON_SITE, office__in=checks)
        at_office |= Q(state=state.DELIBERATION, office__in=grants)
        over = ~Exists(Grading.objects.filter(pk=OuterRef("pk"), objections__outcome=""))
        at_office |= Q(over, state=state.PUBLICITY, public_until__lt=timezone.localdate(), office__in=grants)
        at_office |= Q(~_applied_anew(), pk__in=Grading.objects.upheld().values("pk"), office__in=grants)
        returned = Q(state=state.RETURNED) & reach(user, Right.REPORT_ASSESSMENT, at="team__organization")
        return self.filter((at_office & not_of_own_teams(user)) | returned)

    def upheld(self) -> "GradingQuerySet":
        """With an objection or appeal upheld and not deliberated again since."""
        from assessments.models.objection import Objection  # that module reads this one

        events = WorkflowEvent.objects.of_each(Grading, OuterRef("grading"))
        again = events.filter(action="deliberate_again", at__gte=OuterRef("answered_at"))
        rows = Objection.objects.filter(~Exists(again), grading__isnull=False, outcome=ObjectionOutcome.UPHELD)
        sources = GRADING_STEPS["deliberate_again"].sources
        return self.filter(pk__in=rows.values("grading"), state__in=sources)

    def matching(self, term: str) -> "GradingQuerySet":
        named = Organization.objects.filter(matching(term)).teams().values("pk")
        return self.filter(Q(team__organization__in=named) | matching(term))


def _held_up() -> Q:
    """On site nobody scores any more, nobody leads or too few are left: somebody has to end it, or to put the panel
    right."""
    from assessments.models.panel import PanelMember  # that module reads this one

    there = PanelMember.objects.on_it().filter(grading=OuterRef("pk"))
    enough = Exists(there.order_by("pk")[PANEL_LEAST - 1 : PANEL_LEAST])
    return ~Q(Exists(there.filter(finished_at=None))) | ~Q(Exists(there.filter(duty=PanelDuty.LEAD))) | ~Q(enough)


def _applied_anew() -> Exists:
    """An appeal about what the team has applied for once more is not waited for."""
    later = Grading.objects.filter(team=OuterRef("team"), standard=OuterRef("standard"), pk__gt=OuterRef("pk"))
    return Exists(later.exclude(state=GradingState.ABANDONED))


@tracked(exclude=("search_key",))
class Grading(models.Model):
    """分级测评 of one team in one category, from the application to the grade.

    :ivar office: who holds it; set at the hand-in from the standard's conclusion. :ivar result: the grade it came to;
        may be lower than the one applied for. :ivar total: points of the final sheet, frozen at the deliberation.
    """

    State = GradingState

    team = models.ForeignKey(Team, models.PROTECT, related_name="gradings", verbose_name=_("队伍"))
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="gradings", verbose_name=_("标准"))
    applied_grade = models.CharField(_("申请等级"), max_length=1, choices=Grade, blank=True)
    state = models.CharField(_("状态"), max_length=15, choices=GradingState, default=GradingState.DRAFT)
    number = models.CharField(_("编号"), max_length=30, null=True, blank=True, unique=True, editable=False)
    office = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("组织单位"),
    )  # fmt: skip
    statement = models.TextField(_("申请说明"), blank=True, max_length=3000)
    contact = models.CharField(_("联系人"), max_length=50, blank=True, validators=[validate_visible])
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("申请人")
    )
    submitted_at = models.DateTimeField(_("申请时间"), null=True, blank=True, editable=False)
    site_on = models.DateField(_("现场测评日期"), null=True, blank=True, validators=[validate_year])
    site_place = models.CharField(_("现场测评地点"), max_length=200, blank=True, validators=[validate_visible])
    deliberation = models.TextField(_("评议意见"), blank=True, max_length=3000)
    total = models.DecimalField(_("得分"), max_digits=7, decimal_places=2, null=True, blank=True, editable=False)
    result = models.CharField(_("结果"), max_length=1, choices=Grade, blank=True)
    public_from = models.DateField(_("公示起"), null=True, blank=True)
    public_until = models.DateField(_("公示止"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("number", "contact")

    objects = GradingQuerySet.as_manager()
    attachment_kinds = {
        "application": _("申请材料"), "site": _("现场材料"), "minutes": _("评议记录"), "other": _("其他材料"),
    }  # fmt: skip

    class Meta:
        verbose_name = _("分级测评")
        default_permissions = ()
        ordering = ["-created_at", "-pk"]
        indexes = [
            search_index("grading_search"),
            models.Index(fields=["-created_at", "-id"], name="grading_order"),
            models.Index(fields=["team", "-created_at"], name="grading_of"),
            models.Index(fields=["office", "state"], name="grading_office"),
            models.Index(fields=["state", "-created_at", "-id"], name="grading_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "standard"],
                condition=~Q(state__in=["granted", "declined", "abandoned"]),
                name="grading_one_open",
                violation_error_message=_("这支队伍按这项标准的测评还没有办结，不能另外再申请。"),
            ),
            models.CheckConstraint(
                condition=Q(public_until=None) | Q(public_until__gte=F("public_from")),
                name="grading_publicity_dates",
                violation_error_message=_("公示止的日期不能早于起的日期。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | (~Q(result="") & Q(total__isnull=False)), name="grading_granted_whole"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=GRADING_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number or gettext("%(team)s的测评申请") % {"team": self.team}

    def get_absolute_url(self) -> str:
        return link_to("assessments:grading_detail", self.pk)

    def can_edit(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = can(user, Right.REPORT_ASSESSMENT, self.team.organization)
        if decision and self.state not in GRADING_WITH_AUTHOR:
            return not_now(_("申请已经报送，现在不能修改。"))
        return decision

    def can_attach(self, user: User) -> Decision:
        """The team's side until it is handed in; the office that holds it until it is closed."""
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = self.can_edit(user)
        if decision or self.office is None or self.closed_at is not None:
            return decision
        return can(user, Right.SCORE_ASSESSMENT, self.office)


class GradingClaimQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "GradingClaimQuerySet":
        """With the application."""
        seen = Grading.objects.visible_to(user).order_by().values("pk")
        return self.filter(grading__in=seen).select_related("grading__team__organization", "indicator")


@tracked()
class GradingClaim(Answered):
    """What the team says of one indicator when it applies; evidence hangs on it as attachments.

    :ivar value: by hand; where the indicator reads a metric it is frozen at the hand-in. :ivar check: what the office
        found when it went through the papers (材料初核); a comment asks for changes.
    """

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="claims", verbose_name=_("测评"))
    points = models.DecimalField(
        _("自评分"), max_digits=6, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )  # fmt: skip
    note = models.TextField(_("情况说明"), blank=True, max_length=1000)
    comment = models.CharField(_("初核意见"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GradingClaimQuerySet.as_manager()
    attachment_kinds = {"evidence": _("证明材料")}

    class Meta:
        verbose_name = _("申请填报")
        default_permissions = ()
        ordering = ["indicator__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["grading", "indicator"], name="claim_once")]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.indicator}"

    def get_absolute_url(self) -> str:
        return f"{reverse('assessments:grading_claims', args=[self.grading_id])}#i{self.indicator_id}"

    def can_attach(self, user: User) -> Decision:
        return self.grading.can_edit(user)
