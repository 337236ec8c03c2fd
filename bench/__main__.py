"""``python -m bench --scales 1 10 100``: seed, serve, measure each scale, then write docs/performance.md.

Needs ``DATABASE_URL`` of a superuser on a server of its own and ``REDIS_URL``; ``bin/bench`` starts both.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import django
import psutil
import psycopg
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
SERVER_URL = os.environ["DATABASE_URL"]


def _database_url(scale: int) -> str:
    head, _, query = SERVER_URL.partition("?")
    return f"{head.rsplit('/', 1)[0]}/bench_{scale}" + (f"?{query}" if query else "")


def _create(scale: int) -> None:
    with psycopg.connect(SERVER_URL, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS bench_{scale} WITH (FORCE)")
        link.execute(
            f"CREATE DATABASE bench_{scale} ENCODING UTF8 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
            "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template0"
        )


def _drop(scale: int) -> None:
    with psycopg.connect(SERVER_URL, autocommit=True) as link:
        link.execute(f"DROP DATABASE bench_{scale} WITH (FORCE)")


def _postmaster_pid() -> int:
    with psycopg.connect(SERVER_URL) as link:
        row = link.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return psutil.Process(row[0]).ppid()


@contextmanager
def _server():
    """The product's own web server, one process, on a free port; yields (port, pid)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    web = subprocess.Popen([*command, "--no-access-log", "--log-level", "warning", "portal.wsgi:application"])  # noqa: S603
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
                break
            except (URLError, ConnectionError):
                time.sleep(0.1)
        yield port, web.pid
    finally:
        web.terminate()
        web.wait(10)


def _scale(scale: int, rounds: int) -> None:
    """Runs in a process of its own, because Django's settings hold one database."""
    django.setup()
    from bench.approving import measure_approvals  # as below
    from bench.export import measure_export  # reads models, which are there from now on
    from bench.measure import measure  # as above
    from bench.pages import pages  # as above
    from bench.report import save  # as above
    from bench.seed import seed  # as above
    from portal.demo import make_cast  # as above

    begun = time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_reference")
    make_cast("Yanshi-0000-bench")
    seed(scale)
    seeded = time.perf_counter() - begun
    print(f"×{scale}: seeded in {seeded:.0f} s", flush=True)
    with _server() as (port, pid):
        database = _postmaster_pid()
        results = []
        for page in pages():
            results.append(measure(page, port=port, web_pid=pid, database_pid=database, rounds=rounds))
            last = results[-1]
            print(
                f"×{scale} {page.name}: {last.queries} queries, {last.one.median:.1f} ms, {last.eight.median:.1f} ms",
                flush=True,
            )
        export = measure_export(port, pid)
        approval = measure_approvals(port)  # last: it changes what was measured
        print(f"×{scale}: approved {approval.filed} of {approval.asked} in {approval.seconds:.1f} s", flush=True)
    save(scale, seeded, results, export, approval)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--rounds", type=int, default=100, help="requests per page and measurement")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _scale(options.one, options.rounds)
        return
    for scale in options.scales:
        _create(scale)
        environment = os.environ | {"DATABASE_URL": _database_url(scale)}
        command = [sys.executable, "-m", "bench", "--one", str(scale), "--rounds", str(options.rounds)]
        subprocess.run(command, env=environment, check=True)  # noqa: S603
        _drop(scale)
    django.setup()
    from bench.report import write  # reads models, which are there from now on

    write(options.scales, Path("docs/performance.md"))


if __name__ == "__main__":
    main()
