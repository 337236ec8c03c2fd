"""Job functions for the tests of the job runner itself."""

from io import BytesIO
from typing import Any

import redis
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError

from core.jobs import JobResult
from core.models import Job


def steps(job: Job, progress: Any) -> JobResult:
    for number in range(1, 4):
        progress(number, 3, f"第 {number} 步")
    return JobResult("结果.txt", "text/plain", BytesIO(b"made"))


def nothing(job: Job, progress: Any) -> None:
    progress(1, 1)


def refused(job: Job, progress: Any) -> None:
    raise ValidationError("这个月的数据还没有报齐。")


def forbidden(job: Job, progress: Any) -> None:
    raise PermissionDenied("您的任职已终止。")


def broken(job: Job, progress: Any) -> None:
    raise ZeroDivisionError("secret detail")


def held(job: Job, progress: Any) -> JobResult:
    """Says that it has begun, and waits to be let go: the test decides what happens to the worker meanwhile."""
    broker = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=None)
    progress(1, 2, "一半")
    broker.rpush(f"begun-{job.pk}", job.attempts)
    broker.blpop(f"go-{job.attempts}-{job.pk}", timeout=60)
    return JobResult("结果.txt", "text/plain", BytesIO(f"attempt {job.attempts}".encode()))
