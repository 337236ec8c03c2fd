"""What people write into the cells of a roster, and what it means."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people import identity
from people.roster import cells
from people.roster.splitting import split_facts
from tests.people.builders import citizen

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow
DAYS = st.dates(date(1930, 1, 1), date(2099, 12, 31))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
SPELLINGS = ("{0.year}.{0.month}.{0.day}", "{0.year}-{0.month:02}-{0.day:02}", "{0.year}/{0.month}/{0.day}",
             "{0.year}年{0.month}月{0.day}日", "{0.year}{0.month:02}{0.day:02}", "{0.year} 年 {0.month} 月 {0.day} 号",
             "{0.year}．{0.month}．{0.day}", "{0.year}-{0.month:02}-{0.day:02} 00:00:00")  # fmt: skip


@QUIET
@given(DAYS, st.sampled_from(SPELLINGS))
def test_a_day_reads_the_same_however_it_is_spelled(day: date, spelling: str):
    read = cells.day(spelling.format(day))
    assert (read.value, read.note) == (day, "")


@QUIET
@given(st.dates(date(1930, 1, 1), date(2090, 12, 31)))
def test_the_number_a_spreadsheet_keeps_for_a_day(day: date):
    assert cells.day(str((day - date(1899, 12, 30)).days)).value == day


@QUIET
@given(DAYS, st.sampled_from(("{0.year}年{0.month}月", "{0.year}.{0.month}", "{0.year}-{0.month:02}")))
def test_a_month_is_its_first_day_and_its_last_where_something_ends(day: date, spelling: str):
    text = spelling.format(day)
    first = cells.day(text)
    assert first.value == day.replace(day=1)
    assert "没有写日" in first.note
    last = cells.end_day(text)
    assert (last.value + timedelta(days=1)).day == 1
    assert last.value.month == day.month
    with pytest.raises(ValueError, match="写全年月日"):
        cells.day(text, first_of_month=False)


@QUIET
@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text: str):
    """Anything is a value or a sentence."""
    for read in (cells.name, cells.day, cells.end_day, cells.period, cells.phones, cells.phone, cells.gender,
                 cells.paper, cells.expiry, lambda said: cells.several(said, 30)):  # fmt: skip
        with suppress(ValueError):
            assert isinstance(read(text), cells.Cell)


@QUIET
@given(MOBILES, st.sampled_from(("{}", "{0[0]}{0[1]}{0[2]}-{1}", "+86 {}", "86{}", "+86-{}", " {} ")))
def test_a_mobile_number_in_every_dress(mobile: str, dress: str):
    text = dress.format(mobile, f"{mobile[3:7]}-{mobile[7:]}") if "{1}" in dress else dress.format(mobile)
    assert cells.phones(text).value == mobile


@QUIET
@given(MOBILES, MOBILES, st.sampled_from("、，,;；/ \n"))
def test_two_numbers_in_one_cell(first: str, second: str, between: str):
    read = cells.phones(f"{first}{between}{second}")
    assert read.value == first
    if first != second:
        assert read.more == {"other_phone": second}
        assert "两个号码" in read.note


@QUIET
@given(
    st.lists(st.text("王明敖特根巴雅尔孟和", min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from("·•・‧")
)
def test_names_are_settled_after_once(parts: list[str], dot: str):
    read = cells.name(f" {dot} ".join(parts)).value
    assert read == "·".join(parts)
    assert cells.name(read).value == read


@QUIET
@given(st.dates(date(1930, 1, 1), date(2008, 1, 1)), st.integers(0, 999))
def test_an_id_number_survives_every_dress(day: date, order: int):
    first = f"150404{day:%Y%m%d}{order:03d}"
    number = first + identity.check_digit(first)
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in number)
    for text in (
        number.lower(),
        f"'{number}",
        f"{number[:6]} {number[6:14]} {number[14:]}",
        full_width,
        f" {number}\u200b",
    ):
        assert identity.normal(text) == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王　明", "王明"), ("王 明", "王明"), ("阿拉坦•苏都", "阿拉坦·苏都"), ("阿拉坦 ・ 苏都", "阿拉坦·苏都"),
        ("阿拉坦‧苏都", "阿拉坦·苏都"), ("John  Smith", "John Smith"), ("李 John", "李John"),
        ("ᠪᠠᠲᠤ ᠰᠤᠳᠤ", "ᠪᠠᠲᠤ ᠰᠤᠳᠤ"),
        ("乌仁图雅（队长）", "乌仁图雅"), ("*王明", "王明"), ("※ 王明", "王明"), ("1.王明", "王明"),
        ("（4）王明", "王明"), ("①王明", "王明"), ("王明▲", "王明"),
    ],
)  # fmt: skip
def test_names(text: str, name: str):
    assert cells.name(text).value == name


def test_there_may_be_two_to_call_and_only_one_member():
    assert cells.contact("王强、 李丽").value == "王强、李丽"
    assert cells.contact("王　强").value == "王强"
    assert cells.contact("无").value == ""
    assert cells.contact("子 轩").value == "子轩"  # aligned, not somebody's son
    with pytest.raises(ValueError, match="每人写一行"):
        cells.name("王强、李丽")


@pytest.mark.parametrize(
    ("text", "value"),
    [("男", "1"), ("女", "2"), ("男性", "1"), ("1", "1"), ("2", "2"), ("M", "1"), ("f", "2"), ("", ""), ("无", "")],
)
def test_sex(text: str, value: str):
    assert cells.gender(text).value == value


@pytest.mark.parametrize(
    ("text", "value", "other"),
    [
        ("138-0000-0001", "13800000001", None), ("138 0000 0001", "13800000001", None),
        ("13800000001 13900000002", "13800000001", "13900000002"),
        ("0476-1234567/13800000001", "13800000001", "0476-1234567"), ("04761234567", "", "0476-1234567"),
        ("010-12345678", "", "010-12345678"), ("138 0086 1234", "13800861234", None),
        ("0471-1234567转801", "", "0471-1234567-801"),
        ("13800000001、0471-1234567-801", "13800000001", "0471-1234567-801"),
        ("13812345678(0476)8123456", "13812345678", "0476-8123456"), ("(0476) 8123456", "", "0476-8123456"),
        ("13800000001+86 13900000002", "13800000001", "13900000002"), ("0086 138 0000 0001", "13800000001", None),
    ],
)  # fmt: skip
def test_phones(text: str, value: str, other: str | None):
    read = cells.phones(text)
    assert (read.value, read.more.get("other_phone")) == (value, other)


@pytest.mark.parametrize("text", ["2024.1.1-2024.12.31", "2024年1月1日至2024年12月31日", "2024-01-01—2024-12-31",
                                  "2024-01-01 - 2024-12-31", "20240101-20241231", "2024/1/1~2024/12/31",
                                  "2024-01-01\n2024-12-31", "2024.1.1 0时至2024.12.31 24时", "2024-01-01 2024-12-31",
                                  "自2024年1月1日零时起至2024年12月31日二十四时止",
                                  "2024年1月1日0时起至2025年1月1日0时止"])  # fmt: skip
def test_a_period(text: str):
    assert cells.period(text).value == (date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("text", "end"),
    [("2026年", date(2026, 12, 31)), ("2026.1.1起一年", date(2026, 12, 31)),
     ("2026.1.1 起，为期2年", date(2027, 12, 31)), ("2026年1月1日起半年", date(2026, 6, 30))],
)  # fmt: skip
def test_a_period_by_how_long_it_is(text: str, end: date):
    read = cells.period(text)
    assert (read.value, bool(read.note)) == ((date(2026, 1, 1), end), True)


@pytest.mark.parametrize(
    ("text", "said"), [("王?", "问号"), ("姓名", "列名"), ("姓 名", "列名"), ("赵六、钱七", "每人写一行")]
)
def test_what_is_no_name(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        cells.name(text)


def test_what_stands_around_a_number_is_left_aside():
    number = citizen(1)
    for text in (f"身份证：{number}", f"居民身份证号 {number}", f"{number}（身份证）", number):
        assert identity.normal(cells.document(text)) == number
    assert cells.document("待补") == ""
    assert cells.document("军官证 沈字第123456号") == "军官证 沈字第123456号"


def test_when_and_what_else_behind_a_choice():
    labels, also = {"01": "中共党员", "20": "大学本科"}, {"党员": "01", "本科": "20", "学士": "20"}
    read = {text: cells.choice(text, labels, also).value for text in ("党员2015.6", "中共党员 2015年6月", "本科/学士")}
    assert read == {"党员2015.6": "01", "中共党员 2015年6月": "01", "本科/学士": "20"}
    with pytest.raises(ValueError, match="不在可选范围"):
        cells.choice("党员/学士", labels, also)


def test_what_stands_behind_a_choice_in_brackets_is_told():
    labels, also = {"01": "中共党员", "02": "中共预备党员"}, {"党员（预备）": "02", "党员": "01"}
    assert [(cells.choice(text, labels, also).value, bool(cells.choice(text, labels, also).note)) for text in (
        "中共党员", "党员（2015年入党）", "党员(预备)",
    )] == [("01", False), ("01", True), ("02", False)]  # fmt: skip
    with pytest.raises(ValueError, match="不在可选范围"):
        cells.choice("中共党员（发展对象）", labels, also)


def test_a_certificate_in_one_cell():
    issued, until = date(2024, 3, 1), date(2027, 2, 28)
    assert cells.paper("A123 2024-03-01").value == ("A123", issued, None)
    assert cells.paper("编号：A-123（2024年3月1日）").value == ("A-123", issued, None)
    assert cells.paper("2024.3.1，证书编号：A-123").value == ("A-123", issued, None)
    assert cells.paper("A123").value == ("A123", None, None)
    assert cells.paper("无").value is None
    for text in ("A-1 2024.3.1-2027.2.28", "A-1，发证2024.3.1，有效期至2027.2.28", "A-1（2024.3.1 至 2027.2.28）"):
        assert cells.paper(text).value == ("A-1", issued, until), text
    assert cells.paper("A-1、A-2，2024.3.1").value == ("A-1、A-2", issued, None), "two, to be told"
    read = cells.paper("有效期至2027.2")
    assert (read.value, "按月末登记" in read.note) == (("", None, until), True)
    read = cells.paper("2024-2026")
    assert (read.value, "没有写月日" in read.note) == (("", date(2024, 1, 1), date(2026, 12, 31)), True)
    assert cells.end_day("长期").value is None


@pytest.mark.parametrize(
    "number",
    ["YS202403150012", "15042023080112345", "NM-2023-05-12-003", "内红救2024-05-018", "第20230801号",
     "2023-05-12-003"],
)  # fmt: skip
def test_a_certificate_number_that_has_a_day_in_it_stays_whole(number: str):
    assert cells.paper(number).value == (number, None, None)
    assert cells.paper(f"{number} 2024.3.1").value == (number, date(2024, 3, 1), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90-1-5", date(1990, 1, 5)), ("24.3.1", date(2024, 3, 1)), ("27年6月30日", date(2027, 6, 30)),
        ("二〇一八年三月一日", date(2018, 3, 1)), ("二零一八年十月三十一日", date(2018, 10, 31)),
        ("2018年", date(2018, 1, 1)), ("2024，3，1", date(2024, 3, 1)), ("2024 3 1", date(2024, 3, 1)),
        ("2024\\3\\1", date(2024, 3, 1)), ("24/4/15", date(2024, 4, 15)),
        ("2024/3/", date(2024, 3, 1)), ("20240301.0", date(2024, 3, 1)),
        ("2024.03.01 入队", date(2024, 3, 1)), ("2024年3月至今", date(2024, 3, 1)), ("自2024.3.1起", date(2024, 3, 1)),
    ],
)  # fmt: skip
def test_days_as_clerks_write_them(text: str, value: date):
    assert cells.day(text).value == value


@pytest.mark.parametrize("text", ["1-3-2018", "3/1/18", "12/4/15", "31/1/26", "2025.13.1", "2025-3-32", "春天"])
def test_what_could_be_two_days_or_none_is_asked(text: str):
    with pytest.raises(ValueError, match="不是日期"):
        cells.day(text)


@pytest.mark.parametrize(
    ("text", "value", "months"),
    [("至2026.5.1", date(2026, 5, 1), 0), ("2026.5.1止", date(2026, 5, 1), 0),
     ("有效期至2026年5月", date(2026, 5, 31), 0),
     ("三年", None, 36), ("3年", None, 36), ("36个月", None, 36), ("有效期两年", None, 24), ("长期", None, 0)],
)  # fmt: skip
def test_until_when_a_certificate_counts(text: str, value: date | None, months: int):
    assert (cells.expiry(text).value, cells.term(text)) == (value, months)


@pytest.mark.parametrize("text", ["有", "√", "○", "●", "☑", "初级", "已考"])
def test_a_tick_is_no_number(text: str):
    read = cells.paper(text)
    assert (read.value, text in read.note) == (("", None, None), True)
    assert cells.paper("×").value is None


def test_a_year_alone_ends_with_its_last_day():
    assert cells.end_day("2026年").value == date(2026, 12, 31)


def test_a_day_of_the_lunar_calendar_is_not_taken_for_one_of_ours():
    with pytest.raises(ValueError, match="农历，请换成公历"):
        cells.day("1995.03.07（农历）", first_of_month=False)


def test_nobody_is_born_in_the_years_to_come():
    assert cells.day("35.3.1", first_of_month=False).value == date(1935, 3, 1)
    assert cells.day("35.3.1").value == date(2035, 3, 1)


@QUIET
@given(
    st.text("王明敖特根巴雅尔孟和", min_size=2, max_size=8), MOBILES, st.integers(1, 900),
    st.sampled_from(("{name} {document} {phone}", "{name}{document}电话：{phone}", "{name}（{document}）/{phone}",
                     "{name}\n身份证号：{document}\n手机:{phone}", "{phone} {name}，{document}")),
)  # fmt: skip
def test_facts_in_one_cell_come_apart(name: str, phone: str, number: int, form: str):
    document = citizen(number)
    found = split_facts(("name", "id_number", "mobile"), form.format(name=name, document=document, phone=phone))
    assert found == {"name": name, "id_number": document, "mobile": phone}


@QUIET
@given(st.text(max_size=30))
def test_nothing_is_lost_when_a_cell_comes_apart(text: str):
    """Either it speaks for one field alone, or every letter and digit of it stands somewhere, but for labels."""
    found = split_facts(("name", "id_number", "mobile"), text)
    kept = "".join(found.values())
    assert not found or all(one in kept for one in text if one.isdigit())


def test_what_cannot_come_apart_stays_whole():
    assert split_facts(("name", "id_number", "mobile"), "张三") == {}
    assert split_facts(("emergency_name", "emergency_phone"), "13800000001") == {
        "emergency_name": "", "emergency_phone": "13800000001",
    }  # fmt: skip
    assert split_facts(("gender", "ethnicity"), "男（退役）") == {}
    assert split_facts(("gender",), "男，36岁") == {"gender": "男"}
    assert split_facts(("name", "id_number", "mobile"), f"张三{citizen(1)} 李四{citizen(2)}") == {}


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("李·巴特尔 Li Bateer", "李·巴特尔", "Li Bateer"),
        ("萨仁高娃\nSaren Gaowa", "萨仁高娃", "Saren Gaowa"),
        ("赵一ZHAO YI", "赵一", "ZHAO YI"),
        ("赵一（zhao yi）", "赵一", "括号里的内容"),
        ("Anna Petrova", "Anna Petrova", ""),
        ("队员A", "队员A", ""),
    ],
)
def test_a_name_and_its_pinyin_are_one_name(text: str, name: str, told: str):
    """It went onto the roster, the card and the certificate as 李·巴特尔 Li Bateer."""
    read = cells.own_name(text)
    assert read.value == name
    assert told in read.note if told else not read.note
