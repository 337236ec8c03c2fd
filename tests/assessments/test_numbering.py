"""Where a line stands, told from how it is numbered; what people write into cells."""

from decimal import Decimal

import pytest

from assessments.standards.wording import read_number, read_steps, steps_fall
from assessments.standards.workbook.cells import PerUnit, Points, asks_at_most, bar_in
from assessments.standards.workbook.numbering import places, split

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
    with pytest.raises(ValueError, match="看不出分档"):
        read_steps("满 -5 得 3 分")  # not 5


@pytest.mark.parametrize(
    ("text", "falls"),
    [
        ("满 80 得 6 分；满 100 得 10 分", False), ("90%以上得20分；80%以上得10分；80%以下得0分", False),
        ("不低于90%得20分；低于60%得0分", False), ("80 得 6 分；100 得 10 分", False),
        ("30分钟内得20分；60分钟内得10分", True), ("30 分钟以内得满分20分；超过30分钟得0分", True),
        ("不超过 4 得 20 分；不超过 6 得 10 分", True), ("≤4小时20分，≤6小时10分", True),
    ],
)  # fmt: skip
def test_steps_tell_whether_less_is_better(text: str, falls: bool) -> None:
    assert steps_fall(text) is falls


def test_what_all_others_get_is_no_step() -> None:
    assert read_steps("90%以上得20分；80%以上得10分；80%以下得0分") == read_steps("满 80 得 10 分；满 90 得 20 分")
    assert read_steps("满 0 得 0 分；满 10 得 5 分") == [{"from": "0", "points": "0"}, {"from": "10", "points": "5"}]
    with pytest.raises(ValueError, match="一个方向"):
        read_steps("5 以上得 10 分；3 以下得 5 分")


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


def test_a_deduction_ends_at_the_points_of_the_line() -> None:
    for text in ("2分/人，最多10分", "每次扣2分，最多扣10分", "２分／人，上限10分"):
        assert PerUnit("分值").clean(text, {"分值": "10分"}) == 2
    with pytest.raises(ValueError, match="最多扣 10 分，分值是 20"):
        PerUnit("分值").clean("2分/人，最多10分", {"分值": "20"})


@pytest.mark.parametrize("text", ["+5", "＋10分", "加5分", "-10"])
def test_points_beside_the_standard_are_told_apart(text: str) -> None:
    with pytest.raises(ValueError, match="逐队登记"):
        Points().clean(text)


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
