"""One line of 今天要办."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

MOST = 6  # lines of one sort; what is more is behind a link
_PLACE = ("path", "depth", "level", "name", "short_name")


@dataclass(frozen=True)
class Task:
    """A chip, what it is, details, where it is done."""

    tone: str
    when: str
    what: str
    hint: str
    url: str
    act: str
    big: bool = False  # the one thing a phone is taken out for


_TONES = ("bad", "warn", "wait", "off")


def urgency(task: Task) -> tuple[bool, int]:
    """What is done today on the spot comes first, then what is past its limit, what is only a hint last; within one
    tone the order of the subjects stays."""
    return not task.big, _TONES.index(task.tone)


def places(*relations: str) -> list[str]:
    """For ``only``: what a line says of organizations, and what a right there is asked by. A line shows few of a
    record's columns, and each of dozens costs the database on every opening of the page."""
    return [f"{relation}__{name}" for relation in relations for name in _PLACE]


def days_since(moment: Any) -> int:
    return (timezone.localdate() - timezone.localdate(moment)).days
