"""Runs several children in one loop: shows their output, restarts what dies, ends them in order.

A child that dies is restarted, with a growing pause, rather than everything being stopped: in an office nobody
sits beside the server, and a database killed by a full memory should be back in seconds with the pages still
there. Only before the first time everything stood does a child that keeps dying end the whole start: then it
is a mistake in the installation, and the operator is there to read the message.

One thread only: children are forked with a preparing function (processes.py), which threads would make unsafe.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from launcher import processes
from launcher.config import ROOT
from launcher.console import Failure, say
from launcher.output import Output

RESTART_PAUSE_MAX = 30
STEADY_SECONDS = 60
TRIES_BEFORE_READY = 3


@dataclass
class Service:
    """What to start and how to stop it. ``tier`` orders the stop: high first."""

    name: str
    command: list[str]
    environment: dict[str, str]
    tier: int
    folder: Path = ROOT
    stop_signal: int = signal.SIGTERM
    hurry_signal: int = signal.SIGKILL
    stop_seconds: float = 10
    user: int | None = None
    group: int | None = None
    shown: str = ""  # which lines come to the terminal (a pattern); all of them go to the log file
    ready: Callable[[], bool] | None = None
    before_start: Callable[[], None] | None = None


@dataclass
class Child:
    service: Service
    process: subprocess.Popen[bytes]
    output: Output
    started: float


@dataclass
class Supervisor:
    logs: Path | None = None
    quiet: bool = False
    stopping: bool = False  # the operator asked for the end
    steady: bool = False  # everything stood once
    children: dict[str, Child] = field(default_factory=dict)
    waiting: dict[str, tuple[float, Service]] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    signals: int = 0
    returning: set[str] = field(default_factory=set)  # restarted, not yet ready

    def __post_init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        wake_read, wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.wake_read = wake_read
        self.selector.register(wake_read, selectors.EVENT_READ)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.watchdog = self._start_watchdog()

    # -- signals -----------------------------------------------------------------------------------
    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, *_: object) -> None:
        self.stopping = True
        self.signals += 1

    # -- starting ----------------------------------------------------------------------------------
    def start(self, service: Service) -> Child:
        if service.before_start:
            service.before_start()
        process = processes.start(
            service.command,
            environment=service.environment,
            folder=service.folder,
            stop_signal=service.stop_signal,
            user=service.user,
            group=service.group,
        )
        self._tell_watchdog(f"+ {process.pid} {int(service.stop_signal)}")
        assert process.stdout is not None
        output = Output(service.name, process.stdout, self.logs, shown="(?!)" if self.quiet else service.shown)
        self.selector.register(output.stream, selectors.EVENT_READ, output)
        child = Child(service, process, output, time.monotonic())
        self.children[service.name] = child
        return child

    def start_and_wait(self, service: Service, seconds: float) -> None:
        """Starts a service and returns when it is ready. Raises Failure with its last lines when it is not."""
        child = self.start(service)
        until = time.monotonic() + seconds
        while not (service.ready and service.ready()):
            self.pump(0.02)
            self.give_up_if_asked()
            if child.process.poll() is not None or time.monotonic() > until:
                self._forget(child)
                lines = "\n".join(child.output.last)
                raise Failure(f"{service.name} 未能启动：\n{lines}", f"{service.name} did not start (see above).")

    def run_once(self, service: Service) -> int:
        """Runs a service to its end and returns its exit code; stops it when the operator asks for the end."""
        child = self.start(service)
        while child.process.poll() is None:
            self.pump(0.5)
            if self.stopping:
                processes.signal_group(child.process.pid, signal.SIGTERM)
        self._forget(child)
        self.give_up_if_asked()
        return child.process.returncode

    def wait_for_end(self, name: str) -> None:
        """Until a service that was started ends of itself. Raises Failure with its last lines when it failed."""
        child = self.children[name]
        while child.process.poll() is None:
            self.pump(0.5)
            self.give_up_if_asked()
        self._forget(child)
        if child.process.returncode:
            lines = "\n".join(child.output.last)
            raise Failure(f"{name} 未能完成：\n{lines}", f"{name} failed (see above).")

    def give_up_if_asked(self) -> None:
        if self.stopping:
            raise KeyboardInterrupt

    # -- the loop ----------------------------------------------------------------------------------
    def pump(self, timeout: float) -> None:
        """Passes output on for at most ``timeout`` seconds; returns sooner when something happened."""
        for key, _ in self.selector.select(timeout):
            if key.data is None:
                with suppress(BlockingIOError):
                    os.read(self.wake_read, 4096)
            elif key.data.read() == 0:
                self.selector.unregister(key.fileobj)

    def watch(self, on_round: Callable[[], None]) -> None:
        """Until the operator asks for the end: pass output on, restart what died."""
        while not self.stopping:
            self.pump(0.5)
            for child in list(self.children.values()):
                if child.process.poll() is not None:
                    self._plan_restart(child)
            if self.watchdog.poll() is not None:
                self._replace_watchdog()
            now = time.monotonic()
            for name, (when, service) in list(self.waiting.items()):
                if when <= now:
                    del self.waiting[name]
                    self._restart(service)
            for name in [name for name in self.returning if self._is_back(name)]:
                self.returning.remove(name)
                say(f"{name} 已恢复")
            on_round()

    def _plan_restart(self, child: Child) -> None:
        service, name = child.service, child.service.name
        self._forget(child)
        if time.monotonic() - child.started > STEADY_SECONDS:
            self.failures[name] = 0
        self.failures[name] = count = self.failures.get(name, 0) + 1
        if not self.steady and count >= TRIES_BEFORE_READY:
            raise Failure(
                f"{name} 连续 {count} 次启动后退出（{_ending(child)}），已全部停止。最后的输出：\n"
                + "\n".join(child.output.last),
                f"{name} ended {count} times in a row ({_ending(child)}); everything was stopped.",
            )
        pause = min(RESTART_PAUSE_MAX, 0.5 * 2 ** (count - 1))
        say(f"{name} 意外退出（{_ending(child)}），{pause:g} 秒后重新启动")
        self.waiting[name] = (time.monotonic() + pause, service)

    def _is_back(self, name: str) -> bool:
        child = self.children.get(name)
        return child is not None and (child.service.ready is None or child.service.ready())

    def _restart(self, service: Service) -> None:
        try:
            self.start(service)
            self.returning.add(service.name)
        except (Failure, OSError) as error:
            say(f"{service.name} 未能重新启动：{error}")
            count = self.failures[service.name] = self.failures.get(service.name, 0) + 1
            self.waiting[service.name] = (time.monotonic() + min(RESTART_PAUSE_MAX, 2**count), service)

    # -- stopping ----------------------------------------------------------------------------------
    def stop_all(self) -> None:
        """Ends every child, tier by tier. A second Ctrl-C cuts the waiting short."""
        self.waiting.clear()
        asked = self.signals
        for tier in sorted({child.service.tier for child in self.children.values()}, reverse=True):
            group = [child for child in self.children.values() if child.service.tier == tier]
            for child in group:
                # To the one that was started, which tells those underneath in its own order: Celery's own children
                # would drop the task they are at.
                child.process.send_signal(child.service.stop_signal)
            until = time.monotonic() + max(child.service.stop_seconds for child in group)
            while any(child.process.poll() is None for child in group):
                self.pump(0.2)
                if time.monotonic() > until or self.signals > asked:
                    self._end_now([child for child in group if child.process.poll() is None])
                    break
            for child in group:
                self._forget(child)
        self._tell_watchdog("done")
        assert self.watchdog.stdin is not None
        with suppress(OSError):
            self.watchdog.stdin.close()
        self.watchdog.wait()

    def _end_now(self, children: list[Child]) -> None:
        for child in children:
            processes.signal_group(child.process.pid, child.service.hurry_signal)
        for child in children:
            try:
                child.process.wait(3)
            except subprocess.TimeoutExpired:
                processes.kill_group(child.process.pid)
                child.process.wait()

    def _forget(self, child: Child) -> None:
        """The child has ended, or is ended here: its group is emptied and its last output shown."""
        processes.kill_group(child.process.pid)
        child.process.wait()
        child.output.drain()
        with suppress(KeyError, ValueError):
            self.selector.unregister(child.output.stream)
        child.output.close()
        self._tell_watchdog(f"- {child.process.pid}")
        self.children.pop(child.service.name, None)

    # -- watchdog ----------------------------------------------------------------------------------
    def _start_watchdog(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-IS", str(Path(__file__).with_name("watchdog.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _replace_watchdog(self) -> None:
        self.watchdog = self._start_watchdog()
        for child in self.children.values():
            self._tell_watchdog(f"+ {child.process.pid} {int(child.service.stop_signal)}")

    def _tell_watchdog(self, line: str) -> None:
        assert self.watchdog.stdin is not None
        with suppress(OSError):
            self.watchdog.stdin.write(f"{line}\n".encode())
            self.watchdog.stdin.flush()

    def remove_folder_when_killed(self, folder: Path) -> None:
        self._tell_watchdog(f"rmdir {folder}")


def _ending(child: Child) -> str:
    code = child.process.returncode
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"退出码 {code}"
