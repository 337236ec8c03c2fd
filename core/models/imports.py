import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=7)


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ImportQuerySet":
        """An upload and what it holds belong to whoever brought it."""
        return self.filter(created_by=user)

    def abandoned(self) -> "ImportQuerySet":
        """Uploaded and never confirmed."""
        return self.exclude(state=Import.State.DONE).filter(created_at__lt=timezone.now() - KEPT)


class Import(models.Model):
    """One spreadsheet on its way in: uploaded, checked, confirmed. Nothing is taken over before ``DONE``.

    The same rows (``sha256`` is of what they say, not of the file) are taken in once per ``kind``, the database sees to
    that, until the import is undone. What a person mended in the preview is kept beside the file (``corrections``,
    core.imports.corrections). When it is done the file, the corrections and the report, which hold people's data, are
    removed; counts, hash and the keys of what was made stay. What nobody confirms within days is removed whole.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("核对中")
        CHECKED = "checked", _("待确认")
        DONE = "done", _("已导入")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=120)
    name = models.CharField(_("文件名"), max_length=200)
    file = models.FileField(upload_to="imports/", max_length=200, blank=True)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.CHECKING)
    report = models.JSONField(default=dict)  # what the preview shows; of an undone import, what was left and why
    corrections = models.JSONField(default=dict)
    made = models.JSONField(default=list)  # keys of the new records, where the import can be undone
    created = models.PositiveIntegerField(_("新增"), default=0)
    updated = models.PositiveIntegerField(_("更新"), default=0)
    unchanged = models.PositiveIntegerField(_("没有变化"), default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["created_by", "-created_at"], name="import_by")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["checking", "checked", "done"]), name="import_state_known"),
            models.UniqueConstraint(
                fields=["kind", "sha256"], condition=Q(state="done", undone_at=None), name="import_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportPage(models.Model):
    """Some rows of the preview of a long import, as they were judged; rows that need somebody come first.

    Sealed (``core.encryption``), because they hold what the file holds. Removed with the upload.
    """

    item = models.ForeignKey(Import, models.CASCADE, related_name="pages")
    rank = (
        models.PositiveSmallIntegerField()
    )  # of their kind: what is wrong, doubtful, changed, new, unchanged, left out
    number = models.PositiveIntegerField()
    rows = models.PositiveSmallIntegerField()
    sealed = models.TextField()

    class Meta:
        verbose_name = _("核对结果")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "rank", "number"], name="importpage_place")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.rank}.{self.number}"


class ImportHeading(models.Model):
    """What a column heading means in the files of one place, as somebody there has once said.

    :ivar place: whose files these are, as the import's view names it. :ivar field: empty: the column is not read.
    """

    kind = models.CharField(max_length=60)
    place = models.CharField(max_length=60)
    heading = models.CharField(max_length=100)
    field = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("列名的对应")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "place", "heading"], name="importheading_once")]

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"
