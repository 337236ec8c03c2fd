"""Rosters as teams keep them, in every habit of writing: read, judged, mended in the page, taken in, taken back."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from core.models import AccessLog, Import, ImportHeading, ImportPage
from organizations.models import Organization
from organizations.reference import add_child
from people.heads import roster_of
from people.models import Certificate, Cover, Disclosure, Membership, Person, Policy
from people.workflow import MEMBERSHIP
from tests.people import builders
from tests.people.rosters import BASIC, basic_row, ods, workbook, xls

pytestmark = pytest.mark.django_db
ID = builders.citizen


@pytest.fixture
def client(as_user, songshan) -> Client:
    return as_user(songshan)


@pytest.fixture
def url(place: Organization) -> str:
    return f"/people/teams/{place.pk}/import/"


def send(client: Client, url: str, *sheets, **more):
    return client.post(
        url, {"file": sheets[0] if hasattr(sheets[0], "read") else workbook(*sheets, **more)}, follow=True
    )


def address(page) -> str:
    return f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}"


def confirm(client: Client, page):
    return client.post(address(page), {"confirm": "1"}, follow=True)


def rows(page) -> dict[str, dict]:
    """What the preview says, by the name in the row."""
    preview = page.context["preview"]
    at = preview["names"].index("name")
    return {line["cells"][at]: line for line in preview["rows"]}


def take(client: Client, url: str, *sheets, **more):
    page = send(client, url, *sheets, **more)
    assert page.context["preview"]["counts"]["wrong"] == 0, [
        (r["number"], r["why"]) for r in page.context["preview"]["rows"]
    ]
    return confirm(client, page)


HEAD = ["姓名", "身份证号", "电话"]


# -- habits --------------------------------------------------------------------------------
def test_title_and_unit_row_serials_blank_and_sum_rows(client, url, place):
    title = [["松山区红十字救援队队员花名册"], ["填报单位：松山队", None, None, "日期：2026.3.1"]]
    body = [["序号", *HEAD], [1, "王　明", ID(1), 13800000001], [2, None, None, None], [],
            [3, "陈静", ID(2), "138-0000-0002"],
            ["合计", "2人"], ["填表人：张三"]]  # fmt: skip
    page = send(client, url, [*title, *body], sheet_0=lambda sheet: sheet.merge_range(0, 0, 0, 3, title[0][0]))
    assert page.context["preview"]["counts"] | {"warned": 0} == {
        "wrong": 0, "warned": 0, "changed": 0, "new": 2, "left": 0, "same": 0, "total": 2,
    }  # fmt: skip
    confirm(client, page)
    assert set(Person.objects.values_list("name", "mobile")) == {("王明", "13800000001"), ("陈静", "13800000002")}
    assert Membership.objects.filter(organization=place, state="full").count() == 2


def test_who_left_and_is_still_on_the_roster_comes_back_with_a_day_of_its_own(client, url, place):
    head = [*HEAD, "入队日期"]
    old = Membership.objects.create(
        person=builders.person(1, name="王明"), organization=place, joined_on="2020-04-01", state="ended",
        left_on="2026-08-29", end_kind="voluntary", is_main=False,
    )  # fmt: skip
    page = send(client, url, [head, ["王明", ID(1), "", "2020.4.1"]])
    row = rows(page)["王明"]
    assert "上一段队籍到 2026-08-29 才结束" in str(row)
    assert "以前在本队，2026-08-29 退出（自愿退出）；将重新加入，没有回来的勾选“不导入”。" in str(row)
    take(client, url, [head, ["王明", ID(1), "", "2026.9.1"]])
    assert [str(row.joined_on) for row in old.person.memberships.order_by("pk")] == ["2020-04-01", "2026-09-01"]
    again = send(client, url, [head, ["王明", ID(1), "", "2026.9.1"]])
    assert again.context["preview"]["counts"]["same"] == 1
    assert "才结束" in str(rows(send(client, url, [head, ["王明", ID(1), "", "2020.4.1"]]))["王明"])


def test_a_permit_before_and_after_its_renewal_is_one_person(client, url, place):
    head = [*HEAD, "证件类型", "性别", "出生日期"]
    row = ["陈大文", "H01234567", "", "回乡证", "男", "1990-01-01"]
    take(client, url, [head, row, ["陈大文", "H01234567（02）", *row[2:]]])
    assert Person.objects.get().id_number == "H01234567"
    assert send(client, url, [head, ["陈大文", "H0123456703", *row[2:]]]).context["preview"]["counts"]["same"] == 1


def test_a_name_that_is_on_file_with_an_addition_in_brackets_is_the_same(client, url, place, office):
    builders.member(place, 1, person=builders.person(1, name="王明（演示）"))
    builders.member(place, 2, person=builders.person(2, name="陈静（演示）", id_number=""))
    builders.member(office("150402"), 3, person=builders.person(3, name="李红（演示）"))  # in another office's team
    page = send(client, url, [HEAD, ["王　明", ID(1), ""], ["陈静（演示）", "", ""], ["李红", ID(3), ""]])
    assert page.context["preview"]["counts"] | {"warned": 0} == {
        "wrong": 0, "warned": 0, "changed": 0, "new": 1, "left": 0, "same": 2, "total": 3,
    }  # fmt: skip
    confirm(client, page)
    assert set(Person.objects.values_list("name", flat=True)) == {"王明（演示）", "陈静（演示）", "李红（演示）"}


def test_heading_over_two_rows_with_merged_cells(client, url):
    upper = ["序号", "姓名", "身份证号", "应急救护证", None, None, "紧急联系人", None, "保险", None, None]
    lower = [None, None, None, "编号", "发证日期", "有效期至", "姓名", "电话", "公司", "保单号", "期限"]
    row = [
        1,
        "王明",
        ID(1),
        "YS-1",
        "2024年3月",
        "2027年2月",
        "王父",
        "13900000009",
        "演示保险",
        "B1",
        "2026.1.1-2026.12.31",
    ]

    def merge(sheet):
        for column in (0, 1, 2):
            sheet.merge_range(0, column, 1, column, upper[column])
        sheet.merge_range(0, 3, 0, 5, upper[3])
        sheet.merge_range(0, 6, 0, 7, upper[6])
        sheet.merge_range(0, 8, 0, 10, upper[8])

    take(client, url, [upper, lower, row], sheet_0=merge)
    person = Person.objects.get()
    assert (person.emergency_name, person.emergency_phone) == ("王父", "13900000009")
    paper = Certificate.objects.get()
    assert (paper.number, paper.issued_on, paper.expires_on) == ("YS-1", date(2024, 3, 1), date(2027, 2, 28))
    assert paper.state == "reported"  # nothing verifies itself
    cover = Cover.objects.get()
    assert (cover.policy.insurer, cover.starts_on, cover.ends_on) == ("演示保险", date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("dress", ["'{0}", " {0} ", "{1}", "{2}", "{3}"])
def test_numbers_in_every_dress(client, url, dress):
    number = next(n for n in map(ID, range(1, 60)) if n.endswith("X"))
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    text = dress.format(number, number.lower(), wide, f"{number[:6]} {number[6:14]} {number[14:]}")
    take(client, url, [HEAD, ["王明", text, "13800000001"]])
    assert Person.objects.get().id_number == number


def test_a_number_kept_as_a_number_has_lost_its_end(client, url):
    page = send(client, url, [HEAD, ["王明", 150404199003070015, "13800000001"]])
    line = rows(page)["王明"]
    assert line["why"]["id_number"].startswith("Excel 把号码存成了数字，后几位已丢失")
    key = line["key"]
    page = client.post(address(page), {"page": 1, f"cell-{key}-id_number": ID(1), "confirm": "1"}, follow=True)
    assert page.context["preview"]["counts"]["wrong"] == 0
    assert not Person.objects.exists()
    confirm(client, page)
    assert Person.objects.get().id_number == ID(1)


def test_a_number_that_a_program_wrote_out_is_exact(client, url):
    number = next(n for n in map(ID, range(1, 60)) if n.isdigit() and not n.endswith("000"))
    page = workbook([HEAD, ["王明", 123456789, "13800000001"]])
    target = BytesIO()
    with ZipFile(page) as given, ZipFile(target, "w") as changed:
        for part in given.namelist():
            changed.writestr(part, given.read(part).replace(b"<v>123456789</v>", f"<v>{number}</v>".encode()))
    take(client, url, SimpleUploadedFile("花名册.xlsx", target.getvalue()))
    assert Person.objects.get().id_number == number


def test_csv_that_excel_saved_with_power_notation(client, url):
    text = f"姓名,身份证号,电话\n王明,1.50404E+17,13800000001\n陈静,{ID(2)},13800000002\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        page = send(client, url, SimpleUploadedFile("名单.csv", text.encode(encoding)))
        assert page.context["preview"]["counts"]["wrong"] == 1
        assert "后几位已丢失" in rows(page)["王明"]["why"]["id_number"]


@pytest.mark.parametrize("made", [ods, xls])
def test_files_of_libreoffice_and_of_old_excel(client, url, place, made):
    head = ["序号", *HEAD, "入队时间"]
    body = [
        [1, "王　明", ID(1), 13800000001, date(2024, 3, 1)],
        [2, "敖特根巴雅尔·孟和", ID(2), "138-0000-0002", "2024.5"],
    ]
    file = made([["松山区红十字救援队队员花名册"], head, *body, ["合计", "2人"]])
    page = send(client, url, file)
    assert page.context["preview"]["counts"]["new"] == 2, page.context["preview"]
    confirm(client, page)
    found = Membership.objects.filter(organization=place).order_by("joined_on").values_list(
        "person__name", "person__mobile", "joined_on"
    )  # fmt: skip
    assert list(found) == [
        ("王明", "13800000001", date(2024, 3, 1)), ("敖特根巴雅尔·孟和", "13800000002", date(2024, 5, 1))
    ]  # fmt: skip
    assert send(client, url, made([head, *body])).context["preview"]["counts"]["same"] == 2


def test_sheets_are_groups_and_one_can_be_left_out(client, url):
    first, second = [[HEAD, ["王明", ID(1), ""]], [HEAD, ["陈静", ID(2), ""]]]
    page = send(client, url, first, second, [["说明"], ["随便"]], names=["水域组", "山岳组", "说明"])
    assert page.context["preview"]["counts"]["total"] == 2
    assert [sheet["why"] for sheet in page.context["preview"]["sheets"]][2]
    page = client.post(address(page), {"columns": "1", "sheets": "1", "sheet-0": "1"}, follow=True)
    assert page.context["preview"]["counts"]["total"] == 1
    confirm(client, page)
    assert list(Membership.objects.values_list("person__name", "group")) == [("王明", "水域组")]


def test_merged_group_cells_group_rows_and_hidden_rows(client, url):
    body = [
        ["组别", *HEAD],
        ["第一组", "王明", ID(1), ""],
        [None, "李志强", ID(3), ""],
        ["第二分队"],
        [None, "陈静", ID(2), ""],
    ]

    def edit(sheet):
        sheet.merge_range(1, 0, 2, 0, "第一组")
        sheet.merge_range(3, 0, 3, 3, "第二分队")
        sheet.set_row(2, None, None, {"hidden": True})

    page = send(client, url, [body[0], *body[1:]], sheet_0=edit)
    assert "隐藏行" in rows(page)["李志强"]["note"][""]
    confirm(client, page)
    assert dict(Membership.objects.values_list("person__name", "group")) == {
        "王明": "第一组", "李志强": "第一组", "陈静": "第二分队",
    }  # fmt: skip


def test_photos_in_cells_are_told(client, url, tmp_path):
    from PIL import Image

    path = tmp_path / "p.png"
    Image.new("RGB", (8, 8), "red").save(path)
    page = send(client, url, [HEAD, ["王明", ID(1), ""]], sheet_0=lambda sheet: sheet.insert_image(1, 4, str(path)))
    assert any("1 张图片，没有导入" in text for text in page.context["preview"]["remarks"])


def test_a_birthday_beside_a_number_is_doubted_for_what_it_is(client, url):
    for said, note in (
        ("1990.03（36岁）", ""),
        ("1991.03（35岁）", "不一致"),
        ("农历二月十一", "没有读成日期"),
        ("36岁", "没有读成日期"),
    ):
        page = send(client, url, [["姓名", "出生年月", "身份证号"], ["王明", said, ID(1)]])
        assert note in rows(page)["王明"]["note"].get("birth", "")
        assert bool(note) == ("birth" in rows(page)["王明"]["note"])


def test_sex_and_birthday_come_from_the_number(client, url):
    head = ["姓名", "性别", "出生年月", "身份证号", "血型", "政治面貌", "民族", "学历", "电话"]
    page = send(
        client, url, [head, ["王明", "女", "1991年3月", ID(1), "A", "党员", "蒙古", "大专", "13800000001、13900000002"]]
    )
    said = rows(page)["王明"]["note"]
    assert "按号码登记" in said["gender"]
    assert "1990-03-07" in said["birth"]
    assert "两个号码" in said["mobile"]
    assert any("健康信息" in text for text in page.context["preview"]["remarks"])
    confirm(client, page)
    person = Person.objects.get()
    assert (person.gender, person.birth, person.political, person.ethnicity, person.education, person.other_phone) == (
        "1", date(1990, 3, 7), "01", "蒙古族", "30", "13900000002",
    )  # fmt: skip
    assert person.health_cipher == ""


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ([["姓名"], ["王明"]], "只认出“姓名”一列，还至少要有一列认得出的，例如：证件号码、手机、入队日期。"),
        ([["序号", "姓名"], [1, "王明"], [2, "李强"]], "只认出“姓名”一列"),
        ([["王明"], ["李强"]], "没有找到表头。表格里要有写着列名的一行：“姓名”，和别的至少一列，例如：证件号码"),
    ],
)
def test_names_alone_are_told_what_is_wanted_beside_them(client, url, file, said):
    """That a heading 姓名 was wanted did not help whoever had written just that."""
    assert said in send(client, url, file).context["form"].errors["file"][0]


def test_an_old_number_is_not_the_one_to_call(client, url):
    """Left standing in a hidden column, it was taken for the mobile, and the one in use for the second."""
    head = ["姓名", "身份证号", "手机号（旧）", "联系电话"]
    page = send(client, url, [head, ["王明", ID(1), "13900000009", "13800000001"]])
    assert any("这些列没有读" in text and "手机号（旧）" in text for text in page.context["preview"]["remarks"])
    confirm(client, page)
    person = Person.objects.get()
    assert (person.mobile, person.other_phone) == ("13800000001", "")


def test_columns_are_corrected_on_the_page_and_remembered(client, url, place):
    file = [["队员", "编码", "联系"], ["王明", ID(1), "13800000001"]]
    head = [["姓名", "号码栏", "电话"], ["王明", ID(1), "13800000001"]]
    assert "只认出“姓名”一列" in send(client, url, file).context["form"].errors["file"][0]
    page = send(client, url, head)
    number = [each["text"] for each in page.context["preview"]["columns"]].index("号码栏")
    chosen = {"columns": "1", "sheets": "1", "sheet-0": "1", f"column-{number}": "id_number"}
    page = client.post(address(page), chosen, follow=True)
    assert "id_number" in page.context["preview"]["names"]
    assert ImportHeading.objects.get(place=str(place.pk)).field == "id_number"
    confirm(client, page)
    assert Person.objects.get().id_number == ID(1)
    again = send(client, url, head)
    assert again.context["preview"]["counts"]["same"] == 1


# -- matching --------------------------------------------------------------------------------
def test_second_time_nothing_changes_and_it_is_said(client, url):
    sheet = [BASIC, *(basic_row(number) for number in range(1, 6))]
    take(client, url, sheet)
    before = list(Person.objects.values_list("pk", "version"))
    page = send(client, url, sheet)
    assert page.context["preview"]["counts"]["same"] == 5
    assert "都和已登记的一致，没有要改的" in page.content.decode()
    confirm(client, page)
    assert list(Person.objects.values_list("pk", "version")) == before
    assert Policy.objects.count() == 1


def test_people_without_number_and_mobile_are_found_again_by_name(client, url):
    sheet = [["姓名", "职务"], ["王明", "队员"], ["敖特根巴雅尔·孟和", "副队长"]]
    take(client, url, sheet)
    assert send(client, url, sheet).context["preview"]["counts"]["same"] == 2


def test_updated_file_shows_what_changes_per_person(client, url):
    take(client, url, [BASIC, basic_row(1), basic_row(2)])
    page = send(client, url, [BASIC, basic_row(1, 职务="副队长", 联系电话="13911112222"), basic_row(2)])
    assert page.context["preview"]["counts"] | {"warned": 0} == {
        "wrong": 0, "warned": 0, "changed": 1, "new": 0, "left": 0, "same": 1, "total": 2,
    }  # fmt: skip
    line = next(line for line in page.context["preview"]["rows"] if line["kind"] == "changed")
    assert line["old"] == {"duty": "队员", "mobile": "138****0001"}
    done = confirm(client, page)
    person = Person.objects.get(mobile="13911112222")
    assert person.memberships.get().duty == "副队长"
    assert person.version == 2
    events = person.tracked_events.order_by("pgh_id")
    assert [event.mobile for event in events] == ["13800000001", "13911112222"]
    assert events.last().pgh_context["user_name"]
    undone = client.post(address(done), {"undo": "1"}, follow=True)
    assert "撤回 2 条" in undone.content.decode()
    person.refresh_from_db()
    assert person.mobile == "13800000001"
    assert person.memberships.get().duty == "队员"


def test_who_is_missing_is_told_and_stays(client, url):
    take(client, url, [BASIC, basic_row(1), basic_row(2)])
    page = send(client, url, [BASIC, basic_row(1, 职务="副队长")])
    remark = next(remark for remark in page.context["preview"]["remarks"] if "不在这份文件里" in str(remark))
    assert "1 人不在这份文件里" in remark["text"]
    assert f'href="{remark["url"]}"' in page.content.decode()
    listed = client.get(remark["url"]).context["table"].data
    assert [row.person.name for row in listed] == [basic_row(2)[1]], "from there each is seen out"
    confirm(client, page)
    assert Membership.objects.current().count() == 2


def test_person_of_another_team_joins_the_record_that_is_there(client, url, place, office, baotou):
    other = add_child(
        office("150200"),
        code="T1502009001",
        name="包头演示救援队",
        short_name="包头演示队",
        level="team",
        division_id="150200",
    )
    there = builders.member(
        other, 1, person=builders.person(1, name="王明", employer="包头秘密单位", mobile="13700001111")
    )
    page = send(
        client,
        url,
        [["姓名", "身份证号", "电话", "工作单位", "民族"], ["王明", ID(1), "13800000001", "本队单位", "汉族"]],
    )
    line = rows(page)["王明"]
    assert line["note"][""] == "已在系统里，将加入本队。"
    html = page.content.decode()
    assert "包头" not in html
    assert "13700001111" not in html
    assert "137****1111" not in html
    confirm(client, page)
    person = Person.objects.get()
    assert (person.employer, person.mobile, person.ethnicity) == (
        "包头秘密单位",
        "13700001111",
        "汉族",
    )  # only filled in
    assert [m.is_main for m in person.memberships.order_by("pk")] == [True, False]
    assert there.person_id == person.pk
    page = send(client, url, [HEAD, ["李四", ID(1), ""]])
    assert "另一个姓名" in rows(page)["李四"]["why"]["name"]
    assert "王明" not in page.content.decode()


def test_number_is_filled_in_for_a_member_who_had_none(client, url, place):
    builders.member(place, person=builders.person(1, name="王明", id_number="", mobile="13800000001"))
    take(client, url, [HEAD, ["王　明", ID(1), "13800000001"]])
    assert Person.objects.get().id_number == ID(1)


def test_doubles_within_the_file(client, url):
    page = send(
        client,
        url,
        [HEAD, ["王明", ID(1), ""], ["王小明", ID(1), ""], ["甲乙", "", "13800000009"], ["甲乙", "", "13800000009"]],
    )
    wrong = [line["why"] for line in page.context["preview"]["rows"] if line["kind"] == "wrong"]
    assert wrong == [
        {"id_number": "姓名：和第 2 行是同一个证件号码，内容不同。"},
        {"name": "和第 4 行的姓名、手机相同，又没有证件号码。"},
    ]


def test_rows_of_several_teams(as_user, chifeng, songshan, place, office):
    client = as_user(songshan)
    sheet = [["救援队", *HEAD], [place.name, "王明", ID(1), ""], ["没有的队", "陈静", ID(2), ""]]
    page = send(client, "/people/import/", sheet)
    assert "名册不归您管" in rows(page)["陈静"]["why"]["team"]
    key = rows(page)["陈静"]["key"]
    page = client.post(address(page), {"page": 1, f"row-{key}": "1", f"leave-{key}": "1", "recheck": "1"}, follow=True)
    assert page.context["preview"]["counts"]["left"] == 1
    assert ID(2) not in page.content.decode(), "nothing is to be mended in a row that is left out"
    confirm(client, page)
    assert Membership.objects.get().organization == place


def test_the_team_is_filled_in_where_the_file_does_not_say_it(as_user, songshan, place):
    client = as_user(songshan)
    page = send(client, "/people/import/", [HEAD, ["王明", ID(1), ""]])
    assert "填在这里" in rows(page)["王明"]["why"]["team"]
    cell = f"cell-{rows(page)['王明']['key']}-team"
    assert f'name="{cell}"' in page.content.decode(), "or the file could be mended in Excel only"
    page = client.post(address(page), {"page": 1, cell: place.short_name, "recheck": "1"}, follow=True)
    confirm(client, page)
    assert Membership.objects.get().organization == place


def test_the_title_says_which_team(as_user, songshan, place, url):
    """Of several, whose list it is; of one, whether it is somebody else's."""
    body = [HEAD, ["王明", ID(1), ""]]
    client, title = as_user(songshan), f"2026年{place.name}队员信息统计表（示例）"
    for above in ([title], [f"单位：{place.name}", None, "2026.3"], [f"一、{place.name}（1人）"]):
        sheet = [above, *body] if "一、" not in above[0] else [body[0], above, body[1]]
        page = send(client, "/people/import/", sheet)
        assert rows(page)["王明"]["why"] == {}, above
        page = send(client, url, sheet)
        assert "请确认是不是" not in str(page.context["preview"]["remarks"]), above
    page = send(client, url, [["乌兰红十字水上救援队花名册"], *body])
    assert "表格上写的是“乌兰红十字水上救援队”" in str(page.context["preview"]["remarks"])
    page = send(client, "/people/import/", [["乌兰红十字水上救援队花名册"], *body])
    assert "team" in rows(page)["王明"]["why"]


