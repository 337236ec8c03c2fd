"""Tells the database that a worker still lives, and how far it is."""

import logging
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any
from uuid import UUID

from django.db import Error, connection, models
from django.utils import timezone

from core.jobs.results import JobLost
from core.models import Job

logger = logging.getLogger(__name__)
BEAT = 10.0  # seconds between signs of life; the lease (JOB_LEASE_SECONDS) is several of these
SHOW = 1.0  # seconds between two updates of the progress bar


class Heartbeat:
    """Called as ``progress(done, total, message)`` by the job; writes from a thread with a connection of its own.

    So a job may report from inside its transaction (nobody would see it, and the row would stay locked, on the job's
    own connection), and a job busy in one long call (a large PDF) still counts as alive.

    A model of another subject that is worked on the same way subclasses it, naming its ``model`` and the ``field`` that
    holds the attempt.
    """

    model: type[models.Model] = Job
    field = "run"

    def __init__(self, job_id: Any, run: UUID) -> None:
        self._rows = self.model._default_manager.filter(pk=job_id)
        self._run = run
        self.values: dict[str, Any] = {}
        self._stop, self._lost = Event(), Event()
        self._thread = Thread(target=self._beat, name=f"job-{job_id}", daemon=True)

    def __call__(self, done: int, total: int, message: str = "") -> None:
        if self._lost.is_set():
            raise JobLost
        self.values = {"done": done, "total": total, "message": message}

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        written, last = self.values, monotonic()
        while not self._stop.wait(SHOW):
            values = self.values
            if values is not written or monotonic() - last >= BEAT:
                written, last = values, monotonic()
                self._write(values)
        connection.close()

    def _write(self, values: dict[str, Any]) -> None:
        try:
            held = self._rows.filter(**{self.field: self._run}, state=Job.State.RUNNING)
            if not held.update(**values, alive_at=timezone.now()) and self._rows.exists():
                self._lost.set()
        except Error:
            logger.warning("heartbeat not written, the database is away")
            connection.close()
