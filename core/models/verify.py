from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
import pgtrigger

from core.models.owned import Owned, OwnedQuerySet


class VerifiableDocument(Owned):
    """A paper the portal issued. Its public page confirms what is printed on it, and nothing personal."""

    class State(models.TextChoices):
        VALID = "valid", _("有效")
        REPLACED = "replaced", _("已被新版本取代")
        REVOKED = "revoked", _("已撤销")

    code = models.CharField(_("核验码"), max_length=24, unique=True)  # random: numbers must not be walkable
    number = models.CharField(_("编号"), max_length=60)
    title = models.CharField(_("文件"), max_length=100)
    issuer = models.CharField(_("出具单位"), max_length=100)
    subject = models.CharField(_("事项"), max_length=200)
    issued_on = models.DateField(_("出具日期"))
    sha256 = models.CharField(_("文件校验值"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.VALID)
    file = models.FileField(upload_to="documents/", max_length=200)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="verifiable_of")]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            # an issued paper does not change: only its state may
            pgtrigger.ReadOnly(name="frozen", exclude=["state"]),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("verify", args=[self.code])
