"""What job functions get and give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class JobResult:
    """A finished file: the name people see, its media type, its content (read from the start and closed)."""

    name: str
    media_type: str
    content: IO[bytes]


class JobLost(Exception):  # noqa: N818 - reads as what it is
    """Another worker has taken the job over; whatever this one still makes is thrown away."""


Progress = Callable[..., None]
