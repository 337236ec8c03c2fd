"""Puts jobs into the queue."""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import queue
from core.models import Job


def start(kind: str, *, by: Any, title: str, **params: Any) -> Job:
    """Write the job down in the caller's transaction; once that has committed, nudge a worker.

    When the broker is away nothing is lost: the row stays queued, the page says so, and ``core.resume_jobs`` sends it.

    :param params: JSON-able; ids rather than objects.
    """
    if kind not in settings.JOBS:
        raise ValueError(f"no function for jobs of kind {kind!r} in settings.JOBS")
    job = Job.objects.create(kind=kind, created_by=by, title=title[:200], params=params)
    transaction.on_commit(partial(send, job.pk))
    return job


def send(job_id: UUID) -> bool:
    """Nudge a worker; whether the broker took it. Sending twice does no harm: a worker claims the row first."""
    taken = queue.send("core.run_job", job_id=str(job_id))
    if taken:
        Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(alive_at=timezone.now())
    return taken
