from datetime import date
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from core.history import tracked
from core.links import link_to
from core.phones import TelephoneField
from core.search import search_index, search_key
from organizations.models.division import Division
from organizations.roles import OFFICE_LEVELS, Level, Right
from organizations.validators import validate_name, validate_phone, validate_uscc

if TYPE_CHECKING:
    from organizations.models.user import User


class OrganizationQuerySet(MP_NodeQuerySet):
    def visible_to(self, user: "User") -> "OrganizationQuerySet":
        """Organizations the user may see today."""
        from organizations.permissions import reach  # the permission module reads this model

        return self.filter(reach(user, Right.VIEW_ORGANIZATION, at=""))

    def offices(self) -> "OrganizationQuerySet":
        return self.filter(level__in=OFFICE_LEVELS)

    def teams(self) -> "OrganizationQuerySet":
        return self.filter(level=Level.TEAM)

    def in_force(self, on: date | None = None) -> "OrganizationQuerySet":
        """Neither abolished nor still to come on the day."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def staying(self) -> "OrganizationQuerySet":
        """In force, with no day set from which it is not: what anything new may be put at or under."""
        return self.in_force().filter(valid_to=None)

    def with_duty(self, role: str) -> "OrganizationQuerySet":
        """Organizations at which somebody who can sign in holds the duty now."""
        return self.filter(self._holders(role))

    def without_duty(self, role: str) -> "OrganizationQuerySet":
        """Organizations at which nobody who can sign in holds the duty now."""
        return self.filter(~self._holders(role))

    @staticmethod
    def _holders(role: str) -> models.Exists:
        from organizations.models.appointment import Appointment  # that module reads this one

        here = Appointment.objects.in_force().filter(organization=models.OuterRef("pk"), role=role)
        return models.Exists(here.filter(user__is_active=True))


class OrganizationManager(MP_NodeManager.from_queryset(OrganizationQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> OrganizationQuerySet:
        # the library's manager names its own queryset class here, which would lose ours
        return OrganizationQuerySet(self.model, using=self._db).order_by("path")


def line_to(path: str) -> list[str]:
    """The paths from the top down to this one, itself last."""
    step = Organization.steplen
    return [path[:end] for end in range(step, len(path) + 1, step)]


# Whom a path meant then (organizations.paths).
@tracked(
    exclude=("numchild", "search_key"), indexes=(models.Index(fields=["path", "pgh_id"], name="organization_then"),)
)
class Organization(MP_Node):
    """A Red Cross office, or a rescue team as the leaf under the office that manages it (docs/adr/0004).

    The tree is the line of management; divisions are data beside it, because
    functional areas have offices and no GB/T 2260 code of their own.
    """

    Level = Level
    steplen = 4  # no node_order_by: inserting would rewrite siblings' paths, which logs and grants refer to

    code = models.CharField(_("机构代码"), max_length=12, unique=True)
    name = models.CharField(_("机构全称"), max_length=100, unique=True, validators=[validate_name])
    short_name = models.CharField(_("简称"), max_length=40, validators=[validate_name])
    level = models.CharField(_("级别"), max_length=15, choices=Level)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, verbose_name=_("行政区划"))
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, validators=[validate_uscc])
    doc_prefix = models.CharField(_("机关代字"), max_length=20, blank=True, help_text=_("例：内红赈发"))
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = TelephoneField(_("电话"), max_length=20, blank=True, validators=[validate_phone])
    head = models.CharField(_("负责人"), max_length=50, blank=True)
    contact = models.CharField(_("联系人"), max_length=50, blank=True)
    mobile = TelephoneField(
        _("联系人手机"),
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^1[3-9]\d{9}$", _("手机号应为 11 位数字，以 1 开头"))],
    )
    has_staff = models.BooleanField(_("配有专职人员"), default=True)
    proxy = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proxied",
        verbose_name=_("代办机构"),
        help_text=_("没有专职人员时，由哪个上级机构代办"),
    )
    valid_from = models.DateField(_("启用日期"), default=date(1949, 1, 1))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("name", "short_name", "code")

    objects = OrganizationManager()

    class Meta:
        verbose_name = _("机构")
        ordering = ["path"]
        permissions = Right.choices
        default_permissions = ()
        indexes = [
            search_index("organization_search"),
            models.Index(fields=["level", "path"], name="organization_level"),
            # what lies directly below an office: its page, and every right that reaches the teams it manages
            models.Index(fields=["depth", "path"], name="organization_below"),
            # whether what belongs to it lies below a place: asked of every row that is looked at on somebody's behalf
            models.Index(fields=["id"], include=["path"], name="organization_place"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="organization_level_known"),
            models.CheckConstraint(
                condition=Q(level=Level.NATIONAL) | Q(division__isnull=False),
                name="organization_has_division",
                violation_error_message=_("请选择行政区划。"),
            ),
            models.CheckConstraint(
                condition=Q(has_staff=True) | Q(proxy__isnull=False),
                name="organization_staffed_or_proxied",
                violation_error_message=_("没有专职人员的机构要指定代办机构。"),
            ),
            models.CheckConstraint(
                condition=~Q(proxy=F("id")),
                name="organization_not_own_proxy",
                violation_error_message=_("机构不能由自己代办。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="organization_dates",
                violation_error_message=_("停用日期要晚于启用日期。"),
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("organizations:organization_detail", self.pk)

    @property
    def is_office(self) -> bool:
        return self.level != Level.TEAM

    @property
    def parent_path(self) -> str:
        return self.path[: -self.steplen]

    @property
    def line(self) -> list[str]:
        """The paths from the top down to this place, itself last."""
        return line_to(self.path)

    @property
    def is_over(self) -> bool:
        """Whether it is in force no more: closed, or a team that left."""
        return self.valid_to is not None and self.valid_to <= timezone.localdate()

    def covers(self, other: "Organization") -> bool:
        """Whether ``other`` is this organization or below it."""
        return other.path.startswith(self.path)

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.proxy and self.path and not (self.path.startswith(self.proxy.path) and self.pk != self.proxy_id):
            errors["proxy"] = _("代办机构只能是它的上级机构。")
        if not self.has_staff and not self.proxy_id:
            errors["proxy"] = _("没有专职人员的机构要指定代办机构。")
        if errors:
            raise ValidationError(errors)
