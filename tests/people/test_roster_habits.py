"""Rosters as offices really keep them: six files nobody made for a computer, each read to its last row."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from organizations.models import Organization
from people.models import Person
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.rosters import workbook, xls

pytestmark = pytest.mark.django_db


def signed_and_stamped() -> Any:
    """A row of 单位 and 日期 above the heading, headings with line breaks, years of two digits and in words."""
    return workbook([
        ["××旗红十字应急救援队人员登记表"], ["单位：（盖章）", *[None] * 5, "填表时间：2026.3"],
        ["序号", "姓  名", "民 族", "身份证\n号码", "出生年月", "联系电话\n（必填）", "加入队伍时间", "是否党员",
         "特长"],
        [1, "张 三", "蒙", f"{ID(1)[:6]}-{ID(1)[6:14]}-{ID(1)[14:]}", "90-3-7", "138 0000 0001", "18.3.1", "是",
         "潜水 绳索"],
        [2, "李　四", "蒙族", ID(2).lower(), "90.3", 13800000002, "二〇一八年十二月二十三日", "否", None],
        [3, "王五", "达斡尔", ID(3), None, "13800000003", "2018年", None, None],
        ["总人数", 3], [None, "人数合计：3人"], [4, "合  计", "3人"], ["填表人：张三", None, None, "审核人：李四"],
    ])  # fmt: skip


def broken_formulas() -> Any:
    rows = [["姓名", "身份证号", "手机", "工作单位", "入队日期"], ["张三", ID(1), "#REF!", "#VALUE!", "2018-03-01"],
            ["", ID(2), "13800000002", "#NAME?", "2018/3"]]  # fmt: skip

    def formulas(sheet: Any) -> None:
        sheet.write_formula(2, 0, '=CONCATENATE("李","四")', None, "李四")
        sheet.write_formula(1, 3, "=VLOOKUP(1,A1:B2,9)", None, "#N/A")

    return workbook(rows, sheet_0=formulas)


def side_by_side() -> Any:
    """To fit one page, the list goes on at its right."""
    head = ["序号", "姓名", "身份证号", "电话"]
    return workbook([["花名册"], [*head, *head], [1, "张三", ID(1), "13800000001", 3, "王五", ID(3), "13800000003"],
                     [2, "李四", ID(2), "13800000002", None, None, None, None]])  # fmt: skip


def several_sheets() -> Any:
    head = ["姓名", "身份证号", "电话"]
    return workbook([["填表说明"], ["1. 如实填写"]], [["A组"], head, ["张三", ID(1), "13800000001"], ["小计", 1]],
                    [head, ["李四", ID(2), "13800000002"], ["王五", ID(3), "13800000003"]], [],
                    names=["填表说明", "A组", "B组", "Sheet4"])  # fmt: skip


def saved_as_csv() -> Any:
    lines = f"单位：演示队;;;\r\n姓名;身份证号;手机;入队日期\r\n张三;\t{ID(1)};13800000001;2018.3.1\r\n"
    lines += f"李四;'{ID(2)};13800000002;2018-3-1\r\n王五;{ID(3)};1.38E+10;\r\n合计;3;;\r\n"
    return SimpleUploadedFile("花名册.csv", lines.encode("gbk"))


def of_the_last_century() -> Any:
    return xls([["队员名单"], ["姓名", "证件号码", "联系方式", "入队年月"],
                ["张三", ID(1), 13800000001, date(2018, 3, 1)], ["李四", ID(2), "13800000002", 201803],
                ["王五", int(ID(3)[:15]) * 1000, "13800000003", "2018年3月"]])  # fmt: skip


# file → what each row is read as: name, what is wrong with which column
FILES = {
    signed_and_stamped: {"张三": {}, "李四": {}, "王五": {}},
    broken_formulas: {"张三": {"mobile", "employer"}, "李四": {"employer"}},
    side_by_side: {"张三": {}, "李四": {}, "王五": {}},
    several_sheets: {"张三": {}, "李四": {}, "王五": {}},
    saved_as_csv: {"张三": {}, "李四": {}, "王五": {"mobile"}},
    of_the_last_century: {"张三": {}, "李四": {}, "王五": {"id_number"}},
}


def read(client: Client, place: Organization, file: Any) -> Any:
    return client.post(f"/people/teams/{place.pk}/import/", {"file": file}, follow=True)


def test_every_file_is_read_to_its_last_row(as_user: Any, songshan: Any, place: Organization) -> None:
    client = as_user(songshan)
    for make, expected in FILES.items():
        preview = read(client, place, make()).context["preview"]
        at = preview["names"].index("name")
        found = {"".join(line["cells"][at].split()): set(line["why"]) for line in preview["rows"]}
        assert found == {name: set(wrong) for name, wrong in expected.items()}, make.__name__


def test_what_was_assumed_is_told_and_taken_in(as_user: Any, songshan: Any, place: Organization) -> None:
    client = as_user(songshan)
    page = read(client, place, signed_and_stamped())
    preview = page.context["preview"]
    assert "employer" not in preview["names"], "serial numbers below 单位：（盖章） are nobody's employer"
    told = {key: text for line in preview["rows"] for key, text in line["note"].items()}
    assert "没有写月日，按 1 月 1 日登记" in told["joined_on"] or "按 2018-03-01 登记" in told["joined_on"]
    client.post(f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
    people = {one.name: one for one in Person.objects.all()}
    assert [people[name].ethnicity for name in ("张三", "李四", "王五")] == ["蒙古族", "蒙古族", "达斡尔族"]
    joined = [people[name].memberships.get().joined_on for name in ("张三", "李四", "王五")]
    assert joined == [date(2018, 3, 1), date(2018, 12, 23), date(2018, 1, 1)]
    assert (people["张三"].id_number, people["张三"].political, people["张三"].skills) == (
        ID(1),
        "01",
        ["潜水", "绳索"],
    )
    assert people["李四"].political == ""
