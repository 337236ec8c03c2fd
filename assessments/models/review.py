import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.choices import AdjustmentKind, ObjectionOutcome, ScoredBy
from assessments.models.answered import Answered
from assessments.models.campaign import Campaign
from assessments.models.standard import Conclusion
from assessments.states import (
    REVIEW_STEPS,
    REVIEW_TRANSITIONS,
    REVIEW_WITH_AUTHOR,
    ReviewState,
)
from core.decisions import Decision, no, not_now
from core.history import tracked
from core.links import link_to
from core.search import matching
from organizations.models import Organization, User
from organizations.region import may_manage_assessments
from organizations.roles import Level, Right
from organizations.validators import validate_visible
from teams.models import Team


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReviewQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="organization"))

    def to_score(self, user: User) -> "ReviewQuerySet":
        """Handed in to an office at which the user scores."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(state=ReviewState.SUBMITTED).filter(reach(user, Right.SCORE_ASSESSMENT, at="office"))

    def upheld(self) -> "ReviewQuerySet":
        """With an objection or appeal against this very result upheld, and not decided again since."""
        from assessments.models.objection import Objection  # that module reads this one

        upheld = Objection.objects.filter(outcome=ObjectionOutcome.UPHELD, answered_at__gte=F("review__decided_at"))
        return self.filter(pk__in=upheld.values("review"), state__in=REVIEW_STEPS["reconsider"].sources)

    def below(self, place: Organization) -> "ReviewQuerySet":
        return self.filter(organization__path__startswith=place.path)

    def reported_by(self, league: Organization) -> "ReviewQuerySet":
        """What the league scored, also of teams that have since been moved; of what the region scored, teams below it
        (``assessments.report.leagues``)."""
        there = Q(office__level=Level.REGION, organization__path__startswith=league.path)
        return self.filter(Q(office=league) | there)

    def matching(self, term: str) -> "ReviewQuerySet":
        return self.filter(organization__in=Organization.objects.filter(matching(term)).teams().values("pk"))


@tracked()
class Review(models.Model):
    """One team in one year's assessment: its report and self-score, the league's score, the region's result.

    The team never scores itself for the record: its self-score stands beside the others.

    :ivar organization: the team's, held here so that lists and rights need no join. :ivar office: the league (or
        region) that scores it. :ivar report: section key → text (``assessments.annual.sections``).
    :ivar revision: counts up each time a final result is taken up again; papers of former revisions stay.
    :ivar public_until: its own, for results are published in several goes and a later one shortens no earlier one.
    """

    State = ReviewState

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="reviews", verbose_name=_("年度考核"))
    team = models.ForeignKey(Team, models.PROTECT, related_name="reviews", verbose_name=_("队伍"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("队伍"))
    office = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("考核单位"))
    state = models.CharField(_("状态"), max_length=10, choices=ReviewState, default=ReviewState.DRAFT)
    report = models.JSONField(_("述职报告"), default=dict, blank=True)
    reporter = models.CharField(_("述职人"), max_length=50, blank=True, validators=[validate_visible])
    reported_on = models.DateField(_("述职日期"), null=True, blank=True)
    # Sections whose words were taken from the year before and not read again yet.
    carried = ArrayField(models.SlugField(max_length=30), default=list, blank=True, editable=False)
    league_opinion = models.TextField(_("盟市考核意见"), blank=True, max_length=3000)
    region_opinion = models.TextField(_("自治区审定意见"), blank=True, max_length=3000)
    self_total = models.DecimalField(_("自评得分"), max_digits=7, decimal_places=2, null=True, editable=False)
    league_total = models.DecimalField(_("盟市考核得分"), max_digits=7, decimal_places=2, null=True, editable=False)
    total = models.DecimalField(_("审定得分"), max_digits=7, decimal_places=2, null=True, editable=False)
    result = models.ForeignKey(
        Conclusion, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("考核结果")
    )
    state_reason = models.CharField(_("不参加的原因"), max_length=200, blank=True)
    revision = models.PositiveSmallIntegerField(_("版次"), default=1, editable=False)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("报送人")
    )
    submitted_at = models.DateTimeField(_("报送时间"), null=True, blank=True, editable=False)
    scored_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("考核人")
    )
    scored_at = models.DateTimeField(_("考核时间"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("审定人")
    )
    decided_at = models.DateTimeField(_("审定时间"), null=True, blank=True, editable=False)
    public_from = models.DateField(_("公示起"), null=True, blank=True, editable=False)
    public_until = models.DateField(_("公示止"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReviewQuerySet.as_manager()
    attachment_kinds = {"report": _("述职材料"), "stamped": _("盖章扫描件"), "other": _("其他材料")}

    class Meta:
        verbose_name = _("队伍年度考核")
        default_permissions = ()
        ordering = ["organization__path"]
        indexes = [
            models.Index(fields=["campaign", "state"], name="review_state"),
            models.Index(fields=["campaign", "office", "state"], name="review_office"),
            models.Index(fields=["team", "-id"], name="review_of"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "team"], name="review_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "publicity", "final"])
                | Q(result__isnull=False, total__isnull=False),
                name="review_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["publicity", "final"])
                | Q(public_from__isnull=False, public_until__isnull=False, public_until__gte=F("public_from")),
                name="review_public_days",
            ),
            models.CheckConstraint(condition=~Q(state="exempt") | ~Q(state_reason=""), name="review_exempt_reason"),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=REVIEW_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return gettext("%(team)s %(year)s年度考核") % {"team": self.organization, "year": self.campaign.year}

    def get_absolute_url(self) -> str:
        return link_to("assessments:review_detail", self.pk)

    def can_edit(self, user: User) -> Decision:
        """The team's part."""
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = can(user, Right.REPORT_ASSESSMENT, self.organization)
        if decision and self.state not in REVIEW_WITH_AUTHOR:
            return not_now(_("述职已经报送，现在不能修改。"))
        return decision

    def can_attach(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        return self.can_edit(user) or can(user, Right.SCORE_ASSESSMENT, self.office)


class Snapshot(models.Model):
    """快照: what the records said of one team for the year, as at the campaign's day. Never changes; taken anew as a
    new row, the latest counts.

    :ivar values: metric name → number as text (Decimal). :ivar facts: what the report prints of the records
        (``assessments.annual.snapshot_facts``): team facts, members, activities, problems.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="snapshots", verbose_name=_("考核"))
    taken_at = models.DateTimeField(_("取数时间"), default=timezone.now)
    as_at = models.DateField(_("数据截止日"))
    values = models.JSONField(_("指标数值"))
    facts = models.JSONField(_("记录摘要"), default=dict)
    reason = models.CharField(_("重新取数的理由"), max_length=200, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("取数人"))

    class Meta:
        verbose_name = _("数据快照")
        default_permissions = ()
        ordering = ["review", "-taken_at", "-pk"]
        indexes = [models.Index(fields=["review", "-taken_at", "-id"], name="snapshot_of")]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.review} {self.as_at}"


class OfReviewQuerySet(models.QuerySet):
    """Rows that hang on a review: who sees it sees them."""

    def visible_to(self, user: User) -> "OfReviewQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="review__organization"))


@tracked()
class ReviewScore(Answered):
    """One indicator as one side scores it: the team itself, the league, the region.

    A value read from the snapshot needs no row; a row with a value overrides it, with a note that says why.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="scores", verbose_name=_("考核"))
    scored_by = models.CharField(_("评分方"), max_length=10, choices=ScoredBy)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfReviewQuerySet.as_manager()
    attachment_kinds = {"evidence": _("证明材料")}

    class Meta:
        verbose_name = _("考核得分")
        default_permissions = ()
        ordering = ["indicator__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "indicator", "scored_by"], name="reviewscore_once")]

    def __str__(self) -> str:
        return f"{self.indicator}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:review_evidence", args=[self.review_id, self.indicator_id])

    def can_attach(self, user: User) -> Decision:
        """Evidence is the team's, while the report is in its hands."""
        if self.scored_by != ScoredBy.TEAM:
            return no(_("证明材料由队伍自己传。"))
        return self.review.can_edit(user)


@tracked()
class Adjustment(models.Model):
    """加分、扣分、一票否决 beside the standard, with what for and on what grounds."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="adjustments", verbose_name=_("考核"))
    kind = models.CharField(_("种类"), max_length=10, choices=AdjustmentKind)
    points = models.DecimalField(
        _("分数"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    what = models.CharField(_("事由"), max_length=300, validators=[validate_visible])
    grounds = models.CharField(_("依据"), max_length=300, validators=[validate_visible])
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("撤销时间"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("撤销原因"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfReviewQuerySet.as_manager()
    attachment_kinds = {"grounds": _("依据材料")}

    class Meta:
        verbose_name = _("考核调整")
        default_permissions = ()
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=AdjustmentKind.VETO) | Q(points__gt=0),
                name="adjustment_points",
                violation_error_message=_("加分、扣分要填写分数。"),
            )
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return self.review.get_absolute_url()

    def can_attach(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        return can(user, Right.SCORE_ASSESSMENT, self.review.office) or may_manage_assessments(user)
