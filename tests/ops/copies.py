"""Whole copies of the portal, started as an operator starts them and watched from outside."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

import psutil
import urllib3

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
STARTED = "平台已启动"
PATIENCE = 300  # seconds, for a machine busy with the rest of the tests
# The test run's own database, broker and settings are no business of these copies.
KEPT = ("PATH", "HOME", "USER", "LANG", "TMPDIR", "FONT_DIR")


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PORTAL_DATA": str(data), "PORTAL_SETUP": "skip", "WEB_WORKERS": "1", "JOB_WORKERS": "1", **more}


def command(name: str, *arguments: object, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of ``bin/`` to its end."""
    return subprocess.run(
        [str(ROOT / "bin" / name), *map(str, arguments)],
        env=environment(data, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Copy:
    """One ``bin/run``. Its output is read all the time, so that waiting for a line needs no polling."""

    def __init__(self, data: Path, **more: str) -> None:
        self.data, self.port = data, free_port()
        self.lines: list[str] = []
        self.news = threading.Condition()
        self.ended = False
        self.process = subprocess.Popen(
            [str(ROOT / "bin" / "run")],
            env=environment(data, PORT=str(self.port), **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                with self.news:
                    self.lines.append(line.rstrip())
                    self.news.notify_all()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def wait_for(self, text: str) -> None:
        with self.news:
            self.news.wait_for(lambda: self.ended or self.has(text), timeout=PATIENCE)
            assert self.has(text), "\n".join(self.lines)

    def has(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def health(self) -> int:
        """Status of /health/, asked again for a while as long as it is not well."""
        again = urllib3.Retry(total=8, status_forcelist=[503], backoff_factor=0.25, raise_on_status=False)
        with urllib3.PoolManager() as pool:
            return pool.request("GET", f"http://127.0.0.1:{self.port}/health/", retries=again, timeout=10).status

    def parts(self) -> list[psutil.Process]:
        """Every process that belongs to this copy, also those that the supervisor did not start itself."""
        known = {process.pid: process for process in self._descendants()}
        known |= {process.pid: process for process in psutil.process_iter() if _names(process, str(self.data))}
        known.pop(os.getpid(), None)
        return list(known.values())

    def _descendants(self) -> list[psutil.Process]:
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def part(self, pattern: str) -> psutil.Process:
        """The supervisor's own child whose command line matches."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if re.search(pattern, " ".join(child.cmdline())))

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)


def still_alive(processes: Iterable[psutil.Process], *, seconds: float) -> list[str]:
    """What is left of them after so many seconds; returns at once when all are gone."""
    _gone, left = psutil.wait_procs(list(processes), timeout=seconds)
    return [
        " ".join(process.cmdline())
        for process in left
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


def sockets(copy: Copy) -> list[str]:
    """Unix sockets bound under this copy's folders."""
    return [str(path) for path in copy.data.rglob(".s.PGSQL*")]


def _names(process: psutil.Process, folder: str) -> bool:
    try:
        return process.environ().get("PORTAL_DATA") == folder or folder in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
