import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.attachments import Attachment
from core.models.owned import Owned, OwnedQuerySet


def _kept_until() -> datetime:
    return timezone.now() + timedelta(days=settings.UPLOAD_KEEP_DAYS)


class UploadQuerySet(OwnedQuerySet):
    def visible_to(self, user: Any) -> "UploadQuerySet":
        """Only whoever began an upload may go on with it."""
        return self.filter(created_by=user)

    def open(self) -> "UploadQuerySet":
        """Neither put with its record nor refused."""
        return self.filter(finished_at=None)

    def whole(self) -> "UploadQuerySet":
        """Every byte has come, but nobody has asked for the end: the page was closed in that moment."""
        return self.open().filter(received=F("size"))

    def expired(self) -> "UploadQuerySet":
        return self.filter(expires_at__lt=timezone.now())


class Upload(Owned):
    """A file on its way in, piece by piece, over as many connections as it takes (docs/adr/0015).

    The pieces lie in storage one by one, in the order of ``pieces``; the row says how far they reach. Once it has all
    come the file is judged and put with its record, and ``attachment`` or ``problem`` says what became of it, to be
    told again to a page that did not hear the answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.SlugField(_("材料种类"), max_length=40, allow_unicode=True)
    name = models.CharField(_("文件名"), max_length=200)
    size = models.PositiveBigIntegerField(_("大小"))
    received = models.PositiveBigIntegerField(_("已收到"), default=0)
    pieces = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)  # the browser's: the same file picked again goes on where it stopped
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("保留至"), default=_kept_until)
    finished_at = models.DateTimeField(null=True, blank=True)
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    problem = models.TextField(_("没有收下的原因"), blank=True)
    problem_code = models.CharField(max_length=20, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("上传中的文件")
        default_permissions = ()
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["expires_at"], name="upload_expires"),
            models.Index(fields=["touched_at"], name="upload_whole", condition=Q(finished_at=None, received=F("size"))),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["created_by", "content_type", "object_id", "kind", "fingerprint", "size"],
                condition=Q(finished_at=None),
                name="upload_once",
            ),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_not_longer_than_said"),
            models.CheckConstraint(
                condition=Q(finished_at=None, attachment=None, problem="")
                | Q(finished_at__isnull=False, attachment__isnull=False, problem="")
                | (Q(finished_at__isnull=False, attachment=None) & ~Q(problem="")),
                name="upload_ends_one_way",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("core:upload_piece", args=[self.pk])

    @property
    def is_whole(self) -> bool:
        return self.received == self.size
