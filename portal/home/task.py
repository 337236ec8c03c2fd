"""One line of 今天要办."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

MOST = 6  # lines of one sort; what is more is behind a link


@dataclass(frozen=True)
class Task:
    """A chip, what it is, details, where it is done."""

    tone: str
    when: str
    what: str
    hint: str
    url: str
    act: str


def days_since(moment: Any) -> int:
    return (timezone.localdate() - timezone.localdate(moment)).days