# -- all or none, and back --------------------------------------------------------------------------------
def test_a_bad_row_keeps_everything_out_and_is_marked_in_the_file(client, url):
    page = send(
        client,
        url,
        [HEAD, ["王明", ID(1), "13800000001"], ["陈静", ID(2)[:-1] + ("1" if ID(2)[-1] != "1" else "2"), "12345"]],
    )
    why = rows(page)["陈静"]["why"]
    assert "校验码不对" in why["id_number"]
    assert "手机号应为 11 位" in why["mobile"]
    confirm(client, page)
    assert not Person.objects.exists()
    annotated = client.get(address(page) + "&annotated=1")
    sheet = load_workbook(BytesIO(b"".join(annotated.streaming_content))).active
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.comment and "校验码" in cell.comment.text)
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")


def test_preview_keeps_nothing_readable_in_the_database(client, url):
    page = send(client, url, [HEAD, ["王明", ID(1), "13800000001"]])
    item = Import.objects.get()
    assert ID(1) not in str(item.report)
    assert ID(1) not in ImportPage.objects.get(item=item).sealed
    assert ID(1) not in page.content.decode()  # a row nobody has to mend is masked
    confirm(client, page)
    assert not ImportPage.objects.exists()


def test_undo_ends_what_came_in_and_leaves_what_was_worked_on(client, url, place):
    done = take(client, url, [BASIC, basic_row(1), basic_row(2)])
    touched = Membership.objects.get(person__mobile="13800000001")
    touched.duty, touched.version = "队长", touched.version + 1
    touched.save()
    page = client.post(address(done), {"undo": "1"}, follow=True)
    assert page.context["result"]["left"] == [[touched.person.name, "导入以后队籍又有改动，请在名册上办理。"]]
    touched.refresh_from_db()
    assert touched.is_current
    assert touched.person.id_number == ID(1)
    other = Membership.objects.exclude(pk=touched.pk).get()
    assert (other.state, other.end_kind) == ("ended", "mistake")
    assert other.person.id_index is None
    assert other.person.anonymised_at
    again = take(client, url, [BASIC, basic_row(2)])
    assert "新增 1" in again.content.decode()


