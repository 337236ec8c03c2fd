from django.db import models
from django.utils.translation import gettext_lazy as _


class AdjustableNumber(models.Model):
    """A number the region sets, with where it comes from; ``core.adjustable`` names the keys and what is shipped."""

    key = models.SlugField(_("代号"), max_length=30, primary_key=True)
    value = models.PositiveSmallIntegerField(_("数值"))
    source = models.CharField(_("依据"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key} {self.value}"
