"""One table of cases for the fold on the server; ``tests/stories/test_roll.py`` puts the same table to the one in the
browser."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from training.roll.folding import fold

CASES = json.loads((Path(__file__).parent / "fold_cases.json").read_text(encoding="utf-8"))
BEGINS = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LASTS, GRACE = timedelta(minutes=180), timedelta(minutes=30)


@dataclass
class Marked:
    id: UUID
    kind: str
    method: str
    at: datetime


def key(number: int, letter: str = "") -> UUID:
    """``a`` sorts before ``b``; else by number."""
    return UUID(f"{letter or 'c'}0000000-0000-4000-8000-{number:012d}")


def minute(value: float | None) -> datetime | None:
    return None if value is None else BEGINS + timedelta(minutes=value)


def test_poster_scanned_when_all_is_over_shows_nothing() -> None:
    scanned = Marked(key(1), "arrived", "poster", BEGINS + timedelta(minutes=200))
    assert fold([scanned], BEGINS, BEGINS + LASTS, grace=GRACE).minutes == 0


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_marks_come_to_what_the_table_says(case: dict[str, Any]) -> None:
    marks = [
        Marked(key(number, *rest), kind, "tap", BEGINS + timedelta(minutes=at))
        for number, (kind, at, *rest) in enumerate(case["marks"])
    ]
    says = case["folds"]
    for some in permutations(marks):
        folded = fold(some, BEGINS, BEGINS + LASTS, grace=GRACE)
        assert (folded.presence, folded.minutes) == (says["presence"], says["minutes"])
        assert folded.arrived_at == minute(says.get("arrived"))
        assert folded.left_at == minute(says.get("left"))