def test_who_came_in_by_mistake_never_was_there_and_empty_records_are_on_no_list(client, url, place):
    done = take(client, url, [BASIC, basic_row(1), basic_row(2)])
    then = date(2025, 1, 1)
    assert roster_of(place.pk, then).registered == 2
    client.post(address(done), {"undo": "1"})
    stranger = builders.member(place, 3, joined_on=date(2024, 1, 1))
    MEMBERSHIP.perform(stranger, "end", by=done.wsgi_request.user, left_on=timezone.localdate(), end_kind="mistake")
    assert roster_of(place.pk, then).registered == 0
    assert len(client.get(f"/people/members/?at={then}").context["table"].rows) == 0
    for address_ in ("/people/", "/people/members/?state=ended", "/people/members/?state=all"):
        page = client.get(address_).content.decode()
        assert ("撤销的导入" in page, stranger.person.name in page) == (False, True)


def test_an_import_is_noted(client, url, songshan):
    take(client, url, [BASIC, basic_row(1)])
    note = AccessLog.objects.get(kind=AccessLog.Kind.IMPORTED)
    assert note.user == songshan
    assert note.detail["new"] == 1
    assert ID(1) not in str(note.detail)


def test_get_changes_nothing_and_the_blank_sheet_comes_back(client, url):
    assert client.get(url).status_code == 200
    blank = b"".join(client.get(url + "?blank=1").streaming_content)
    page = send(client, url, SimpleUploadedFile("空白.xlsx", blank))
    assert "表头下面没有内容" in page.context["form"].errors["file"][0]
    assert not Import.objects.exists()


