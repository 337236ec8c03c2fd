from datetime import date
from typing import Any

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of
from core.history import tracked
from core.links import link_to
from core.phones import TelephoneField
from core.search import search_index, search_key
from organizations.models.organization import Organization
from organizations.roles import Right
from organizations.validators import validate_name


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Accounts of organizations where the user may see accounts. The own one is on 我的账号, without a right."""
        from organizations.permissions import reach  # the permission module reads this model

        return self.filter(reach(user, Right.VIEW_ACCOUNT, at="organization"))

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def with_duty(self) -> "UserQuerySet":
        """Accounts that hold a duty now."""
        return self.filter(models.Exists(self._duties()))

    def without_duty(self) -> "UserQuerySet":
        """Accounts that hold no duty now."""
        return self.filter(~models.Exists(self._duties()))

    @staticmethod
    def _duties() -> models.QuerySet:
        from organizations.models.appointment import Appointment  # that module reads this one

        return Appointment.objects.in_force().filter(user=models.OuterRef("pk"))

    def opened_between(self, start: date, end: date) -> "UserQuerySet":
        """Accounts opened from the day ``start`` up to and without the day ``end``."""
        return self.filter(created_at__gte=beginning_of(start), created_at__lt=beginning_of(end))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """An account; without a password it cannot sign in until one is set."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@tracked(exclude=("password", "last_login", "search_key"))
class User(AbstractBaseUser, PermissionsMixin):
    """An account. What it may do comes only from appointments; there are no superusers, in the database too."""

    username = models.CharField(
        _("登录名"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9._-]{1,39}$", _("登录名用小写字母、数字、点、横线，2 至 40 位。"))
        ],
        error_messages={"unique": _("这个登录名已经有人用了。")},
    )
    name = models.CharField(_("姓名"), max_length=50, validators=[validate_name])
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="users", verbose_name=_("所在单位"))
    phone = TelephoneField(
        _("手机"),
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^1[3-9]\d{9}$", _("手机号应为 11 位数字，以 1 开头"))],
    )
    email = models.EmailField(_("邮箱"), blank=True)
    is_active = models.BooleanField(_("可以登录"), default=True)
    is_demo = models.BooleanField(_("演示账号"), default=False, editable=False)
    must_change_password = models.BooleanField(_("下次登录改密码"), default=False)
    password_changed_at = models.DateTimeField(_("改密码时间"), default=timezone.now)
    created_at = models.DateTimeField(_("开户时间"), auto_now_add=True)
    deactivated_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    deactivated_reason = models.CharField(_("停用原因"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_key = search_key("name", "username")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("账号")
        default_permissions = ()
        ordering = ["organization__path", "username"]
        indexes = [
            search_index("user_search"),
            models.Index(fields=["organization", "username"], name="user_in"),
            models.Index(fields=["organization", "username"], name="user_closed", condition=Q(is_active=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_no_superuser"),
            models.CheckConstraint(
                condition=Q(is_active=True) | Q(deactivated_at__isnull=False), name="user_deactivated_with_time"
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return link_to("organizations:user_detail", self.pk)

    @property
    def office_path(self) -> str:
        """Tree path of the own organization: what the log says about where the person stood."""
        return self.organization.path

    @property
    def duties_mark(self) -> str:
        """Another one whenever other duties are held: for what is kept of what the person saw."""
        from organizations.permissions import access  # the permission module reads this model

        return access(self).mark


class PasswordRecord(models.Model):
    """Hashes of earlier passwords, so that the last five are not used again (等保 8.1.4.1 a)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_records")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("用过的密码")
        default_permissions = ()
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at}"
