import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessLog(models.Model):
    """What people did that changes no row: signing in, exporting, downloading, being refused."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("登录")
        SIGNED_OUT = "signed_out", _("退出")
        SIGN_IN_FAILED = "sign_in_failed", _("登录失败")
        LOCKED_OUT = "locked_out", _("连续失败被锁定")
        EXPORTED = "exported", _("导出")
        DOWNLOADED = "downloaded", _("下载")
        REVEALED = "revealed", _("查看完整信息")
        REFUSED = "refused", _("无权访问")
        SECURITY_CHANGED = "security_changed", _("更改登录方式")
        PURGED = "purged", _("清理过期记录")
        IMPORTED = "imported", _("导入")
        IMPORT_UNDONE = "import_undone", _("撤销导入")

    FAILURES = (Kind.SIGN_IN_FAILED, Kind.LOCKED_OUT)  # also of names no account has

    kind = models.CharField(_("动作"), max_length=20, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("人员")
    )
    user_name = models.CharField(_("账号"), max_length=150, blank=True)  # also names no account has
    office = models.CharField(max_length=255, blank=True)  # tree path of the person's office at the time
    subject = models.CharField(_("对象"), max_length=200, blank=True)
    detail = models.JSONField(_("说明"), default=dict, blank=True)
    url = models.CharField(_("页面"), max_length=300, blank=True)
    address = models.CharField(_("地址"), max_length=45, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("登录和访问")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="accesslog_at"),
            models.Index(fields=["user", "-at", "-id"], name="accesslog_by"),
            # the sign-in page counts one name's failures before it looks at a password
            models.Index(
                fields=["user_name", "-at"],
                name="accesslog_failures",
                condition=models.Q(kind__in=["sign_in_failed", "locked_out"]),
            ),
        ]
        # Only the purge after the retention time may pass the second one (core/audit/retention.py).
        triggers = [
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.user_name}"
