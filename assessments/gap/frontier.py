"""Chooses the fewest items that gain enough, and among as few, those with the least effort. Pure integers.

Every item belongs to one of two subjects (公共科目, 专业科目); each subject may need a gain of its own besides that of
both together. First the smallest number of items is found, from the largest gains of each subject. Then, among
choices of that many items, the least effort: for each subject a Pareto frontier of (gain, effort) is built up item by
item.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from assessments.choices import Subject

_MOST = 400  # choices kept per number of items; beyond, only the cheapest of neighbours


@dataclass(frozen=True)
class Need:
    """What is still to be gained on each side, and on both together."""

    public: int
    professional: int
    total: int

    def met(self, public: int, professional: int) -> bool:
        return public >= self.public and professional >= self.professional and public + professional >= self.total


@dataclass(frozen=True)
class Item:
    """:ivar options: (gain, effort, what it is) of which one may be chosen; gains and efforts rise."""

    side: str
    options: tuple[tuple[int, int, Any], ...]

    @property
    def most(self) -> int:
        return max(gain for gain, _effort, _what in self.options)


Chosen = tuple[int, int, Any]  # gain, effort, and the way there: (what, the one before) or None


class Frontier:
    """The choices of one side that nothing beats, the cheapest first."""

    def __init__(self, rows: Sequence[Chosen]) -> None:
        self.rows = rows
        self.gains = [gain for gain, _effort, _way in rows]

    def cheapest(self, least: int) -> Chosen | None:
        """With at least so much gained."""
        place = bisect_left(self.gains, least)
        return self.rows[place] if place < len(self.rows) else None


def fewest(must: Sequence[Item], may: Sequence[Item], need: Need) -> list[Any] | None:
    """What to choose: one option of every item of ``must`` and of as few of ``may`` as can be. None: never enough."""
    sides = [_Side(must, may, side) for side in (Subject.PUBLIC, Subject.PROFESSIONAL)]
    public, professional = sides
    for number in range(len(may) + 1):
        splits = [
            (one, number - one)
            for one in range(max(0, number - professional.size), min(number, public.size) + 1)
            if need.met(public.most[one], professional.most[number - one])
        ]
        found = [best for one, other in splits if (best := _cheapest(public, one, professional, other, need))]
        if found:
            _effort, ways = min(found, key=lambda best: best[0])
            return [what for way in ways for what in _told(way)]
    return None


class _Side:
    def __init__(self, must: Sequence[Item], may: Sequence[Item], side: str) -> None:
        self.must = [item for item in must if item.side == side]
        largest = sorted(((item.most, item) for item in may if item.side == side), key=lambda each: -each[0])
        self.may = [item for _most, item in largest]
        self.size = len(self.may)
        self._gives = [most for most, _item in largest]
        self._owed = [item.most for item in self.must]
        self.most = list(accumulate(self._gives, initial=sum(self._owed)))

    def frontier(self, number: int, least: int, cap: int) -> Frontier:
        """Choices of exactly ``number`` items that gain ``least``; more than ``cap`` is worth no more than it."""
        kept: dict[int, list[Chosen]] = {0: [(0, 0, None)]}
        for place, item in enumerate(self.must):
            rest = sum(self._owed[place + 1 :]) + sum(self._gives[:number])
            kept = {0: _pruned(_grown(kept[0], item), least - rest, cap)}
        for place, item in enumerate(self.may):
            # what all items still to come could give when so many of them are taken
            ahead = list(accumulate(self._gives[place + 1 : place + 1 + number], initial=0))
            following: dict[int, list[Chosen]] = {}
            for count in range(number + 1):
                rows = [*kept.get(count, ()), *(_grown(kept.get(count - 1, ()), item) if count else ())]
                missing = number - count
                if rows and missing < len(ahead):
                    following[count] = _pruned(rows, least - ahead[missing], cap)
            kept = following
        return Frontier(kept.get(number, []))


def _grown(rows: Sequence[Chosen], item: Item) -> list[Chosen]:
    return [
        (gained + gain, effort + more, (what, way)) for gained, effort, way in rows for gain, more, what in item.options
    ]


def _pruned(rows: Any, least: int, cap: int) -> list[Chosen]:
    """Those that nothing beats, rising in gain and effort, without those from which ``least`` cannot be reached."""
    kept: list[Chosen] = []
    best = -1
    for gained, effort, way in sorted(rows, key=lambda row: (row[1], -row[0])):
        gain = min(gained, cap)
        if gain > best and gain >= min(least, cap):
            kept.append((gain, effort, way))
            best = gain
    return kept if len(kept) <= _MOST else _thinned(kept)


def _thinned(rows: list[Chosen]) -> list[Chosen]:
    """The cheapest of every few neighbours that still gains as much as any of them: the last of them, and the ends."""
    every = -(-len(rows) // _MOST)
    return [row for place, row in enumerate(rows) if place % every == every - 1 or place in (0, len(rows) - 1)]


def _cheapest(
    public: _Side, one: int, professional: _Side, other: int, need: Need
) -> tuple[int, tuple[Any, Any]] | None:
    """The least effort with so many items of each side."""
    cap = max(need.public, need.professional, need.total)
    first = public.frontier(one, max(need.public, need.total - professional.most[other]), cap)
    second = professional.frontier(other, max(need.professional, need.total - public.most[one]), cap)
    best: tuple[int, tuple[Any, Any]] | None = None
    for gain, effort, way in first.rows:
        if gain < need.public:
            continue
        match = second.cheapest(max(need.professional, need.total - gain))
        if match is not None and (best is None or effort + match[1] < best[0]):
            best = effort + match[1], (way, match[2])
    return best


def _told(way: Any) -> Iterator[Any]:
    while way is not None:
        what, way = way
        yield what
