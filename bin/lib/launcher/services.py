"""Database and broker for one data folder: who started them, and how others find them.

``run/lock`` is held by whoever runs the embedded services. ``run/services.json`` (private) then holds their
addresses. ``run/users`` is held, shared, by commands that borrow them, so that a ``bin/manage`` which started
them for itself waits for its guests before it ends them.
"""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher import postgres, unchanged, valkey
from launcher.config import ROOT, Config, make_folders
from launcher.console import Failure, say
from launcher.supervisor import Supervisor

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_SECONDS = 120  # recovery after a power cut included


@dataclass(frozen=True)
class Addresses:
    database_url: str
    redis_url: str
    embedded_database: bool = False

    def environment(self) -> dict[str, str]:
        found = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return found | ({"PORTAL_EMBEDDED": "1"} if self.embedded_database else {})


@dataclass(frozen=True)
class Borrowed:
    addresses: Addresses
    supervisor: Supervisor | None = None  # when the services were started for this command

    @property
    def own(self) -> bool:
        return self.supervisor is not None

    def run(self, command: list[str], environment: dict[str, str], **options: Any) -> int:
        """Runs a command with this terminal. Ctrl-C is the command's to answer; the services end after it."""
        kept = {number: signal.signal(number, signal.SIG_IGN) for number in PASSED_ON}
        try:
            process = subprocess.Popen(command, env=environment, cwd=ROOT, preexec_fn=_default_signals, **options)
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            while process.poll() is None:
                if self.supervisor:
                    self.supervisor.pump(1)  # a full pipe would stop the database; a child's end wakes this at once
                else:
                    process.wait()
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
        return 128 - process.returncode if process.returncode < 0 else process.returncode


def _default_signals() -> None:
    for number in PASSED_ON:
        signal.signal(number, signal.SIG_DFL)


class Lock:
    """An advisory lock on a file, given up when the process ends however it ends."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, kind: int = fcntl.LOCK_EX, *, wait: bool = False) -> bool:
        try:
            fcntl.flock(self.descriptor, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def note(self, text: str) -> None:
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def noted(self) -> str:
        return os.pread(self.descriptor, 100, 0).decode()

    def release(self) -> None:
        os.close(self.descriptor)


def start(config: Config, supervisor: Supervisor, *, durable: bool = True) -> Addresses:
    """Starts what is not given by DATABASE_URL and REDIS_URL, and publishes the addresses.

    The caller holds ``run/lock``."""
    database_url, redis_url = config.database_url, config.redis_url
    if not database_url:
        server = postgres.service(config, durable=durable)
        if config.sockets.parent != config.run:
            supervisor.remove_folder_when_killed(config.sockets)
        supervisor.start_and_wait(server, START_SECONDS)
        postgres.create_database(config)
        database_url = postgres.url(config)
    if not redis_url:
        supervisor.start_and_wait(valkey.service(config, durable=durable), START_SECONDS)
        redis_url = valkey.url(config)
    addresses = Addresses(database_url, redis_url, embedded_database=not config.database_url)
    _publish(config, addresses)
    return addresses


def stop(config: Config, supervisor: Supervisor) -> None:
    with suppress(OSError):
        (config.run / "services.json").unlink()
    supervisor.stop_all()
    if config.sockets.parent != config.run:
        with suppress(OSError):
            config.sockets.rmdir()


def hold(config: Config) -> Lock:
    """The lock of whoever runs this data folder's services; Failure when somebody does already."""
    lock = Lock(config.run / "lock")
    if not lock.take():
        raise Failure(
            f"数据文件夹 {config.data} 正在被使用（进程 {lock.noted()}）。要再开一份，请另设 PORT 和 PORTAL_DATA。",
            f"{config.data} is in use (process {lock.noted()}). For a second copy set another PORT and PORTAL_DATA.",
        )
    _claim(config, lock)
    return lock


@contextmanager
def borrowed(config: Config) -> Iterator["Borrowed"]:
    """The services for one command: the given ones, the running ones, or ones started for it."""
    if config.database_url and config.redis_url:
        yield Borrowed(Addresses(config.database_url, config.redis_url))
        return
    make_folders(config)
    unchanged.forget(config)  # the command may change anything
    users, lock = Lock(config.run / "users"), Lock(config.run / "lock")
    users.take(fcntl.LOCK_SH, wait=True)
    if not lock.take():
        try:
            yield Borrowed(_published(config, lock))
        finally:
            users.release()
        return
    _claim(config, lock)
    supervisor = Supervisor(logs=config.logs_folder, quiet=True)
    try:
        yield Borrowed(start(config, supervisor), supervisor)
    finally:
        if not users.take(fcntl.LOCK_EX):
            say("等待借用本数据库的其他命令结束…")
            users.take(fcntl.LOCK_EX, wait=True)
        stop(config, supervisor)
        lock.release()  # before the users' lock: a command waiting for that one has to find this one free
        users.release()


def _claim(config: Config, lock: Lock) -> None:
    lock.note(str(os.getpid()))
    with suppress(OSError):  # left by one that was killed
        (config.run / "services.json").unlink()


def _publish(config: Config, addresses: Addresses) -> None:
    path = config.run / "services.json"
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(addresses.__dict__, file)
    fresh.replace(path)


def _published(config: Config, lock: Lock) -> Addresses:
    """Waits until whoever holds the lock has published: it may be starting, or recovering the database."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError, ValueError, TypeError):
            return Addresses(**json.loads((config.run / "services.json").read_text()))
        time.sleep(0.1)
    raise Failure(
        f"进程 {lock.noted()} 占用着 {config.data}，但没有给出数据库地址。",
        f"Process {lock.noted()} holds {config.data} but gave no address.",
    )
