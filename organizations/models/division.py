from django.db import models
from django.utils.translation import gettext_lazy as _


class Division(models.Model):  # type: ignore[django-manager-missing]  # the tree's manager is made by from_queryset
    """An administrative division by its GB/T 2260 code, or a functional area (开发区) by a supplementary code."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("省级")
        PREFECTURE = "prefecture", _("地级")
        COUNTY = "county", _("县级")
        FUNCTIONAL = "functional", _("功能区")

    code = models.CharField(_("区划代码"), max_length=6, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("上级区划"))
    level = models.CharField(_("级别"), max_length=12, choices=Level)
    is_gb2260 = models.BooleanField(_("国标代码"), default=True)

    class Meta:
        verbose_name = _("行政区划")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
