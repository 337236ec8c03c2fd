"""Real Celery workers for the tests. One process per test run loads the product; each worker is forked from it, since
loading all of it anew takes a worker ten times as long as its work."""

import multiprocessing
import os
import signal
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, connections

from portal.celery import app

_loaded = multiprocessing.get_context("forkserver")
_loaded.set_forkserver_preload(["tests.loaded"])


class Worker:
    """On the test's database, files, broker and jobs, in a session of its own.

    :param pool: ``solo`` works in the one process; otherwise one child does, as in the product.
    :param others: further settings that are other than the product's.
    """

    def __init__(self, redis_url: str = "", *, pool: str = "prefork", **others: Any) -> None:
        database, broker = connection.settings_dict["NAME"], redis_url or settings.REDIS_URL
        others |= {"REDIS_URL": broker, "CELERY_BROKER_URL": broker, "JOBS": settings.JOBS}
        self.process = _loaded.Process(target=_work, args=(database, default_storage.location, pool, others))
        self.process.start()

    @property
    def ended(self) -> bool:
        return self.process.exitcode is not None

    def signal_all(self, number: int) -> None:
        os.killpg(self.process.pid or 0, number)

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it has not come so far as to have a session of its own
            self.signal_all(signal.SIGKILL)
        self.process.kill()
        self._wait(60)

    def finish(self) -> None:
        """Let it end the task at hand and go."""
        self.process.terminate()
        self._wait(120)

    def _wait(self, seconds: float) -> None:
        self.process.join(seconds)
        assert self.ended, f"the worker has not ended after {seconds} s"


def _work(database: str, files: str, pool: str, others: dict[str, Any]) -> None:
    """In the forked process, before it has opened a connection, a cache or a storage."""
    os.setsid()
    connections.databases["default"]["NAME"] = database
    settings.STORAGES["default"]["OPTIONS"]["location"] = files
    settings.CACHES["default"]["LOCATION"] = others["REDIS_URL"]
    for name, value in others.items():
        setattr(settings, name, value)
    arguments = ["worker", "--pool", pool, "--concurrency", "1", "--loglevel", "ERROR"]
    app.worker_main([*arguments, "--without-gossip", "--without-mingle", "--without-heartbeat"])
