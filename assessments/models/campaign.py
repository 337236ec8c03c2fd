from datetime import date

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.models.standard import Standard
from assessments.states import (
    CAMPAIGN_TRANSITIONS,
    CampaignState,
)
from core.decisions import Decision, no
from core.history import tracked
from core.links import link_to
from organizations.models import User
from organizations.region import may_manage_assessments
from organizations.roles import Right
from organizations.validators import validate_year


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "CampaignQuerySet":
        """Everybody who sees assessments; what is being prepared, the region."""
        from organizations.permissions import access  # the permission module reads the organization's model

        if Right.VIEW_ASSESSMENT not in access(user):
            return self.none()
        return self if may_manage_assessments(user) else self.exclude(state=CampaignState.DRAFT)


@tracked()
class Campaign(models.Model):
    """年度考核 of one year: the standard, the calendar, who is asked. Opened by the region.

    The days remind; nothing is decided because a day has passed.

    :ivar data_until: the day as at which the records are read, 31 December of the year unless said otherwise.
    """

    State = CampaignState

    year = models.PositiveSmallIntegerField(
        _("年度"), unique=True, validators=[MinValueValidator(2020), MaxValueValidator(2100)]
    )
    state = models.CharField(_("状态"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="+", verbose_name=_("考核标准"))
    document_number = models.CharField(_("通知文号"), max_length=60, blank=True)
    data_until = models.DateField(_("数据截止日"), validators=[validate_year])
    report_by = models.DateField(_("队伍报送截止"), null=True, blank=True, validators=[validate_year])
    score_by = models.DateField(_("盟市考核截止"), null=True, blank=True, validators=[validate_year])
    decide_by = models.DateField(_("自治区审定截止"), null=True, blank=True, validators=[validate_year])
    public_from = models.DateField(_("公示起"), null=True, blank=True, validators=[validate_year])
    public_until = models.DateField(_("公示止"), null=True, blank=True, validators=[validate_year])
    note = models.TextField(_("说明"), blank=True, max_length=3000)
    opened_at = models.DateTimeField(_("启动时间"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CampaignQuerySet.as_manager()
    attachment_kinds = {"notice": _("考核通知"), "other": _("其他材料")}

    class Meta:
        verbose_name = _("年度考核")
        default_permissions = ()
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(public_until=None) | Q(public_until__gte=F("public_from")),
                name="campaign_publicity_dates",
                violation_error_message=_("公示止的日期不能早于起的日期。"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=CAMPAIGN_TRANSITIONS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return gettext("%(year)s年度考核") % {"year": self.year}

    def get_absolute_url(self) -> str:
        return link_to("assessments:campaign_detail", self.pk)

    @property
    def begins(self) -> date:
        return date(self.year, 1, 1)

    def can_edit(self, user: User) -> Decision:
        decision = may_manage_assessments(user)
        return no(_("这次考核已经办结，不能再改。")) if decision and self.state == CampaignState.CLOSED else decision

    def can_attach(self, user: User) -> Decision:
        return self.can_edit(user)
