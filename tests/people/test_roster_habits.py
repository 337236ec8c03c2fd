"""Rosters as offices really keep them: files nobody made for a computer, each read to its last row."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.imports.bulk.rows import read_rows
from organizations.models import Organization
from people.models import Certificate, Person
from people.roster.resource import RosterResource
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.rosters import workbook, xls

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def phone(number: int) -> str:
    return f"1380000{number:04d}"


def side_by_side_with_other_headings() -> Any:
    """A column left free between them, and no telephone in the second: nobody has another's duty or number."""
    return [["姓名", "身份证号", "电话", None, "姓名", "身份证号", "职务"],
            ["张三", ID(1), phone(1), None, "李四", ID(2), "副队长"],
            ["王五", ID(3), phone(3), None, "赵六", ID(4), "队员"]]  # fmt: skip


def side_by_side_with_serial_numbers() -> Any:
    return [["序号", "姓名", "手机", "序号", "队员姓名", "联系电话"], [1, "张三", phone(1), 2, "李四", phone(2)]]


def beside_a_relative() -> Any:
    """Nobody knows whom the second name is about, but it is no member, and the telephone is not the member's."""
    return [["姓名", "身份证号", "电话", "姓名", "关系", "电话", "入队时间"],
            ["张三", ID(1), phone(1), "张父", "父亲", phone(9), "2020.3.1"]]  # fmt: skip


def headings_in_three_rows() -> Any:
    return [["序号", "个人信息", None, None, "证书"], [None, "基本", None, "联系", "救护员证"],
            [None, "姓名", "身份证号", "电话", "编号", "发证日期"],
            [1, "张三", ID(1), phone(1), "YS-1", "2024.5.1"]]  # fmt: skip


def a_certificate_over_one_row_of_headings() -> Any:
    """Also without reading the upper row there is a heading; then 编号 would be the member's."""
    return [[None, None, None, "救护员证"], ["姓名", "身份证号", "电话", "编号", "发证日期"],
            ["张三", ID(1), phone(1), "YS-1", "2024.5.1"]]  # fmt: skip


def another_certificate_over_one_row_of_headings() -> Any:
    return [[None, None, None, "潜水证"], ["姓名", "身份证号", "电话", "编号", "发证日期"],
            ["张三", ID(1), phone(1), "QS-1", "2024.5.1"]]  # fmt: skip


def headings_dressed_up() -> Any:
    return [["1、姓名 ᠨᠡᠷ᠎ᠡ", "★身份证号/ᠦᠨᠡᠮᠯᠡᠬᠦ", "3.联系电话\nᠤᠲᠠᠰᠤ"], ["张三", ID(1), phone(1)]]


def surnames_apart() -> Any:
    return [["姓", "名", "身份证号"], ["张", "三", ID(1)], ["敖特根", "巴雅尔", ID(2)]]


def nobody_called_a_name() -> Any:
    return [["序号", "队员", "身份证号", "职务"], [1, "张三", ID(1), "队员"]]


def several_facts_in_a_cell() -> Any:
    return [["姓名及电话", "身份证号", "性别/年龄", "紧急联系人及电话", "家庭住址及电话"],
            [f"张三 {phone(1)}", ID(1), "男/36", f"李四（妻子）{phone(9)}", "松山区演示路1号 0476-8812345"],
            [f"王五（{phone(3)}）", ID(3), "男 36岁", f"赵六\n{phone(8)}", "演示路2号"]]  # fmt: skip


def a_number_behind_the_name() -> Any:
    return [["姓名", "性别", "电话"], [f"张三（{ID(1)}）", "男（蒙）", phone(1)],
            [f"李四\n{ID(2)}", "女 汉族", phone(2)], [f"王五{ID(3)}", "男", phone(3)]]  # fmt: skip


def groups_called_anything() -> Any:
    return [["序号", "姓名", "身份证号"], ["一、搜救组"], [1, "张三", ID(1)], ["二、医疗组（组长：李四）"],
            [1, "李四", ID(2)], ["三、 后勤保障"], [1, "王五", ID(3)], ["（四）一队：演示分队"], [1, "赵六", ID(4)],
            ["小组：通讯"], [1, "孙七", ID(5)]]  # fmt: skip


def a_group_in_the_column_of_names() -> Any:
    return [["姓名", "身份证号"], ["一队：演示分队"], ["张三", ID(1)], ["小计", "1人"], ["二队：水上（1人）"],
            ["李四", ID(2)]]  # fmt: skip


