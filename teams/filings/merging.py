"""Rows of the management that two people changed at once: what only one of them touched is put together."""

from collections.abc import Mapping, Sequence
from typing import Any

from teams.facts import ROW, same

Rows = Sequence[Mapping[str, Any]]


def merged_posts(before: Rows, theirs: Rows, mine: Rows) -> list[Mapping[str, Any]] | None:
    """``theirs`` with what ``mine`` changed against ``before``; None where both changed the same row differently.

    Rows are told apart by their keys (``row_key``).
    """
    was, there, here = _by_key(before), _by_key(theirs), _by_key(mine)
    found: list[Mapping[str, Any]] = []
    for key in [*there, *(key for key in here if key not in there)]:
        old, other, own = was.get(key), there.get(key), here.get(key)
        if _alike(old, own) or _alike(other, own):
            kept = other
        elif _alike(old, other):
            kept = own
        else:
            return None
        if kept is not None:
            found.append(kept)
    return found


def row_key(row: Mapping[str, Any]) -> str:
    """What a row is known by while it is written: the key it got when it was first shown, else its post and name.

    Rows of a list that was read in, or sent by a program, have no other; every page must call them the same.
    """
    return str(row.get(ROW) or f"{row.get('role')}/{row.get('name')}")


def _by_key(rows: Rows) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        key = row_key(row)
        while key in found:  # two rows that say the same stay two
            key += "+"
        found[key] = row
    return found


def _alike(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    return one is other if one is None or other is None else same(one, other)
