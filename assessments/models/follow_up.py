from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.choices import FollowUpKind
from assessments.models.review import Review
from assessments.states import FOLLOW_UP_OPEN, FOLLOW_UP_TRANSITIONS, FollowUpState
from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from core.search import matching
from organizations.models import Organization, User
from organizations.roles import Right
from organizations.validators import validate_text, validate_year


def follow_up_overdue(day: date) -> Q:
    """Nothing reported though its day has passed. Also over their history."""
    return Q(state=FollowUpState.OPEN, due_on__lt=day)


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FollowUpQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_ASSESSMENT, at="review__organization"))

    def open(self) -> "FollowUpQuerySet":
        return self.filter(state__in=FOLLOW_UP_OPEN)

    def to_report(self, user: User) -> "FollowUpQuerySet":
        """What a place of the user has still to do and report."""
        from organizations.permissions import reach  # the permission module reads the organization's model

        mine = reach(user, Right.REPORT_ASSESSMENT, at="responsible")
        return self.filter(mine, state=FollowUpState.OPEN)

    def below(self, place: Organization) -> "FollowUpQuerySet":
        return self.filter(review__organization__path__startswith=place.path)

    def matching(self, term: str) -> "FollowUpQuerySet":
        named = Organization.objects.filter(matching(term)).order_by().values("pk")
        return self.filter(Q(review__organization__in=named) | Q(responsible__in=named))


@tracked()
class FollowUp(models.Model):
    """后续动作 a result leads to (中红字〔2023〕42号 第十七条). Supervision takes them over from here."""

    State = FollowUpState

    review = models.ForeignKey(Review, models.PROTECT, related_name="follow_ups", verbose_name=_("考核"))
    state = models.CharField(_("状态"), max_length=10, choices=FollowUpState, default=FollowUpState.OPEN)
    kind = models.CharField(_("种类"), max_length=10, choices=FollowUpKind)
    what = models.CharField(_("内容"), max_length=300, validators=[validate_text])
    responsible = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("落实单位"))
    due_on = models.DateField(_("期限"), null=True, blank=True, validators=[validate_year])
    outcome = models.CharField(_("落实情况"), max_length=500, blank=True)
    reported_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("报告人")
    )
    reported_at = models.DateTimeField(_("报告时间"), null=True, blank=True, editable=False)
    asked = models.CharField(_("要求补充"), max_length=500, blank=True, editable=False)  # until it is reported anew
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("确认人")
    )
    ended_on = models.DateField(_("撤销日期"), null=True, blank=True)
    end_reason = models.CharField(_("撤销原因"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FollowUpQuerySet.as_manager()
    attachment_kinds = {"outcome": _("落实材料")}
    told_in_history = ("asked",)

    class Meta:
        verbose_name = _("考核后续动作")
        default_permissions = ()
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="followup_order"),
            models.Index(fields=["responsible", "due_on"], name="followup_of"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=FollowUpKind.RECTIFY) | Q(due_on__isnull=False),
                name="followup_rectify_due",
                violation_error_message=_("限期整改要填写期限。"),
            ),
            # who reported it never says that it is done
            models.CheckConstraint(
                condition=Q(done_by=None) | Q(reported_by=None) | ~Q(done_by=F("reported_by")),
                name="followup_two_people",
            ),
            models.CheckConstraint(condition=Q(ended_on=None) | ~Q(end_reason=""), name="followup_ended_with_reason"),
            models.CheckConstraint(
                condition=(
                    Q(state="open", reported_at=None, done_on=None, ended_on=None)
                    | Q(state="reported", reported_at__isnull=False, done_on=None, ended_on=None)
                    | Q(state="done", done_on__isnull=False, ended_on=None)
                    | Q(state="ended", ended_on__isnull=False)
                ),
                name="followup_state_whole",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=FOLLOW_UP_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return link_to("assessments:followup_detail", self.pk)

    def can_attach(self, user: User) -> Decision:
        from organizations.permissions import can  # the permission module reads the organization's model

        decision = can(user, Right.REPORT_ASSESSMENT, self.responsible)
        return no(_("已经了结，不再收材料。")) if decision and not self.is_open else decision

    @property
    def is_open(self) -> bool:
        return self.state in FOLLOW_UP_OPEN
