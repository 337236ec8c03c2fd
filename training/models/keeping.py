import secrets

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.models import AdjustableNumber
from organizations.models import User


@tracked()
class TrainingSetting(AdjustableNumber):
    class Meta:
        verbose_name = _("培训演练参数")
        default_permissions = ()
        ordering = ["key"]


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
