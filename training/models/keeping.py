import secrets

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from organizations.models import User


@tracked()
class TrainingSetting(models.Model):
    """A number the region sets, with where it comes from (``training.settings`` names the keys and what is shipped)."""

    key = models.SlugField(_("代号"), max_length=30, primary_key=True)
    value = models.PositiveSmallIntegerField(_("数值"))
    source = models.CharField(_("依据"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("培训演练参数")
        default_permissions = ()
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"


def _key() -> str:
    return secrets.token_urlsafe(24)


@tracked(exclude=("key", "read_at"))
class CalendarFeed(models.Model):
    """日历订阅: an address by which a calendar program reads what is planned, without signing in. It shows what its
    person may see at that instant, and ends when he ends it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="calendar_feeds", verbose_name=_("订阅人"))
    key = models.CharField(max_length=64, unique=True, default=_key, editable=False)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("最近读取"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("日历订阅")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="calendarfeed_one")]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"
