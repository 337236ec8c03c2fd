import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from organizations.models import Division, User
from organizations.roles import Right
from teams.models.team import Team


class CoverageQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "CoverageQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_TEAM, at="team__organization"))

    def current(self) -> "CoverageQuerySet":
        day = timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


@tracked()
class Coverage(models.Model):
    """辐射范围: a division a team serves besides its own, wholly or in part (锡林郭勒盟东部), from when to when."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="coverage", verbose_name=_("队伍"))
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("行政区划"))
    part = models.CharField(_("范围"), max_length=40, blank=True, help_text=_("只覆盖一部分的写明，例：东部。"))
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("辐射范围")
        default_permissions = ()
        ordering = ["division_id", "starts_on"]
        indexes = [models.Index(fields=["team", "division"], name="coverage_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="coverage_dates",
                violation_error_message=_("止的日期不能早于起的日期。"),
            ),
            models.UniqueConstraint(
                fields=["team", "division", "part"],
                condition=Q(ends_on=None),
                name="coverage_once",
                violation_error_message=_("这个范围已经登记了。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.division}{self.part}"
