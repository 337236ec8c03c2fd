"""Numbers made of counts follow the counts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.standards.shares import SHARES, followed, with_counts
from core import metrics

D = Decimal
COVERAGE = SHARES["first_aid_coverage"]
NOW = {
    "first_aid_coverage": D("60.0"), "members_registered": D(20), "members_certified": D(12),
    "training_hours_per_head": D("8.5"), "drills_held": D(3),
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "name", "expected"),
    [
        ({"members_certified": D(14)}, "first_aid_coverage", "70.0"),
        ({"members_registered": D(25)}, "first_aid_coverage", "48.0"),  # more members without certificates lower it
        ({"members_registered": D(25), "members_certified": D(17)}, "first_aid_coverage", "68.0"),
        ({"members_registered": D(0)}, "first_aid_coverage", "0"),
        ({"members_registered": D(40)}, "training_hours_per_head", "4.3"),
        ({"training_hours_per_head": D(10)}, "training_hours_per_head", "10.0"),
        ({"drills_held": D(9)}, "first_aid_coverage", "60.0"),
        ({}, "training_hours_per_head", "8.5"),
    ],
)
def test_a_share_follows_its_counts(changed: dict[str, Decimal], name: str, expected: str) -> None:
    assert followed(NOW, changed)[name] == D(expected)


@given(st.integers(1, 400), st.decimals(0, 100, places=1))
def test_as_many_as_are_needed_are_enough_and_one_less_is_not(heads: int, share: Decimal) -> None:
    needed = COVERAGE.needed(share, D(heads))
    assert needed <= heads
    assert COVERAGE.of(needed, D(heads)) >= share
    assert needed == 0 or COVERAGE.of(needed - 1, D(heads)) < share


def test_the_counts_behind_are_metrics() -> None:
    for name, share in SHARES.items():
        assert metrics.get(name)
        assert metrics.get(share.under)
        assert not share.over or metrics.get(share.over)
    assert with_counts(["first_aid_coverage", "members_certified", "drills_held"]) == [
        "first_aid_coverage", "members_certified", "members_registered", "drills_held",
    ]  # fmt: skip
