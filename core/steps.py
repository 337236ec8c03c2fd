"""The bare skeleton of a workflow: action → (from states, to state). Models read it for their database trigger,
``workflow.py`` adds who may make each step and what follows from it. So the table stands in one place."""

from collections.abc import Mapping
from typing import NamedTuple


class Step(NamedTuple):
    """States a move may start from, and the state it leads to."""

    sources: frozenset[str]
    target: str


def step(*sources: str, to: str) -> Step:
    return Step(frozenset(sources), to)


def transitions(steps: Mapping[str, Step]) -> list[tuple[str, str]]:
    """All legal (from, to) pairs, sorted, for ``pgtrigger.FSM``."""
    return sorted(
        {(source, move.target) for move in steps.values() for source in move.sources if source != move.target}
    )