def somebody_to_call_behind_the_member() -> Any:
    return [["姓名", "身份证号", "电话", "紧急联系人", "关系", "电话", "入队时间"],
            ["张三", ID(1), phone(1), "李四", "配偶", phone(9), "2020.3"]]  # fmt: skip


def somebody_to_call_and_no_other_telephone() -> Any:
    return [["姓名", "身份证号", "紧急联系人", "联系电话"], ["张三", ID(1), "李四", phone(9)]]


def a_number_behind_what_it_is_of() -> Any:
    return [["姓名", "身份证号", "持证情况", "编号", "保险公司", "编号", "潜水证", "编号"],
            ["张三", ID(1), "救护员证", "YS-1", "演示保险", "B-1", "有", "QS-1"]]  # fmt: skip


def a_number_behind_what_nobody_knows() -> Any:
    return [["姓名", "身份证号", "绳索证", "编号"], ["张三", ID(1), "有", "SS-1"]]


def groups_merged_over_the_table() -> Any:
    return [["序号", "姓名", "身份证号", "电话"], ["水上分队（共2人）"], [1, "张三", ID(1), phone(1)],
            ["二、医疗分队 组长：李四"], [2, "李四", ID(2), phone(2)], [None, "领队签字："], [None, "松山区红十字会"],
            ["本表共2人"]]  # fmt: skip


def groups_with_headings_of_their_own() -> Any:
    return [["松山区红十字救援队花名册"], ["第一组"], ["姓名", "身份证号"], ["张三", ID(1)], ["第二组"],
            ["姓名", "身份证号"], ["李四", ID(2)]]  # fmt: skip


def slashes_in_the_headings() -> Any:
    return [["姓名", "身份证号", "手机/固话", "紧急联系人/电话", "救护员证编号", "发证日期/有效期"],
            ["张三", ID(1), f"{phone(1)}/0476-8812345", phone(9), "YS-1", "2024.5.1/2027.5.1"]]  # fmt: skip


def a_number_under_a_heading_of_its_own() -> Any:
    """Nobody foresaw what stands above the numbers; those below 监护人身份 are not the member's."""
    return [["姓名", "监护人身份", "居民身份登记码", "擅长"], ["张三", ID(8), ID(1), "潜水"],
            ["李四", ID(9), f"{ID(2)}（新）", ""],
            ["王五", None, None, "游泳"]]  # fmt: skip


def a_certificate_and_its_number() -> Any:
    return [["姓名", "身份证号", "证书名称/编号"], ["张三", ID(1), "救护员证/YS-1"]]


