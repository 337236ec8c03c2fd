"""Ends what the supervisor started when the supervisor is killed outright.

A process of its own, so that ``kill -9`` of the supervisor does not take it along. It reads lines from a pipe
whose other end only the supervisor holds; the pipe ending without ``done`` means that the supervisor is gone.

    + GROUP SIGNAL    a process group was started, and how it is asked to stop
    - GROUP           it has ended
    rmdir PATH        an empty folder to take away at the end
    done              orderly stop: nothing left to do
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

GRACE_SECONDS = 8


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def send(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, *rest = line.rstrip("\n").split(" ", 2)
        if word == "done":
            return
        if word == "+":
            groups[int(rest[0])] = int(rest[1])
        elif word == "-":
            groups.pop(int(rest[0]), None)
        elif word == "rmdir":
            folders.append(" ".join(rest))
    end(groups)
    for folder in folders:
        with suppress(OSError):
            Path(folder).rmdir()


def end(groups: dict[int, int]) -> None:
    if sys.platform != "linux":  # on Linux the kernel has sent the signal already (PR_SET_PDEATHSIG)
        for group, number in groups.items():
            send(group, number)
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until and any(alive(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        send(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
