import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.models import AdjustableNumber
from organizations.models import User
from people.models.person import Person


@tracked()
class PeopleSetting(AdjustableNumber):
    class Meta:
        verbose_name = _("人员管理参数")
        default_permissions = ()
        ordering = ["key"]


class Merge(models.Model):
    """That two records of one human being were made one, and everything needed to take that back.

    :ivar chosen: fields taken from the record that ceased.
    :ivar before_cipher: encrypted JSON of the kept record's own values of these fields.
    :ivar moved: model label → keys of the rows that now hang on the kept record; ``ended``: memberships that ceased.
    """

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges", verbose_name=_("保留"))
    ceased = models.ForeignKey(Person, models.PROTECT, related_name="ceased_by", verbose_name=_("并入的"))
    chosen = models.JSONField(default=list)
    before_cipher = models.TextField(editable=False)
    moved = models.JSONField(default=dict)
    reason = models.CharField(_("依据"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("办理时间"), auto_now_add=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤销人")
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("合并")
        default_permissions = ()
        ordering = ["-at", "-pk"]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.ceased_id} → {self.kept_id}"
