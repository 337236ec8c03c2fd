"""The indicators of a standard as the tree they are: order, depth, sums."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assessments.choices import Method, Subject
from assessments.models import Indicator
from assessments.scoring import NOUGHT

MOST_DEPTH = 4


@dataclass(frozen=True)
class Node:
    """An indicator in its place.

    :ivar depth: 1 at the top. :ivar points: its own, of a heading those below it together.
    :ivar first, last: among its siblings. :ivar height: levels below it.
    """

    indicator: Indicator
    depth: int
    points: Decimal
    first: bool
    last: bool
    height: int

    @property
    def is_heading(self) -> bool:
        return self.indicator.method == Method.HEADING


@dataclass(frozen=True)
class Sums:
    """Points of a standard by subject and in all."""

    public: Decimal
    professional: Decimal
    lines: int  # scored

    @property
    def total(self) -> Decimal:
        return self.public + self.professional


def nodes(indicators: Iterable[Indicator]) -> list[Node]:
    """From the top down, each before what stands below it."""
    below = _by_parent(indicators)
    found: list[Node] = []
    _walk(None, 1, below, found)
    return found


def in_order(indicators: Iterable[Indicator]) -> list[Indicator]:
    """The indicators alone, in that order."""
    return [node.indicator for node in nodes(indicators)]


def depths(indicators: Iterable[Indicator]) -> dict[int, int]:
    """Key → how far in a page shows it, from 0 at the top."""
    return {node.indicator.pk: node.depth - 1 for node in nodes(indicators)}


def _by_parent(indicators: Iterable[Indicator]) -> dict[int | None, list[Indicator]]:
    rows = sorted(indicators, key=lambda one: (one.position, one.pk or 0))
    known = {row.pk for row in rows}
    below: dict[int | None, list[Indicator]] = defaultdict(list)
    for row in rows:
        below[row.parent_id if row.parent_id in known else None].append(row)
    return below


def _walk(
    parent: int | None, depth: int, below: dict[int | None, list[Indicator]], found: list[Node]
) -> tuple[Decimal, int]:
    """Appends what lies below ``parent``; gives its points and its levels."""
    points, height, siblings = NOUGHT, 0, below.get(parent, [])
    for number, row in enumerate(siblings):
        place = len(found)
        under, levels = _walk(row.pk, depth + 1, below, found)
        own = under if row.method == Method.HEADING else row.points
        first, last = number == 0, number == len(siblings) - 1
        found.insert(place, Node(row, depth, own, first, last, levels))
        points, height = points + (own if row.method == Method.HEADING else own + under), max(height, levels + 1)
    return points, height


def branch(indicators: Iterable[Indicator], top: Indicator) -> list[Indicator]:
    """``top`` and everything below it, in order."""
    below = _by_parent(indicators)

    def whole(one: Indicator) -> list[Indicator]:
        return [one, *(row for child in below.get(one.pk, []) for row in whole(child))]

    return whole(top)


def sums(indicators: Iterable[Indicator]) -> Sums:
    scored = [one for one in indicators if one.method != Method.HEADING]
    by = {subject: sum((one.points for one in scored if one.subject == subject), NOUGHT) for subject in Subject.values}
    return Sums(by[Subject.PUBLIC], by[Subject.PROFESSIONAL], len(scored))
