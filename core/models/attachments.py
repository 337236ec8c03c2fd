import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.models.owned import Owned, OwnedQuerySet


class AttachmentQuerySet(OwnedQuerySet):
    def current(self) -> "AttachmentQuerySet":
        """Neither withdrawn nor replaced by a newer version."""
        return self.filter(ended_at=None)


def _path(attachment: "Attachment", filename: str) -> str:
    # The stored name is ours: what a person called the file is data, never a path.
    return f"attachments/{attachment.id.hex[:2]}/{attachment.id}"


@tracked()
class Attachment(Owned):
    """A file handed in with a record. A new version is a new row; the old one is ended, never removed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.SlugField(_("材料种类"), max_length=40, allow_unicode=True)
    file = models.FileField(_("文件"), upload_to=_path, max_length=200)
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("更换的版本")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("停用人")
    )
    end_reason = models.CharField(_("停用原因"), max_length=200, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("材料")
        ordering = ["kind", "uploaded_at"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["content_type", "object_id", "kind"], name="attachment_of"),
            models.Index(fields=["file"], name="attachment_file"),  # the sweep for files without a row asks by it
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "kind", "sha256"],
                condition=Q(ended_at=None),
                name="attachment_once",
                violation_error_message=_("内容相同的文件已经在了。"),
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | ~Q(end_reason=""), name="attachment_ended_with_reason"),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            # what was handed in does not change: it can only be ended
            pgtrigger.ReadOnly(name="frozen", exclude=["ended_at", "ended_by", "end_reason"]),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("core:attachment_download", args=[self.pk])

    @property
    def is_current(self) -> bool:
        return self.ended_at is None
