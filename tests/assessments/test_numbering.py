"""Where a line stands, told from how it is numbered; what people write into cells."""

from decimal import Decimal

import pytest

from assessments.cells import PerUnit, asks_at_most, bar_in
from assessments.numbering import places, split
from assessments.wording import read_number, read_steps

D = Decimal


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        (["1", "1.1", "1.1.1", "1.2", "2"], [("1", None), ("1.1", 0), ("1.1.1", 1), ("1.2", 0), ("2", None)]),
        (["1.", "1.1、", "2．", "2．1"], [("1", None), ("1.1", 0), ("2", None), ("2.1", 2)]),
        (["一、", "（一）", "1.", "2.", "（二）", "1.", "二、"],
         [("1", None), ("1.1", 0), ("1.1.1", 1), ("1.1.2", 1), ("1.2", 0), ("1.2.1", 4), ("2", None)]),
        (["一、", "1.", "（1）", "（2）", "2."], [("1", None), ("1.1", 0), ("1.1.1", 1), ("1.1.2", 1), ("1.2", 0)]),
        (["一", "", "", "二", ""], [("1", None), ("1.1", 0), ("1.2", 0), ("2", None), ("2.1", 3)]),
        (["1", "", "2", ""], [("1", None), ("1.1", 0), ("2", None), ("2.1", 2)]),
        (["", "", ""], [("1", None), ("2", None), ("3", None)]),
        (["10.1", "10.2"], [("10.1", None), ("10.2", None)]),  # what they continue is not there
        (["1", "10", "10.1"], [("1", None), ("10", None), ("10.1", 1)]),
        (["A1", "A2"], [("A1", None), ("A2", None)]),
    ],
)  # fmt: skip
def test_the_tree_is_told_from_the_numbers(marks: list[str], found: list[tuple[str, int | None]]) -> None:
    assert [(place.code, place.parent) for place in places(marks)] == found


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("一、队伍管理", ("一、", "队伍管理")),
        ("（二）持证 率", ("（二）", "持证 率")),
        ("1.2 在册队员", ("1.2", "在册队员")),
        ("3.演练", ("3.", "演练")),
        ("24小时内集结", ("", "24小时内集结")),
        ("95.5%以上", ("", "95.5%以上")),
        ("一专多能", ("", "一专多能")),
    ],
)
def test_a_number_in_front_of_a_name_is_cut_off(name: str, parts: tuple[str, str]) -> None:
    assert split(name) == parts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10分", 10), ("（10 分）", 10), ("满分10分", 10), ("≥40人", 40), ("不少于 40 人", 40), ("80%", 80),
        ("2.5", D("2.5")), ("—", None), ("", None), ("15人以上", 15),
        ("０．５分", D("0.5")),
    ],
)  # fmt: skip
def test_numbers_as_offices_write_them(text: str, number: object) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["10-20分", "约十分", "10分或20分", "1 个场地 48 小时"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="不是数"):
        read_number(text)
    with pytest.raises(ValueError, match="小于 0"):
        read_number("-2 分")


def test_steps_as_offices_write_them() -> None:
    found = [{"from": "80", "points": "6"}, {"from": "100", "points": "10"}]
    assert read_steps("≥100%得10分；80%以上得6分") == found
    assert read_steps("满 80 得 6 分\n满 100 得 10.0 分；") == found
    assert read_steps("满80得6分，满100得10分。") == found
    assert read_steps("满 80．0 得 6 分；满 100 得 10．0 分") == found
    assert read_steps("满 80，得 6 分；满 100，得 10 分") == found
    with pytest.raises(ValueError, match="看不出分档"):
        read_steps("60-80得3分")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", "2"), ("扣 2 分", "2"), ("每缺一项扣0.5分", "0.5"), ("每发现 1 处扣 1 分", "1"), ("0.5分/次", "0.5"),
        ("－1分/项", "1"), ("每次扣1分，扣完为止", "1"), ("每项2分", "2"),
    ],
)  # fmt: skip
def test_what_is_deducted_for_each_as_offices_write_it(text: str, number: str) -> None:
    assert PerUnit().clean(text) == Decimal(number)


@pytest.mark.parametrize("text", ["每2项扣1分", "每两项扣1分", "每低5%扣1分", "酌情扣分"])
def test_a_deduction_for_several_at_once_is_not_taken_for_each(text: str) -> None:
    with pytest.raises(ValueError, match="不是数"):
        PerUnit().clean(text)


@pytest.mark.parametrize(
    ("text", "bar", "at_most"),
    [
        ("6小时内", 6, True),
        ("≤30分钟", 30, True),
        ("≥40人", 40, False),
        ("80%以上", 80, False),
        ("30-50人", None, False),
    ],
)
def test_bars_as_offices_write_them(text: str, bar: int | None, at_most: bool) -> None:
    assert (bar_in(text), asks_at_most(text)) == (bar, at_most)