# sheet → each row: name → what else its cells are; every field is named that must be there, and with "" that must not
SHEETS = {
    side_by_side_with_other_headings: {
        "张三": {"id_number": ID(1), "mobile": phone(1), "duty": ""}, "李四": {"id_number": ID(2), "duty": "副队长"},
        "王五": {"id_number": ID(3), "duty": ""}, "赵六": {"id_number": ID(4), "mobile": "", "duty": "队员"}},
    side_by_side_with_serial_numbers: {"张三": {"mobile": phone(1), "other_phone": ""}, "李四": {"mobile": phone(2)}},
    beside_a_relative: {"张三": {"mobile": phone(1), "other_phone": "", "joined_on": "2020.3.1"}},
    headings_in_three_rows: {
        "张三": {"mobile": phone(1), "cert_number": "YS-1", "cert_issued": "2024.5.1", "number": ""}},
    a_certificate_over_one_row_of_headings: {"张三": {"cert_number": "YS-1", "mobile": phone(1), "number": ""}},
    another_certificate_over_one_row_of_headings: {"张三": {"mobile": phone(1), "number": "", "cert_issued": ""}},
    headings_dressed_up: {"张三": {"id_number": ID(1), "mobile": phone(1)}},
    surnames_apart: {"张三": {"id_number": ID(1)}, "敖特根·巴雅尔": {"id_number": ID(2)}},
    nobody_called_a_name: {"张三": {"id_number": ID(1), "duty": "队员"}},
    several_facts_in_a_cell: {
        "张三": {"mobile": phone(1), "gender": "男", "emergency_name": "李四", "emergency_relation": "妻子",
                 "emergency_phone": phone(9), "address": "松山区演示路1号", "other_phone": "0476-8812345"},
        "王五": {"mobile": phone(3), "gender": "男", "emergency_name": "赵六", "emergency_phone": phone(8),
                 "address": "演示路2号", "other_phone": ""}},
    a_number_behind_the_name: {"张三": {"id_number": ID(1), "gender": "男", "ethnicity": "蒙"},
                               "李四": {"id_number": ID(2), "ethnicity": "汉族"}, "王五": {"id_number": ID(3)}},
    groups_called_anything: {"张三": {"group": "搜救组"}, "李四": {"group": "医疗组"}, "王五": {"group": "后勤保障"},
                             "赵六": {"group": "一队"}, "孙七": {"group": "通讯"}},
    somebody_to_call_behind_the_member: {
        "张三": {"mobile": phone(1), "other_phone": "", "emergency_name": "李四", "emergency_relation": "配偶",
                 "emergency_phone": phone(9), "joined_on": "2020.3"}},
    somebody_to_call_and_no_other_telephone: {"张三": {"mobile": "", "emergency_phone": phone(9)}},
    a_number_behind_what_it_is_of: {
        "张三": {"number": "", "cert_kind": "救护员证", "cert_number": "YS-1", "policy_number": "B-1"}},
    a_number_behind_what_nobody_knows: {"张三": {"number": "", "cert_number": ""}},
    groups_merged_over_the_table: {"张三": {"group": "水上分队"}, "李四": {"group": "医疗分队"}},
    groups_with_headings_of_their_own: {"张三": {"group": "第一组"}, "李四": {"group": "第二组"}},
    slashes_in_the_headings: {
        "张三": {"mobile": f"{phone(1)}、0476-8812345", "emergency_name": "", "emergency_phone": phone(9),
                 "cert_expires": "2024.5.1/2027.5.1"}},
    a_number_under_a_heading_of_its_own: {
        "张三": {"id_number": ID(1), "skills": "潜水"},
        "李四": {"id_number": f"{ID(2)}（新）"}, "王五": {"id_number": ""}},
    a_certificate_and_its_number: {"张三": {"cert_number": "救护员证/YS-1"}},
    a_group_in_the_column_of_names: {"张三": {"group": "一队"}, "李四": {"group": "二队"}},
}  # fmt: skip


def test_every_cell_is_read_for_what_it_is(songshan: Any, place: Organization) -> None:
    for make, expected in SHEETS.items():
        resource = RosterResource(by=songshan, teams=[place])
        merged = make is groups_merged_over_the_table
        edit = {"sheet_0": lambda page: page.merge_range(1, 0, 1, 3, "水上分队（共2人）")} if merged else {}
        found = read_rows(workbook(make(), **edit), XLSX, resource, {}, {})
        cells = {line.cells["name"]: line.cells for line in found.lines}
        assert cells.keys() == expected.keys(), make.__name__
        for name, fields in expected.items():
            assert {field: cells[name].get(field, "") for field in fields} == fields, (make.__name__, name)
        assert {field for cell in cells.values() for field in cell} <= set(found.names), make.__name__


def test_what_a_cell_says_beside_its_number_or_name_is_taken_for_what_it_is(
    as_user: Any, songshan: Any, place: Organization
) -> None:
    """The document before its number, the certificate before its own, who it is whom to call; and that a child is in
    the list is most likely a slip."""
    head = ["姓名", "证件号码", "救护证名称/编号", "发证日期", "紧急联系人（姓名、关系、电话）", "备注"]
    client = as_user(songshan)
    page = read(client, place, workbook([
        ["松山区红十字救援队二分队花名册"], head,
        ["张三", "护照 75 1234567", "初级救护员 编号YS-1", "24/4/15", f"李四 妻子 {phone(9)}", "2025年调往呼伦贝尔"],
        ["陈志明", "H01234567（回乡证）", "心肺复苏证：YS-2", "2024.5.1", f"母亲王梅{phone(8)}"],
        ["小明", ID(1, birth="20170606"), None, None, None],
        ["PETROV", "外侨N1", None, None, None],
    ]))  # fmt: skip
    told = {line["cells"][0]: {**line["note"], **line["why"]} for line in page.context["preview"]["rows"]}
    assert "请在号码前面写明，例如“护照 E12345678”" in told["PETROV"]["id_number"]
    assert "写着“调往”" in told["张三"]["remark"]
    assert any("写的内容没有登记" in said for said in page.context["preview"]["remarks"])
    assert "不满 14 周岁" in told["小明"]["id_number"]
    assert "按 2024-04-15 登记" in told["张三"]["cert_issued"]
    line = next(line for line in page.context["preview"]["rows"] if line["cells"][0] == "PETROV")
    address = f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}"
    client.post(address, {f"row-{line['key']}": "1", f"leave-{line['key']}": "1"})
    client.post(address, {"confirm": "1"}, follow=True)
    zhang, chen = Person.objects.get(name="张三"), Person.objects.get(name="陈志明")
    assert (zhang.id_type, zhang.id_number, zhang.emergency_name, zhang.emergency_relation) == (
        "passport", "751234567", "李四", "妻子"
    )  # fmt: skip
    assert (chen.id_type, chen.id_number, chen.emergency_relation) == ("hk_macao", "H01234567", "母亲")
    assert set(Certificate.objects.values_list("kind", "number")) == {("first_aid", "YS-1"), ("cpr_aed", "YS-2")}


