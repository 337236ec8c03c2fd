import uuid
from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assessments.choices import Grade, PanelDuty, Scheme, Specialty
from assessments.impartial import not_of_own_teams
from assessments.models.standard import Indicator, Standard
from assessments.states import GRADING_TRANSITIONS, GRADING_WITH_AUTHOR, GradingState
from core.decisions import Decision, no, yes
from core.history import tracked
from core.search import matching, search_index, search_key
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible, validate_year
from teams.models import Category, Team
from teams.validators import validate_not_future


class GradingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "GradingQuerySet":
        """Of teams where the user may see assessments; and to an assessor those of panels he sits on."""
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
        at_office |= Q(state=state.DELIBERATION, office__in=grants)
        at_office |= Q(state=state.PUBLICITY, public_until__lt=timezone.localdate(), office__in=grants)
        returned = Q(state=state.RETURNED) & reach(user, Right.REPORT_ASSESSMENT, at="team__organization")
        return self.filter((at_office & not_of_own_teams(user)) | returned)

    def matching(self, term: str) -> "GradingQuerySet":
        named = Organization.objects.filter(matching(term)).teams().values("pk")
        return self.filter(Q(team__organization__in=named) | matching(term))


@tracked(exclude=("search_key",))
class Grading(models.Model):
    """分级测评 of one team in one category, from the application to the grade (design §9, domain.md §11.15).

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
        return self.number or _now("%(team)s的测评申请") % {"team": self.team}

    def get_absolute_url(self) -> str:
        return reverse("assessments:grading_detail", args=[self.pk])

    def can_edit(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = can(user, Right.REPORT_ASSESSMENT, self.team.organization)
        if decision and self.state not in GRADING_WITH_AUTHOR:
            return no(_("申请已经报送，现在不能修改。"))
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
class GradingClaim(models.Model):
    """What the team says of one indicator when it applies; evidence hangs on it as attachments.

    :ivar value: by hand; where the indicator reads a metric it is frozen at the hand-in. :ivar check: what the office
        found when it went through the papers (材料初核); a comment asks for changes.
    """

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="claims", verbose_name=_("测评"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("指标"))
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2, null=True, blank=True)
    points = models.DecimalField(
        _("自评分"), max_digits=6, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )  # fmt: skip
    not_applicable = models.BooleanField(_("不适用"), default=False)
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


class PanelMemberQuerySet(models.QuerySet):
    def on_it(self) -> "PanelMemberQuerySet":
        """Who has not left."""
        return self.filter(left_on=None)


@tracked()
class PanelMember(models.Model):
    """专家组成员. Who is on it must have nothing to do with the team (``assessments.recusal``).

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
class ScoreMark(models.Model):
    """One assessor's score of one indicator, as the device made it. Append-only: the latest of each counts.

    :ivar id: made by the device; the server takes each once. :ivar made_at: by the device's clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="marks", verbose_name=_("专家"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("指标"))
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2, null=True, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    not_applicable = models.BooleanField(_("不适用"), default=False)
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
class SettledScore(models.Model):
    """What the panel agreed on where assessors differed, or found by the deliberation; with the reason."""

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="settled", verbose_name=_("测评"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("指标"))
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2, null=True, blank=True)
    points = models.DecimalField(
        _("得分"), max_digits=6, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )  # fmt: skip
    not_applicable = models.BooleanField(_("不适用"), default=False)
    reason = models.CharField(_("理由"), max_length=300, validators=[validate_visible])
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
    """等级 a team holds: from a grading of ours, or from outside with its papers (domain.md §11.15 外部等级)."""

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
        return reverse("assessments:grade_detail", args=[self.pk])

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
            return _now("%(day)s 注销") % {"day": self.ended_on.isoformat()}
        if self.valid_until is None:
            return _now("有效")
        day = {"day": self.valid_until.isoformat()}
        return (_now("有效，至 %(day)s") if self.is_held else _now("%(day)s 到期")) % day

    def public_standing(self) -> str:
        """What the public verify page says of it today; nothing personal, and no reason of a cancellation."""
        return self.standing()

    def can_edit(self, user: User) -> Decision:
        """From outside: the team's side records it. Ours: the office that held the grading."""
        from organizations.permissions import can  # the permission module reads the organization's model

        if self.grading is not None and self.grading.office is not None:
            return can(user, Right.MANAGE_ASSESSMENT, self.grading.office)
        return can(user, Right.REPORT_ASSESSMENT, self.team.organization)

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)
