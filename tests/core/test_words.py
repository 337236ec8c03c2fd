"""Values as a person reads them."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from core.words import due_in_words, in_words, late_in_words, waited_in_words


@pytest.mark.parametrize(
    ("days", "said"), [(2, "剩 2 天"), (1, "剩 1 天"), (0, "今天到期"), (-1, "超期 1 天"), (-30, "超期 30 天")]
)
def test_limit_is_told_in_days(days: int, said: str):
    with override("zh-hans"):
        assert due_in_words(days) == said


def test_what_lies_since_today_came_today():
    with override("zh-hans"):
        assert [waited_in_words(0), waited_in_words(3), late_in_words(3)] == ["今天报来", "已等 3 天", "超期 3 天"]


@pytest.mark.parametrize(
    ("kept", "said"), [("30.00", "30"), ("0.00", "0"), ("2.50", "2.5"), ("-0.25", "-0.25"), ("100", "100")]
)
def test_a_number_reads_as_it_was_typed_and_not_as_the_column_keeps_it(kept: str, said: str):
    assert in_words(Decimal(kept)) == said