def test_what_is_no_name_is_refused(as_user: Any, songshan: Any, place: Organization) -> None:
    page = read(as_user(songshan), place, workbook([["姓名", "身份证号"], ["队长：张三", ID(1)]]))
    assert "不该有的" in page.context["preview"]["rows"][0]["why"]["name"]


def test_how_long_a_certificate_counts(as_user: Any, songshan: Any, place: Organization) -> None:
    """From its first day, also where that stands in the same cell. A month of birth keeps nobody out."""
    head = ["姓名", "出生年月", "电话", "救护员证编号", "发证日期", "有效期", "是否党员"]
    page = read(as_user(songshan), place, workbook([
        head, ["张三", "1990.3", phone(1), "YS-1", "2024.5.1", "三年", "√"],
        ["李四", "1990年3月", phone(2), "YS-2", None, "2023.5.1-2026.5.1", "×"],
        ["王五", None, phone(3), "√", None, "3年", None], ["赵六", None, phone(4), None, None, "2027.5", None],
    ]))  # fmt: skip
    preview = page.context["preview"]
    assert preview["counts"]["wrong"] == 0, [line["why"] for line in preview["rows"]]
    told = {line["cells"][0]: line["note"] for line in preview["rows"]}
    assert "没有登记出生日期" in told["张三"]["birth"]
    assert "起的日期作为发证日期" in told["李四"]["cert_expires"]
    assert "没有发证日期" in told["王五"]["cert_number"]
    assert "没有登记证书" in told["赵六"]["cert_expires"]  # an end of nothing
    page.client.post(f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
    found = Certificate.objects.order_by("number").values_list("number", "issued_on", "expires_on")
    assert list(found) == [("YS-1", date(2024, 5, 1), date(2027, 5, 1)), ("YS-2", date(2023, 5, 1), date(2026, 5, 1))]
    party = {("张三", "01"), ("李四", ""), ("王五", ""), ("赵六", "")}
    assert set(Person.objects.values_list("name", "political")) == party


@pytest.mark.parametrize("mark", ["|", "，", "   ", "\u3000"])
def test_columns_pasted_from_anywhere(mark: str, songshan: Any, place: Organization) -> None:
    text = "\r\n".join(mark.join(row) for row in (["姓名", "身份证号", "电话"], ["张三", ID(1), phone(1)]))
    file = SimpleUploadedFile("名单.txt", text.encode())
    (line,) = read_rows(file, "text/csv", RosterResource(by=songshan, teams=[place]), {}, {}).lines
    assert line.cells == {"name": "张三", "id_number": ID(1), "mobile": phone(1)}


def test_a_page_called_xls_goes_in(as_user: Any, songshan: Any, place: Organization) -> None:
    """As the old system wrote it; what is a page and has no table is refused."""
    line = "".join(f"<td>{text}</td>" for text in ("张三", ID(1), phone(1)))
    page = f"<html><table><tr><td>姓名</td><td>身份证号</td><td>电话</td></tr><tr>{line}</tr></table></html>".encode()
    client = as_user(songshan)
    shown = read(client, place, SimpleUploadedFile("花名册.xls", page))
    assert shown.context["preview"]["counts"]["new"] == 1
    client.post(f"{shown.request['PATH_INFO']}?{shown.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
    assert Person.objects.get().id_number == ID(1)
    refused = read(client, place, SimpleUploadedFile("花名册.xls", b"<html><script>alert(1)</script></html>"))
    assert "网页" in refused.context["form"].errors["file"][0]
