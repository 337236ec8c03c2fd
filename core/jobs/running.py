"""Runs one job in a worker, and puts back those whose worker died.

One attempt holds a job at a time: it claims the row by a conditional update and writes its token (``run``) into it.
Every later write is conditional on that token, so an attempt given up for dead cannot finish what
a later one has taken over.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core import storage
from core.history import acting_as
from core.jobs.heartbeat import Heartbeat
from core.jobs.results import JobLost, JobResult
from core.jobs.starting import send
from core.language import in_chinese
from core.models import Job
from core.notices import notify

logger = logging.getLogger(__name__)
ATTEMPTS = 3
NUDGE_AGAIN = timedelta(minutes=10)  # a queue that lost its memory is told again
STORAGE_BACK = timedelta(days=1)  # by then the files can be reached again, or something else is wrong


@in_chinese()  # a worker knows no reader; where a test runs jobs at once, it must not borrow one
def run(job_id: UUID) -> None:
    """Run the job unless somebody else does or did. Safe to call any number of times."""
    job = _claim(job_id)
    if job is None:
        return
    assert job.run is not None
    function = import_string(settings.JOBS[job.kind])
    try:
        with Heartbeat(job.pk, job.run) as progress, acting_as(job.created_by, source=job.get_absolute_url()):
            result = function(job, progress)
        _finish(job, result, progress.values)
    except JobLost:
        logger.warning("job taken over by another worker", extra={"job": str(job.pk)})
    except (OperationalError, InterfaceError):
        # The database went away: nothing can be written now. The lease runs out and the job is put back.
        logger.exception("job interrupted by the database", extra={"job": str(job.pk)})
    except ValidationError as error:
        _fail(job, _("；").join(error.messages))
    except PermissionDenied as error:  # a right that ended while the job waited
        _fail(job, str(error) or _("您现在没有做这件事的权限。"))
    except Exception as error:
        if storage.is_away(error) and timezone.now() - job.created_at < STORAGE_BACK:
            logger.exception("job interrupted by the storage", extra={"job": str(job.pk)})
            _wait_for_storage(job)
            return
        logger.exception("job failed", extra={"job": str(job.pk), "kind": job.kind})
        _fail(
            job,
            _("处理时出了错，没有生成结果。请重新发起；仍不行，请把任务编号 %(id)s 告诉系统管理员。")
            % {"id": job.pk.hex[:8]},
        )


def _claim(job_id: UUID) -> Job | None:
    now, token = timezone.now(), uuid4()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, run=token, started_at=now, alive_at=now, attempts=F("attempts") + 1, done=0, message=""
    )
    return Job.objects.select_related("created_by__organization").get(pk=job_id) if claimed else None


def _wait_for_storage(job: Job) -> None:
    """Put it back without counting the attempt: an outage of hours must not lose what was accepted, such as the paper
    of an approved request. ``resume`` sends it again every ``NUDGE_AGAIN``."""
    Job.objects.filter(pk=job.pk, run=job.run, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED,
        run=None,
        alive_at=timezone.now(),
        attempts=F("attempts") - 1,
        message=_("文件存储暂时连不上，任务已经记下，恢复后自动接着做。"),
    )


def _finish(job: Job, result: JobResult | None, values: dict[str, Any]) -> None:
    """Store the file, then mark the job ready; if it is ours no more, take the file away again."""
    fields = {"done": values.get("total", 0), "total": values.get("total", 0), "message": values.get("message", "")}
    if result is not None:
        with result.content as content:
            content.seek(0)
            fields["result"] = default_storage.save(f"jobs/{job.pk}/{job.run}", File(content))
        fields |= {
            "result_name": result.name[:200],
            "result_type": result.media_type,
            "expires_at": timezone.now() + timedelta(days=settings.JOB_RESULT_DAYS),
        }
    if not _close(job, Job.State.READY, **fields):
        if "result" in fields:
            default_storage.delete(fields["result"])
        raise JobLost
    _remove_leftovers(job, fields.get("result", ""))


def _fail(job: Job, message: str) -> None:
    _close(job, Job.State.FAILED, message=message)


def _close(job: Job, state: str, **fields: object) -> bool:
    """The one write that ends a job, together with the notice about it; False when the job is no longer ours."""
    held = Job.objects.filter(pk=job.pk, run=job.run, state=Job.State.RUNNING)
    with transaction.atomic():
        if not held.update(state=state, run=None, finished_at=timezone.now(), **fields):
            return False
        words = _("已完成：%(title)s") if state == Job.State.READY else _("未完成：%(title)s")
        notify(
            [job.created_by],
            kind="job",
            title=words % {"title": job.title},
            body=str(fields.get("message", "")),
            url=job.get_absolute_url(),
            once=f"job-{job.pk}",
        )
    return True


def _remove_leftovers(job: Job, kept: str) -> None:
    """Files that attempts killed between storing and marking left behind."""
    folder = f"jobs/{job.pk}"
    if job.attempts == 1:
        return
    with suppress(FileNotFoundError):  # not asked with exists(): an object storage has no folders
        for name in default_storage.listdir(folder)[1]:
            if f"{folder}/{name}" != kept:
                default_storage.delete(f"{folder}/{name}")


def resume() -> int:
    """Put back jobs whose worker died, close those that died three times, send what waits; returns how many it sent."""
    now = timezone.now()
    for job in Job.objects.silent(now - timedelta(seconds=settings.JOB_LEASE_SECONDS)).select_related("created_by"):
        if job.attempts >= ATTEMPTS:
            _fail(
                job,
                _("处理中断了 %(times)s 次，已停止，没有生成结果。请稍后重新发起；仍不行，请联系系统管理员。")
                % {"times": ATTEMPTS},
            )
        else:
            held = Job.objects.filter(pk=job.pk, run=job.run, state=Job.State.RUNNING, alive_at=job.alive_at)
            held.update(state=Job.State.QUEUED, run=None, alive_at=None)
    waiting = Job.objects.filter(Q(alive_at=None) | Q(alive_at__lt=now - NUDGE_AGAIN), state=Job.State.QUEUED)
    sent = 0
    for job_id in waiting.order_by("created_at").values_list("pk", flat=True):
        if not send(job_id):
            break  # the broker is away: each further try would only wait for its time-out
        sent += 1
    return sent


def remove_expired() -> int:
    """Delete results kept as long as promised; the rows stay, saying so."""
    removed = 0
    for job in Job.objects.expired():
        job.result.delete(save=False)
        Job.objects.filter(pk=job.pk).update(result="", message=_("结果已过保留期，请重新生成。"))
        removed += 1
    return removed
