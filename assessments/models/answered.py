"""What gradings, annual assessments and members' assessments keep alike of one indicator."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.standard import Indicator
from assessments.scoring import Answer


class Answered(models.Model):
    """An answer to an indicator. Whose it is, and in what, the model says that adds it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("指标"))
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2, null=True, blank=True)
    points = models.DecimalField(
        _("得分"), max_digits=6, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )  # fmt: skip
    not_applicable = models.BooleanField(_("不适用"), default=False)

    class Meta:
        abstract = True

    @property
    def answer(self) -> Answer:
        """For scoring; ``UNANSWERED`` where the row holds nothing but words."""
        return Answer(self.value, self.points, self.not_applicable)
