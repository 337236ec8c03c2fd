import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SILENT = timedelta(seconds=30)  # three signs of life of a worker: then its page says so; it is given up later


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "JobQuerySet":
        """A job and its result belong to whoever started it."""
        return self.filter(created_by=user)

    def silent(self, before: datetime) -> "JobQuerySet":
        """Running, but without a sign of life since ``before``: the worker died."""
        return self.filter(state=Job.State.RUNNING, alive_at__lt=before)

    def expired(self) -> "JobQuerySet":
        """Finished, with a result kept longer than promised."""
        return self.filter(expires_at__lt=timezone.now()).exclude(result="")


class Job(models.Model):
    """Work done by a worker while a page shows how far it is. The row is the truth, the queue only a nudge."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("进行中")
        READY = "ready", _("已完成")
        FAILED = "failed", _("未完成")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=60)
    title = models.CharField(_("名称"), max_length=200)
    params = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(_("已做"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    message = models.TextField(_("说明"), blank=True)
    result = models.FileField(_("结果"), upload_to="jobs/", blank=True, max_length=200)
    result_name = models.CharField(max_length=200, blank=True)
    result_type = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The attempt that holds the job. A worker believed dead may come back: it no longer knows the present value,
    # so whatever it still writes is refused.
    run = models.UUIDField(null=True, blank=True, editable=False)
    # Last sign of life: when it was sent to the queue (none: the broker was away), later the worker's heartbeat.
    alive_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("结果保留至"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["created_by", "-created_at"], name="job_by"),
            models.Index(fields=["state", "created_at"], name="job_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "ready", "failed"]), name="job_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("core:job_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return {self.State.READY: "ok", self.State.FAILED: "bad"}.get(self.State(self.state), "wait")

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.READY else min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def waits_for_broker(self) -> bool:
        """Written down, but the queue could not be reached yet; ``core.resume_jobs`` sends it once it can."""
        return self.state == self.State.QUEUED and self.alive_at is None and not self.attempts

    @property
    def is_interrupted(self) -> bool:
        """Begun, and nobody is at it now: its worker is silent, or was, and it waits to be begun again."""
        if self.state == self.State.QUEUED:
            return self.attempts > 0
        return (
            self.state == self.State.RUNNING and self.alive_at is not None and self.alive_at < timezone.now() - SILENT
        )
