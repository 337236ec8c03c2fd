import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.models.owned import Owned, OwnedQuerySet


class VerifiableDocumentQuerySet(OwnedQuerySet):
    def valid(self) -> "VerifiableDocumentQuerySet":
        return self.filter(state=VerifiableDocument.State.VALID)


@tracked()
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
    file = models.FileField(_("文件"), upload_to="documents/", max_length=200)
    content_digest = models.CharField(max_length=64)  # of what was printed: the same again gives this same paper
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("出具人")
    )
    issued_at = models.DateTimeField(_("出具时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("停用人")
    )
    end_reason = models.CharField(_("失效原因"), max_length=200, blank=True)

    objects = VerifiableDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("可核验文件")
        ordering = ["-issued_at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="verifiable_of"),
            models.Index(fields=["number", "issued_on"], name="verifiable_number"),
            models.Index(fields=["file"], name="verifiable_file"),  # the sweep for files without a row asks by it
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["valid", "replaced", "revoked"]), name="verifiable_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="valid", ended_at=None)
                | (~Q(state="valid") & Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="verifiable_ended_with_reason",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "number", "title"],
                condition=Q(state="valid"),
                name="verifiable_one_valid",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            # an issued paper does not change: it can only end, and what ended does not come back
            pgtrigger.ReadOnly(name="frozen", exclude=["state", "ended_at", "ended_by", "end_reason"]),
            pgtrigger.FSM(name="ends_once", field="state", transitions=[("valid", "replaced"), ("valid", "revoked")]),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("verify", args=[self.code])

    @property
    def printed_code(self) -> str:
        """The code in groups of four, as it is printed and typed."""
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))

    @property
    def file_name(self) -> str:
        return f"{self.title} {self.number}.pdf"
