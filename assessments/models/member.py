import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.answered import Answered
from assessments.models.standard import Conclusion, Standard
from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_visible, validate_year
from people.models import Capability, Person
from teams.validators import validate_not_future


class MemberAssessmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MemberAssessmentQuerySet":
        """Held by a place where the user sees members."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_MEMBER, at="organization"))

    def kept_by(self, user: User) -> "MemberAssessmentQuerySet":
        """Which the user may score: held where he keeps the roster, and not his own."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        rows = self.filter(reach(user, Right.EDIT_MEMBER, at="organization"))
        return rows.exclude(person__user=user)

    def under_way(self) -> "MemberAssessmentQuerySet":
        return self.filter(finished_at=None)

    def standing(self) -> "MemberAssessmentQuerySet":
        """Finished, and not taken back since."""
        return self.filter(finished_at__isnull=False, capability__ended_at=None)

    def taken_back(self) -> "MemberAssessmentQuerySet":
        return self.filter(capability__ended_at__isnull=False)


@tracked()
class MemberAssessment(models.Model):
    """队员能力测评 of one person under a standard (中红字〔2023〕42号 第九条). When it is finished it stands on the
    person's record as a ``people.Capability``, and changes no more. Taken back, that record ends, this one stays as it
    is, and a new one begins (``assessments.members``).

    :ivar organization: the team or office that held it.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="assessments", verbose_name=_("队员"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("组织单位"))
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="+", verbose_name=_("标准"))
    assessed_on = models.DateField(_("测评日期"), null=True, blank=True, validators=[validate_not_future])
    assessors = models.CharField(_("测评人"), max_length=200, blank=True, validators=[validate_visible])
    total = models.DecimalField(_("得分"), max_digits=7, decimal_places=2, null=True, blank=True, editable=False)
    conclusion = models.ForeignKey(
        Conclusion, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("结论")
    )
    valid_until = models.DateField(_("有效至"), null=True, blank=True, validators=[validate_year])
    capability = models.OneToOneField(
        Capability, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("能力记录")
    )
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MemberAssessmentQuerySet.as_manager()
    attachment_kinds = {"sheet": _("评分表"), "other": _("其他材料")}

    class Meta:
        verbose_name = _("队员能力测评")
        default_permissions = ()
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="memberassessment_of"),
            models.Index(fields=["-created_at", "-id"], name="memberassessment_order"),
            models.Index(
                fields=["organization", "standard"], condition=Q(finished_at=None), name="memberassessment_open"
            ),
            models.Index(fields=["valid_until"], name="memberassessment_until"),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="finished_stays",
                operation=pgtrigger.UpdateOf(
                    "organization_id", "standard_id", "assessed_on", "assessors", "total", "conclusion_id",
                    "valid_until", "capability_id", "finished_at",
                ),
                condition=pgtrigger.Q(old__finished_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person} {self.standard}"

    def get_absolute_url(self) -> str:
        return link_to("assessments:member_detail", self.pk)

    def can_keep(self, user: User) -> Decision:
        """Whoever keeps the roster there; nobody scores himself."""
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = can(user, Right.EDIT_MEMBER, self.organization)
        return no(_("本人的测评要由别人评分。")) if decision and self.person.user_id == user.pk else decision

    def can_edit(self, user: User) -> Decision:
        decision = self.can_keep(user)
        return no(_("测评已经完成，不能再改。")) if decision and self.finished_at is not None else decision

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)


# Scores of a finished assessment neither come, go nor change.
_STAYS_WHEN_FINISHED = """
    IF TG_OP <> 'DELETE' THEN of_assessment := of_assessment || NEW.assessment_id; END IF;
    IF TG_OP <> 'INSERT' THEN of_assessment := of_assessment || OLD.assessment_id; END IF;
    IF EXISTS (
        SELECT 1 FROM assessments_memberassessment WHERE id = ANY(of_assessment) AND finished_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the assessment is finished: its scores stay as they are';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


@tracked()
class MemberScore(Answered):
    """One indicator of a member's assessment."""

    assessment = models.ForeignKey(MemberAssessment, models.PROTECT, related_name="scores", verbose_name=_("测评"))
    note = models.CharField(_("意见"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("队员测评得分")
        default_permissions = ()
        ordering = ["indicator__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "indicator"], name="memberscore_once")]
        triggers = [
            pgtrigger.Trigger(
                name="finished_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("of_assessment", "BIGINT[]")],
                func=_STAYS_WHEN_FINISHED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator}"
