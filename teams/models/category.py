from django.db import models
from django.utils.translation import gettext_lazy as _

from core.history import tracked


class CategoryQuerySet(models.QuerySet):
    def in_use(self) -> "CategoryQuerySet":
        return self.filter(ended_on=None)


@tracked()
class Category(models.Model):
    """专业类别: a table the region keeps. Nine are graded by standards of 总会, others are not."""

    key = models.SlugField(_("代号"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=20, unique=True)
    is_graded = models.BooleanField(_("分级测评"), default=False)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("专业类别")
        default_permissions = ()
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name
