"""Programs of our own that open a file which may be hostile, apart from the portal and under limits.

A crash, a loop or a greedy file ends such a program and nothing else. The program sets its own limits of memory and
time before it loads what reads the file, and imports nothing of the portal.
"""

import hashlib
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore


class Sandbox:
    """One of them.

    :param program: reads the file on standard input.
    :param seconds: after which it is ended.
    :param at_once: how many of them one process of the portal runs, for each may take all the memory it is allowed.
    :param most_passed: how many files that were in order are remembered. The same bytes are in order again: one scan
        handed in for three teams is not opened three times.
    """

    def __init__(self, program: Path, *, seconds: int, at_once: int, most_passed: int) -> None:
        self._program, self._seconds = program, seconds
        self._few = BoundedSemaphore(at_once)
        self._passed: OrderedDict[bytes, None] = OrderedDict()
        self._most_passed = most_passed

    def run(self, content: bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        """Raises ``subprocess.TimeoutExpired``."""
        with self._few:
            return subprocess.run(  # noqa: S603 - our own program, no shell, the file only as its input
                [sys.executable, "-I", str(self._program), *arguments],
                input=content, capture_output=True, timeout=self._seconds, check=False,
            )  # fmt: skip

    def once(self, content: bytes, look: Callable[[bytes], object]) -> None:
        """Calls ``look``, which raises where the file is not in order, unless these bytes were in order before."""
        digest = hashlib.sha256(content).digest()
        if digest in self._passed:
            return
        look(content)
        self._passed[digest] = None
        while len(self._passed) > self._most_passed:
            self._passed.popitem(last=False)
