from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "SavedViewQuerySet":
        """A saved view is its maker's own."""
        return self.filter(user=user)


class SavedView(models.Model):
    """A list as one person likes it: filters, sort and columns under a name.

    At most one per list is the default: opening the list without any parameter leads to it. The one without a name
    is no view on the page: it remembers which columns the person chose last (``query`` is ``cols=…``).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=60)
    name = models.CharField(_("名称"), max_length=40, blank=True)
    query = models.CharField(max_length=2000, blank=True)
    is_default = models.BooleanField(_("默认视图"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("常用视图")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "list_name", "name"],
                name="savedview_name",
                violation_error_message=_("已有同名的视图。"),
            ),
            models.UniqueConstraint(
                fields=["user", "list_name"], condition=Q(is_default=True), name="savedview_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def columns(self) -> list[str]:
        return [name for name in QueryDict(self.query).get("cols", "").split(",") if name]
