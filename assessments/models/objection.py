import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.choices import ObjectionKind, ObjectionOutcome
from assessments.models.grading import Grading
from assessments.models.review import Review
from core.decisions import Decision, no, yes
from core.history import tracked
from core.links import link_to
from core.phones import TelephoneField
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_phone, validate_visible
from teams.validators import validate_not_future


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ObjectionQuerySet":
        """To the office that answers it and those above, and to the place where it was raised: who objects is not told
        to the team it is about."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        offices = reach(user, Right.VIEW_ASSESSMENT, at="grading__office")
        offices |= reach(user, Right.VIEW_ASSESSMENT, at="review__office")
        own = Q(created_by__organization=user.organization_id) if self._sees(user) else Q(pk__in=[])
        rows = self.filter(offices | own)
        return rows.select_related("grading__team__organization", "grading__office",
                                   "review__team__organization", "review__office", "created_by")  # fmt: skip

    @staticmethod
    def _sees(user: User) -> bool:
        from organizations.permissions import access  # as above

        return Right.VIEW_ASSESSMENT in access(user)


@tracked()
class Objection(models.Model):
    """公示异议 or 申诉, against a grading or a year's result; answered with a reason, never dropped.

    Who objects may be anybody: the office writes down what came in by post or telephone.
    """

    grading = models.ForeignKey(
        Grading, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name=_("分级测评")
    )
    review = models.ForeignKey(
        Review, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name=_("年度考核")
    )
    kind = models.CharField(_("种类"), max_length=10, choices=ObjectionKind)
    raised_by = models.CharField(_("提出人"), max_length=100, validators=[validate_visible])
    phone = TelephoneField(_("联系电话"), max_length=20, blank=True, validators=[validate_phone])
    received_on = models.DateField(_("收到日期"), validators=[validate_not_future])
    what = models.TextField(_("事项和理由"), max_length=3000)
    outcome = models.CharField(_("处理结论"), max_length=10, choices=ObjectionOutcome, blank=True)
    answer = models.TextField(_("处理意见"), blank=True, max_length=3000)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("处理人")
    )
    answered_at = models.DateTimeField(_("处理时间"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ObjectionQuerySet.as_manager()
    attachment_kinds = {"objection": _("异议或申诉材料"), "answer": _("答复材料")}

    class Meta:
        verbose_name = _("异议和申诉")
        default_permissions = ()
        ordering = ["received_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grading__isnull=True, review__isnull=False) | Q(grading__isnull=False, review__isnull=True),
                name="objection_of_one",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None) | (~Q(outcome="") & ~Q(answer="") & ~Q(answered_at=None)),
                name="objection_answered_whole",
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.raised_by}"

    def get_absolute_url(self) -> str:
        return link_to("assessments:objection_answer", self.pk)

    @property
    def about(self) -> "Grading | Review":
        found = self.grading or self.review
        assert found is not None, "the database sees to it"
        return found

    @property
    def office(self) -> Organization:
        """Who answers it."""
        office = self.about.office
        assert office is not None, "what is made public has been handed in"
        return office

    def can_attach_as(self, user: User, kind: str) -> Decision:
        """Papers of the objection: whoever may raise one, until it is answered. Papers of the answer: whoever answers,
        or did."""
        from assessments.publicity.objection_rights import may_answer  # that module reads this one
        from organizations.permissions import can  # the permission module reads the organization's model

        if kind == "answer":
            return yes("") if self.answered_by_id == user.pk else may_answer(self, user)
        if self.outcome:
            return no(_("已经答复过了。"))
        team = self.about.team.organization
        return can(user, Right.SCORE_ASSESSMENT, self.office) or can(user, Right.REPORT_ASSESSMENT, team)