def test_a_team_or_sheet_of_any_name_gets_its_blank_form_and_its_marked_file(client, url, songshan):
    """Excel takes no slash in the name of a sheet, nor one twice; files on Windows take no slash either."""
    place = Organization.objects.get(pk=url.split("/")[3])
    place.short_name = "松山[一/二]队"
    place.save(update_fields=["short_name"])
    blank = client.get(url + "?blank=1")
    assert load_workbook(BytesIO(b"".join(blank.streaming_content))).sheetnames[0] == "导入名册：松山 一 二 队"
    assert unquote(blank["Content-Disposition"]).endswith("导入名册：松山[一_二]队.xlsx")
    head = "<Row>" + "".join(f"<Cell><Data>{text}</Data></Cell>" for text in HEAD) + "</Row>"
    sheets = "".join(
        f'<Worksheet ss:Name="{name}"><Table>{head}<Row><Cell><Data>王明</Data></Cell><Cell><Data>1</Data></Cell></Row>'
        "</Table></Worksheet>"
        for name in ("一/二", "一:二", "'History")
    )
    book = f'<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">{sheets}</Workbook>'
    page = send(client, url, SimpleUploadedFile("老系统.xls", book.encode()))
    marked = client.get(address(page) + "&annotated=1")
    assert load_workbook(BytesIO(b"".join(marked.streaming_content))).sheetnames == [
        "一 二",
        "一 二 (2)",
        "History (2)",
    ]


