"""One child's output: prefixed on the terminal, whole in ``logs/NAME.log``, its last lines kept for a message."""

import os
import re
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO

COLOURS = {"postgres": 34, "valkey": 35, "prepare": 36, "web": 32, "worker": 33, "beat": 90}
LOG_BYTES = 10_000_000
LOG_KEEP = 3


class Log:
    """A log file of bounded size: at ``LOG_BYTES`` it becomes NAME.1, and the older ones move up.

    On a full disk lines are lost: the children run on, and so does what they are watched by."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def write(self, line: str) -> None:
        with suppress(OSError):
            if self.file is None:
                self.file = self._open()
            if self.file.tell() > LOG_BYTES:
                self.close()
                for number in range(LOG_KEEP, 0, -1):
                    older = self._numbered(number - 1)
                    if older.exists():
                        older.replace(self._numbered(number))
                self.file = self._open()
            self.file.write(line + "\n")

    def close(self) -> None:
        file, self.file = self.file, None
        if file:
            with suppress(OSError):
                file.close()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path

    def _open(self) -> IO[str]:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", buffering=1, encoding="utf-8")


class Output:
    def __init__(self, name: str, stream: IO[bytes], folder: Path | None, *, shown: str) -> None:
        self.name, self.stream, self.shown = name, stream, re.compile(shown)
        self.last: deque[str] = deque(maxlen=20)
        self.rest = b""
        self.log = Log(folder / f"{name}.log") if folder else None
        os.set_blocking(stream.fileno(), False)

    def read(self) -> int:
        """Takes what is there: number of bytes, 0 at the end of the stream, -1 when there is nothing now."""
        try:
            data = os.read(self.stream.fileno(), 65536)
        except BlockingIOError:
            return -1
        *lines, self.rest = (self.rest + data).split(b"\n")
        if not data and self.rest:
            lines, self.rest = [self.rest], b""
        for line in lines:
            self._line(line.decode(errors="replace").rstrip())
        return len(data)

    def drain(self) -> None:
        while self.read() > 0:
            pass

    def close(self) -> None:
        self.stream.close()
        if self.log:
            self.log.close()

    def _line(self, line: str) -> None:
        self.last.append(line)
        if self.log:
            self.log.write(line)
        if self.shown.search(line):
            with suppress(OSError):  # the terminal may be gone; the children are not to suffer for it
                print(f"{self._prefix()} {line}", file=sys.stderr, flush=True)

    def _prefix(self) -> str:
        name = f"{self.name:<8} │"
        return f"\x1b[{COLOURS.get(self.name, 37)}m{name}\x1b[0m" if sys.stderr.isatty() else name
