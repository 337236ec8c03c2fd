"""``python -m bench --scales 1 10 100``: seed and serve each scale, measure page by page, write docs/performance.md.

Needs ``DATABASE_URL`` of a superuser on a server of its own and ``REDIS_URL``; ``bin/bench`` starts both.
"""

import argparse
import os
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import django
import psycopg

from bench.scale import prepare, run

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
SERVER_URL = os.environ["DATABASE_URL"]
REDIS_URL = os.environ["REDIS_URL"].rpartition("/")[0]
TURNS, FEWEST = 5, 4  # in which a page is measured; requests in each of them
EMPTY = "bench_empty"
CONTEXT = get_context("spawn")  # each process reads the settings itself


def _database_url(name: str) -> str:
    head, _, query = SERVER_URL.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _create(name: str, template: str) -> None:
    with psycopg.connect(SERVER_URL, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(
            f"CREATE DATABASE {name} ENCODING UTF8 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
            f"LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE {template}"
        )


def _exists(name: str) -> bool:
    with psycopg.connect(SERVER_URL, autocommit=True) as link:
        return bool(link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _drop(name: str) -> None:
    with psycopg.connect(SERVER_URL, autocommit=True) as link:
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _prepare() -> None:
    """What every scale begins with, made once and copied: migrating takes as long as seeding ×1."""
    _create(EMPTY, "template0")
    os.environ["DATABASE_URL"] = _database_url(EMPTY)
    process = CONTEXT.Process(target=prepare)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("the empty database could not be made")


def _start(number: int, scale: int, requests: int, *, keep: bool) -> tuple[SpawnProcess, Connection]:
    name = f"bench_{scale}"
    is_filled = keep and _exists(name)
    if not is_filled:
        _create(name, EMPTY)
    os.environ["DATABASE_URL"] = _database_url(name)
    os.environ["REDIS_URL"] = f"{REDIS_URL}/{number}"  # a cache of its own
    own, given = CONTEXT.Pipe()
    process = CONTEXT.Process(target=run, args=(scale, requests, given, is_filled, keep))
    process.start()
    given.close()  # so that the end of the process ends the wait for its answer
    return process, own


def _run(scales: list[int], rounds: int, *, keep: bool) -> None:
    """Seeds all scales, or brings up to date what was kept, then measures each page at every scale in turns before the
    next page.

    Minutes apart, one and the same page differs by a half on a machine that does anything else; seconds apart it is the
    data that make the difference.
    """
    turns = max(min(TURNS, rounds // FEWEST), 1)
    _prepare()
    with ExitStack() as pipes:  # closed when one scale fails: the others then end as well
        requests = max(rounds // turns, FEWEST)
        running = [_start(number, scale, requests, keep=keep) for number, scale in enumerate(scales)]
        for _process, pipe in running:
            pipes.enter_context(pipe)
        count = max(pipe.recv() for _process, pipe in running)
        pages = [number for number in range(count) for _ in range(turns)]
        for step in ("settle", *pages, None):
            for process, pipe in running:
                pipe.send(step)
                if step is None:
                    process.join()
                else:
                    pipe.recv()
    if any(process.exitcode for process, _pipe in running):
        raise SystemExit("a scale did not end well")
    for name in (EMPTY, *(f"bench_{scale}" for scale in scales if not keep)):
        _drop(name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--rounds", type=int, default=30, help="requests per page and measurement")
    parser.add_argument(
        "--keep", metavar="FOLDER", help="leave the databases there, or measure those that are there; pages only"
    )
    options = parser.parse_args()
    _run(options.scales, options.rounds, keep=bool(options.keep))
    django.setup()
    from bench.report import write  # reads models, which are there from now on

    write(options.scales, Path("docs/performance.md"))


if __name__ == "__main__":
    main()
