"""What the marks of one person in one slot come to. A pure function of the set of marks: in which order they
arrive, and how often, makes no difference."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from training.choices import MarkKind, MarkMethod, Presence


class Marked(Protocol):
    """What is read of a mark."""

    id: UUID
    kind: str
    method: str
    at: datetime


@dataclass(frozen=True)
class Folded:
    """:param minutes: of presence within the slot."""

    presence: str = Presence.UNKNOWN
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    method: str = ""
    minutes: int = 0


def fold(marks: Iterable[Marked], starts_at: datetime, ends_at: datetime, *, grace: timedelta) -> Folded:
    """Fold the marks that count.

    Who is marked present by ``grace`` after the beginning was there from the beginning (a roll takes its time); who is
    marked later, from that instant; who is first marked when all is over, from the
    beginning: nobody arrives then, the roll was taken afterwards (it shows nothing of whoever then scans the poster).
    Who was not marked as having left stayed to the end. Coming back begins another
    stretch; stretches add up. 请假, 缺席 and 撤销 undo what was marked before them.
    """
    stretches: list[tuple[datetime, datetime | None]] = []
    presence, method = str(Presence.UNKNOWN), ""
    for mark in sorted(marks, key=lambda one: (one.at, one.id)):
        if mark.kind == MarkKind.ARRIVED:
            if presence != Presence.PRESENT:
                stretches, method = [], mark.method
            presence = Presence.PRESENT
            if not stretches or stretches[-1][1] is not None:
                stretches.append((mark.at, None))
        elif mark.kind == MarkKind.LEFT:
            # whoever leaves was there: who was never marked present, from the beginning
            if presence != Presence.PRESENT:
                stretches, presence, method = [(starts_at, None)], str(Presence.PRESENT), mark.method
            begun, ended = stretches[-1]
            stretches[-1] = (begun, mark.at if ended is None else max(ended, mark.at))
        else:
            presence = {MarkKind.LEAVE: Presence.LEAVE, MarkKind.ABSENT: Presence.ABSENT}.get(
                MarkKind(mark.kind), Presence.UNKNOWN
            )
            stretches, method = [], mark.method if presence else ""
    if presence != Presence.PRESENT:
        return Folded(presence, method=method)
    afterwards = stretches[0][0] >= ends_at and method != MarkMethod.POSTER
    counted = [(starts_at, stretches[0][1])] if afterwards else stretches
    seconds = sum(_within(begun, ended, starts_at, ends_at, grace) for begun, ended in counted)
    return Folded(presence, stretches[0][0], stretches[-1][1], method, int(seconds // 60))


def _within(begun: datetime, ended: datetime | None, starts_at: datetime, ends_at: datetime, grace: timedelta) -> float:
    """Seconds of a stretch that lie within the slot."""
    first = starts_at if begun <= starts_at + grace else begun
    last = min(ended or ends_at, ends_at)
    return max(0.0, (last - first).total_seconds())
