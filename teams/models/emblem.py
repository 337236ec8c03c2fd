import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from organizations.models import User
from organizations.roles import Right
from organizations.validators import validate_visible
from teams.choices import EmblemKind
from teams.models.team import Team
from teams.validators import validate_not_future


class EmblemItemQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "EmblemItemQuerySet":
        from organizations.permissions import reach  # the permission module reads the organization's model

        return self.filter(reach(user, Right.VIEW_TEAM, at="team__organization"))

    def outstanding(self) -> "EmblemItemQuerySet":
        """Handed out and not wholly accounted for: neither returned nor written off."""
        return self.filter(quantity__gt=F("returned") + F("written_off"))


@tracked()
class EmblemItem(models.Model):
    """标志使用登记: what bears the emblem or name, how much of it, by which approval, and what came back.

    The law says who may use the emblem (红十字标志使用办法 第13—17条); a team that leaves returns it.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="emblem_items", verbose_name=_("队伍"))
    kind = models.CharField(_("种类"), max_length=10, choices=EmblemKind)
    description = models.CharField(_("名称"), max_length=100, validators=[validate_visible])
    quantity = models.PositiveIntegerField(_("数量"), validators=[MinValueValidator(1), MaxValueValidator(100_000)])
    approval_no = models.CharField(_("批准文号"), max_length=60, blank=True)
    issued_on = models.DateField(_("启用日期"), validators=[validate_not_future])
    returned = models.PositiveIntegerField(_("已收回"), default=0)
    written_off = models.PositiveIntegerField(_("已销毁或遗失"), default=0)
    settled_on = models.DateField(_("收回日期"), null=True, blank=True, validators=[validate_not_future])
    note = models.CharField(_("说明"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = EmblemItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("标志使用")
        default_permissions = ()
        ordering = ["issued_on", "pk"]
        indexes = [models.Index(fields=["team", "issued_on"], name="emblemitem_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=F("returned") + F("written_off")),
                name="emblemitem_not_more_back",
                violation_error_message=_("收回与销毁、遗失之和不能多于数量。"),
            ),
            models.CheckConstraint(
                condition=Q(written_off=0) | ~Q(note=""),
                name="emblemitem_written_off_with_reason",
                violation_error_message=_("有销毁或遗失的，请在说明中写明去向。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.description}"

    @property
    def left(self) -> int:
        """Still out."""
        return self.quantity - self.returned - self.written_off