def test_outsiders_and_insiders_without_the_right(as_user, baotou, leader, member, url):
    assert as_user(baotou).get(url).status_code == 404
    assert as_user(leader).get(url).status_code == 403
    assert as_user(leader).post(url, {}).status_code == 403
    assert as_user(member).get("/people/import/").status_code == 403


def test_long_rosters_are_done_by_jobs_with_pages(client, url, django_capture_on_commit_callbacks):
    sheet = [BASIC, *(basic_row(number) for number in range(1, 321)), basic_row(400, 身份证号="1504")]
    with django_capture_on_commit_callbacks(execute=True):
        page = send(client, url, sheet)
    job, item = page.context["job"], Import.objects.get()
    job.refresh_from_db()
    assert job.state == "ready"
    preview = client.get(f"{url}?import={item.pk}")
    assert preview.context["pages"] > 3
    assert preview.context["preview"]["rows"][0]["kind"] == "wrong"
    key = preview.context["preview"]["rows"][0]["key"]
    where = address(preview)
    moved = client.post(where, {"page": 1, "goto": 2, f"row-{key}": "1", f"leave-{key}": "1"}, follow=True)
    assert moved.context["page"].number == 2
    with django_capture_on_commit_callbacks(execute=True):
        client.post(where, {"page": 2, "recheck": "1"}, follow=True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(where, {"page": 1, "confirm": "1"}, follow=True)
    assert Membership.objects.count() == 320
    assert "已导入：新增 320" in client.get(where).content.decode()


# -- on paper --------------------------------------------------------------------------------
def test_printed_roster_masks_and_a_full_one_asks_and_is_noted(as_user, client, place, captain):
    who = builders.ready(place, 1).person
    paper = f"/people/teams/{place.pk}/roster.pdf"
    content = b"".join(client.get(paper).streaming_content)
    assert content.startswith(b"%PDF")
    assert not Disclosure.objects.exists()
    asked = client.get(paper + "?full=1")
    assert asked.status_code == 200
    assert "都能在" in asked.content.decode()
    assert as_user(captain).get(paper + "?full=1").status_code in (403, 404)
    assert client.post(paper + "?full=1", {"reason": ""}).status_code == 422
    full = client.post(paper + "?full=1", {"reason": "报自治区备案"})
    assert b"".join(full.streaming_content).startswith(b"%PDF")
    note = Disclosure.objects.get(person=who)
    assert (note.what, note.reason) == ("export", "报自治区备案")


def test_columns_of_the_printed_roster_are_as_wide_as_its_page() -> None:
    """Fixed widths that come to more reach over the edge of the paper, and nothing says so."""
    sheet, paper = Path("static/pdf/roster.css").read_text(), Path("templates/pdf/roster.html").read_text()
    wide = {name: int(mm) for name, mm in re.findall(r"\.(c-[a-z]+) \{ width: (\d+)mm", sheet)}
    margin = re.search(r"margin: \d+mm (\d+)mm", sheet)
    assert margin is not None
    assert sum(wide[name] for name in re.findall(r'<col class="(c-[a-z]+)">', paper)) == 297 - 2 * int(margin[1])
