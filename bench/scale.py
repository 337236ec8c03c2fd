"""One scale in a process of its own: seeds its database, serves the product, measures the page it is told to."""

import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.request import urlopen

import django
import psutil
import psycopg
from django.core.management import call_command


def _postmaster_pid() -> int:
    with psycopg.connect(os.environ["DATABASE_URL"]) as link:
        row = link.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return psutil.Process(row[0]).ppid()


@contextmanager
def _server(scale: int) -> Iterator[tuple[int, int]]:
    """The product's own web server, one process, on a free port; yields (port, pid). What it logs goes into a file, as
    writing it to a terminal would be measured with the pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--no-access-log", "--log-level", "warning", "portal.wsgi:application",
    ]  # fmt: skip
    log = Path(os.environ.get("PORTAL_DATA", gettempdir())) / f"bench-web-{scale}.log"
    with log.open("wb") as file:
        web = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
                break
            except OSError:  # not there yet, or busy with its start
                time.sleep(0.1)
        yield port, web.pid
    finally:
        web.terminate()
        web.wait(10)


def prepare() -> None:
    """The database before it is seeded: tables, reference data, the demo cast."""
    django.setup()
    from portal.demo import make_cast  # reads models, which are there from now on

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_reference")
    make_cast("Yanshi-0000-bench")


def run(scale: int, requests: int, pipe: Connection, is_filled: bool, is_kept: bool) -> None:
    """A process of its own, because Django's settings hold one database. Does each next thing when told to.

    :param requests: per turn; told a page's number, it takes one turn.
    :param is_filled: the database was kept from an earlier run.
    :param is_kept: it is to be kept for the next: only what changes nothing is measured.
    """
    django.setup()
    from bench.approving import measure_approvals  # as below
    from bench.export import measure_export  # reads models, which are there from now on
    from bench.importing import measure_import  # as above
    from bench.marks import measure_marks  # as above
    from bench.measure import Result  # as above
    from bench.pages import pages  # as above
    from bench.report import save  # as above
    from bench.reports import measure_reports  # as above
    from bench.seed import seed  # as above
    from bench.settle import settle  # as above
    from bench.snapshotting import SCALE, measure_snapshots  # as above
    from bench.warming import warm  # as above

    seeded = None
    if is_filled:
        call_command("migrate", verbosity=0)
    else:
        begun = time.perf_counter()
        seed(scale)
        seeded = time.perf_counter() - begun
        print(f"×{scale}: seeded in {seeded:.0f} s", flush=True)
    asked = pages()
    pipe.send(len(asked))
    pipe.recv()
    settle()
    recounts = warm(asked)
    with _server(scale) as (port, pid):
        pipe.send("settled")
        database = _postmaster_pid()
        results: list[Result] = []
        for number in iter(pipe.recv, None):
            if number == len(results):
                print(f"×{scale} {asked[number].name} …", flush=True)
                results.append(Result(asked[number], port=port, web_pid=pid, database_pid=database))
            results[number].turn(requests)
            save(scale, seeded, results, recounts, {})  # the hour of measuring is not lost with what comes after
            pipe.send("measured")
        for done in results:
            times = f"{done.one.median:.1f} ms, {done.eight.median:.1f} ms"
            print(f"×{scale} {done.page.name}: {done.queries} queries, {times}", flush=True)
        parts: dict[str, Callable[[], Any]] = {"export": lambda: measure_export(port, pid)}
        if not is_kept:  # from here on it changes what was measured
            parts |= {"approval": lambda: measure_approvals(port), "marks": lambda: measure_marks(port)}
            if scale == SCALE:
                parts["snapshots"] = measure_snapshots
            if scale == 1:  # what these cost does not depend on what there is
                parts |= {"imports": measure_import, "reports": measure_reports}
        more: dict[str, Any] = {}
        for name, measure in parts.items():
            more[name] = _measured(f"×{scale} {name}", measure)
            save(scale, seeded, results, recounts, more)


def _measured(name: str, measure: Callable[[], Any]) -> Any:
    """None when it failed: told at once and in the report, and the hour of measuring before it is not lost."""
    print(f"{name} …", flush=True)
    try:
        found = measure()
    except (Exception, SystemExit) as error:
        traceback.print_exception(error)
        return None
    print(f"{name}: {found}", flush=True)
    return found
