"""The certificate's job, stopped in the middle so that a test can kill the worker there."""

from typing import Any

import redis
from django.conf import settings
from django.db import transaction

from core.models import Job
from teams.filings.certificates import issue_certificate


def held_certificate(job: Job, progress: Any) -> None:
    """Prints, then waits before it commits: the test decides what happens to the worker meanwhile."""
    broker = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=None)
    with transaction.atomic():
        issue_certificate(job, progress)
        broker.rpush(f"begun-{job.pk}", job.attempts)
        broker.blpop(f"go-{job.attempts}-{job.pk}", timeout=60)
