"""Rosters in which a list is not one plain list: several below each other, groups, ditto marks, people crossed out."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from people.models import Certificate, Membership, Person
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.rosters import Formula, ods, xls
from tests.people.test_roster_import import HEAD, address, client, confirm, rows, send, url  # noqa: F401 - fixtures
from tests.people.test_roster_offices import one, told

pytestmark = pytest.mark.django_db


def groups() -> dict[str, str]:
    return dict(Membership.objects.values_list("person__name", "group"))


def passed(page: Any) -> list[str]:
    return [text for _sheet, _number, text in page.context["preview"]["passed"]]


# -- lists and groups -------------------------------------------------------------------------------------------
def test_lists_below_each_other_have_headings_of_their_own(client, url):  # noqa: F811
    leads = [["序号", "姓名", "职务", "联系电话"], [1, "王明", "队长", "13800000001"]]
    body = [["序号", "姓名", "性别", "身份证号", "联系电话"], [1, "李四", "男", ID(3), "13800000003"]]
    more = [["姓名", "联系电话", "身份证号"], ["王五", "13800000005", ID(5)]]
    confirm(client, send(client, url, [["一、管理人员"], *leads, [], ["二、队员"], *body, [], *more]))
    people = {one.name: one for one in Person.objects.all()}
    assert set(people) == {"王明", "李四", "王五"}
    assert (people["王明"].mobile, people["王明"].memberships.get().duty) == ("13800000001", "队长")
    assert [people[name].id_number for name in ("李四", "王五")] == [ID(3), ID(5)]
    assert [people[name].mobile for name in ("李四", "王五")] == ["13800000003", "13800000005"]


def test_a_group_stands_above_its_members_without_being_merged(client, url):  # noqa: F811
    sheet = [["序号", *HEAD], ["一、管理人员（1人）"], [1, *one(1)], [None, "第二分队"], [1, *one(2, "李四")],
             [None, "志愿者：2人"], [1, *one(3, "王五")], [2, *one(4, "赵六队")]]  # fmt: skip
    page = send(client, url, sheet)
    assert passed(page) == ["管理人员", "第二分队", "志愿者"]
    confirm(client, page)
    assert groups() == {"王明": "管理人员", "李四": "第二分队", "王五": "志愿者", "赵六队": "志愿者"}


def test_a_group_said_only_in_its_first_row_goes_on_below(client, url):  # noqa: F811
    head, names = ["分组", *HEAD], ["王明", "李四", "王五", "赵六队", "孙七", "周八"]
    said = ["水上组", None, None, "后勤组", None, None]
    people = [[group, *one(number, name)] for number, (group, name) in enumerate(zip(said, names, strict=True), 1)]
    page = send(client, url, [head, *people])
    assert "“分组”只写在每组的第一行，下面各行按同一组读。" in told(page)
    confirm(client, page)
    assert groups() == dict.fromkeys(names[:3], "水上组") | dict.fromkeys(names[3:], "后勤组")
    # where a few are in a group and the others in none, nobody can tell
    for few in (["水上组", None, None, None, None, None], [None, "水上组", None, "后勤组", None, None]):
        page = send(client, url, [head, *[[group, *person[1:]] for group, person in zip(few, people, strict=True)]])
        assert "第一行" not in told(page)


def test_what_stands_below_the_list_is_nobody_and_is_told(client, url):  # noqa: F811
    below = [["以上人员均已投保"], [None, "队长签字：", None, "年   月   日"], [None, "审核意见"],
             [None, "填表日期 2026年3月1日"], [None, "2026年3月1日"], [None, "松山区红十字救援队（盖章）"]]  # fmt: skip
    page = send(client, url, [["序号", *HEAD], [1, *one(1)], *below])
    assert page.context["preview"]["counts"]["total"] == 1
    assert [text[:4] for text in passed(page)] == ["以上人员", "队长签字", "审核意见", "填表日期", "2026", "松山区红"]


def test_remarks_that_go_on_and_who_signs_are_nobody(client, url):  # noqa: F811
    below = [["其中：男 1 人", "女 0 人"], ["注：1.本表一式两份"], ["2.请于月底前报送旗县"], ["3.联系人变动请及时告知"],
             [None, None, None, "队长（签字）：演示"], [None, None, None, "2026年11月"]]  # fmt: skip
    page = send(client, url, [["序号", *HEAD], [1, *one(1)], *below])
    assert page.context["preview"]["counts"]["total"] == 1
    assert [text[:3] for text in passed(page)] == ["其中：", "注：1", "2.请", "3.联", "队长（", "202"]
    page = send(client, url, [HEAD, ["1.王明", ID(1)], ["2.敖特根巴雅尔·孟和"]])
    assert page.context["preview"]["counts"]["total"] == 2, "below no remark it is somebody"


def test_rules_sums_in_words_and_the_hour_of_printing_are_nobody(client, url):  # noqa: F811
    below = [["———————"], ["以上共计壹人"], ["打印时间：2026-11-01 10:00"]]
    page = send(client, url, [HEAD, one(1), *below])
    assert (page.context["preview"]["counts"]["total"], passed(page)[0]) == (1, "———————")


@pytest.mark.parametrize("leads", ["（队长：演示 13800000009）", "  联系人：演示 13800000009", "（中队长：演示）"])
def test_who_leads_a_group_is_named_with_it(client, url, leads):  # noqa: F811
    """The number is of whoever leads; those below are in the group, not in the one before."""
    page = send(client, url, [["一中队"], HEAD, one(1), [f"二中队{leads}"], one(2, "李四")])
    assert passed(page) == ["二中队"]
    confirm(client, page)
    assert groups()["李四"] == "二中队"


def test_answers_in_a_chat_pasted_below_one_heading(client, url):  # noqa: F811
    sheet = [["队员信息接龙"], ["姓名"], [f"1. 王明 {ID(1)} 13800000001"], [f"2. 李四，{ID(2)}，13800000002"]]
    confirm(client, send(client, url, sheet))
    assert {(who.name, who.id_number, who.mobile) for who in Person.objects.all()} == {
        ("王明", ID(1), "13800000001"), ("李四", ID(2), "13800000002"),
    }  # fmt: skip


# -- cells ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mark", ["同上", "〃", "同　上", "（同上）"])
def test_a_ditto_mark_says_the_same_again(client, url, mark):  # noqa: F811
    head = [*HEAD, "工作单位", "入队时间"]
    confirm(client, send(client, url, [head, [*one(1), "演示医院", "2018.3.1"], [*one(2, "李四"), mark, mark]]))
    assert set(Person.objects.values_list("employer", flat=True)) == {"演示医院"}
    assert set(Membership.objects.values_list("joined_on", flat=True)) == {Membership.objects.first().joined_on}
    line = rows(send(client, url, [HEAD, one(1), ["李四", ID(2), mark]]))["李四"]
    assert "不知道是指什么" in line["why"]["mobile"], "nobody has the telephone of the one above"


def test_a_column_that_counts_the_rows_is_no_number_of_a_member(client, url):  # noqa: F811
    head = ["编号", *HEAD]
    page = send(client, url, [head, [1, *one(1)], [2, *one(2, "李四")]])
    assert "当作序号，没有登记" in told(page)
    assert "number" not in page.context["preview"]["names"]
    number = [each["text"] for each in page.context["preview"]["columns"]].index("编号")
    chosen = {"columns": "1", "sheets": "1", "sheet-0": "1", f"column-{number}": "number"}
    confirm(client, client.post(address(page), chosen, follow=True))
    assert dict(Membership.objects.values_list("person__name", "number")) == {"王明": "1", "李四": "2"}


def test_numbers_that_do_not_count_the_rows_are_the_members(client, url):  # noqa: F811
    confirm(client, send(client, url, [["编号", *HEAD], ["001", *one(1)], ["005", *one(2, "李四")]]))
    assert set(Membership.objects.values_list("number", flat=True)) == {"001", "005"}


def test_who_has_left_is_asked_about_wherever_it_is_written(client, url):  # noqa: F811
    head = [*HEAD, "职务", "退队时间", "队员状态"]
    body = [["王明（已退）", *one(1)[1:], "", "", ""], [*one(2, "李四"), "原副队长（调离）", "", ""],
            [*one(3, "王五"), "", "2025.3.1", ""], [*one(4, "赵六"), "", "", "退队"],
            [*one(5, "孙七"), "", "", ""]]  # fmt: skip
    page = send(client, url, [head, *body])
    said = {name: {**line["note"], **line["why"]} for name, line in rows(page).items()}
    assert [list(said[name]) for name in ("王明（已退）", "李四", "王五", "赵六", "孙七")] == [
        ["name"], ["duty"], ["gone"], ["state"], [],
    ]  # fmt: skip
    assert page.context["preview"]["counts"]["wrong"] == 1, "only who plainly has left keeps the others waiting"


def test_a_certificate_whose_number_comes_later_is_one(client, url):  # noqa: F811
    head = [*HEAD, "证书编号", "发证日期"]
    first, second = [*one(1), "", "2025-01-10"], [*one(1), "YS-1", "2025.1.10"]
    confirm(client, send(client, url, [head, first], [head, second], names=["一组", "证书"]))
    assert list(Certificate.objects.values_list("number", flat=True)) == ["YS-1"]


def test_number_and_days_of_a_certificate_in_one_cell(client, url):  # noqa: F811
    sheet = [[*HEAD, "救护员证"], [*one(1), "YS-1 2025.1.10"], [*one(2, "李四"), "2025.1.10-2028.1.9"]]
    confirm(client, send(client, url, sheet))
    found = Certificate.objects.order_by("person__pk").values_list("number", "issued_on", "expires_on")
    assert [(number, str(start), str(end)) for number, start, end in found] == [
        ("YS-1", "2025-01-10", "2028-01-10"), ("", "2025-01-10", "2028-01-09"),
    ]  # fmt: skip


def test_a_certificate_column_keeps_numbers_whole_and_days_apart(client, url):  # noqa: F811
    sheet = [[*HEAD, "救护员证", "绳索"],
             [*one(1), "YS202403150012 2025.1.10", "2025.1.10-2028.1.9"],
             [*one(2, "李四"), "YS-2，发证2025.1.10，有效期至2028.1.9", "R20230801001"]]  # fmt: skip
    page = send(client, url, sheet)
    name = next(name for name in page.context["preview"]["names"] if name.startswith("cert:"))
    assert rows(page)["李四"]["note"][name] == "没有发证日期，这本证书没有登记。"
    confirm(client, page)
    found = Certificate.objects.order_by("person__pk", "kind").values_list("number", "issued_on", "expires_on")
    assert [(number, str(start), str(end)) for number, start, end in found] == [
        ("YS202403150012", "2025-01-10", "2028-01-10"), ("", "2025-01-10", "2028-01-09"),
        ("YS-2", "2025-01-10", "2028-01-09"),
    ]  # fmt: skip


def test_a_name_in_two_scripts_is_one_name_written_twice(client, url):  # noqa: F811
    page = send(client, url, [HEAD, ["巴雅尔 ᠪᠠᠶᠠᠷ", *one(1)[1:]], ["ᠪᠠᠶᠠᠷ", *one(2)[1:]], ["孟和･苏都", *one(3)[1:]]])
    assert rows(page)["巴雅尔 ᠪᠠᠶᠠᠷ"]["note"] == {"name": "蒙古文“ᠪᠠᠶᠠᠷ”登记为蒙古文姓名。"}
    confirm(client, page)
    assert set(Person.objects.values_list("name", "mongolian_name")) == {
        ("巴雅尔", "ᠪᠠᠶᠠᠷ"), ("ᠪᠠᠶᠠᠷ", ""), ("孟和·苏都", ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "name", "said"),
    [("队长王明", "王明", "“队长”没有作为姓名"), ("李四同志", "李四", "“同志”没有作为姓名"),
     ("李四 男 蒙古族", "李四男蒙古族", "是两个人或写了职务的，请改"), ("王 明亮", "王明亮", ""),
     ("李老师", "李老师", "")],
)  # fmt: skip
def test_what_stands_around_a_name_is_told(client, url, written, name, said):  # noqa: F811
    page = send(client, url, [HEAD, [written, *one(1)[1:]]])
    assert said in str(rows(page)[written]["note"])
    assert said or not rows(page)[written]["note"]
    confirm(client, page)
    assert Person.objects.get().name == name


def test_what_slipped_into_another_column_is_taken_for_what_it_is_or_told(client, url):  # noqa: F811
    head = [*HEAD, "紧急联系人", "与本人关系", "队内编号"]
    page = send(client, url, [head, [*one(1), "王父", "13900000009", date(2026, 1, 2)]])
    note = rows(page)["王明"]["note"]
    assert note["emergency_relation"] == "这是电话，登记为紧急联系电话。"
    assert note["number"] == "像是 Excel 把编号改成了日期，请核对。"
    confirm(client, page)
    assert Person.objects.values_list("emergency_relation", "emergency_phone").get() == ("", "13900000009")


def test_who_has_left_is_known_by_the_column_of_states_whatever_it_is_called(client, url):  # noqa: F811
    page = send(client, url, [[*HEAD, "状态"], [*one(1), "在队"], [*one(2, "李四"), "退队"], [*one(3, "王五"), "请假"]])
    assert {name: bool(row["why"]) for name, row in rows(page).items()} == {"王明": False, "李四": True, "王五": False}
    assert "退队" in rows(page)["李四"]["why"]["state"]


def test_what_a_lookup_found_empty_is_nothing(client, url):  # noqa: F811
    """VLOOKUP gives 0 for an empty cell."""
    confirm(client, send(client, url, [[*HEAD, "工作单位", "住址", "职务"], [*one(1), 0, 0, 0]]))
    assert Person.objects.values_list("employer", "address", "memberships__duty").get() == ("", "", "")


def test_nobody_joined_before_being_born(client, url):  # noqa: F811
    page = send(client, url, [[*HEAD, "入队时间"], [*one(1), "1924.3.1"]])
    assert rows(page)["王明"]["why"] == {"joined_on": "入队日期早于出生日期。"}


# -- what only the program that wrote the file knows --------------------------------------------------------------
def _xlsx(sheet: list[list[Any]], *, struck: int) -> Any:
    target = BytesIO()
    book = Workbook(target)
    page, crossed = book.add_worksheet(), book.add_format({"font_strikeout": True})
    for at, row in enumerate(sheet):
        page.write_row(at, 0, row, crossed if at == struck else None)
    book.close()
    return SimpleUploadedFile("花名册.xlsx", target.getvalue())


@pytest.mark.parametrize("made", [_xlsx, ods, xls])
def test_who_is_crossed_out_is_asked_about(client, url, made):  # noqa: F811
    page = send(client, url, made([HEAD, one(1), one(2, "李四"), one(3, "王五")], struck=2))
    said = {name: line["note"].get("", "") for name, line in rows(page).items()}
    assert [name for name, text in said.items() if "划了删除线" in text] == ["李四"]


def test_a_column_nobody_sees_is_read_and_told(client, url):  # noqa: F811
    def hide(page: Any) -> None:
        page.set_column(3, 3, None, None, {"hidden": True})
        page.set_column(6, 16_383, None, None, {"hidden": True})

    page = send(client, url, [[*HEAD, "职务"], [*one(1), "原副组长"]], sheet_0=hide)
    assert "D 列“职务”在表格里是隐藏的，也读了" in told(page)
    assert "“电话”在表格里是隐藏的" not in told(page)


def test_a_formula_of_an_old_xls_that_was_never_worked_out_is_told(client, url):  # noqa: F811
    page = send(client, url, xls([[*HEAD, "工作单位"], [*one(1), Formula("A1")]]))
    assert "公式没有存下结果" in rows(page)["王明"]["why"]["employer"]
