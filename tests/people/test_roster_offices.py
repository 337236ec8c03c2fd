"""Rosters with what goes wrong unseen: each habit is read as it was meant, or told at its place."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from core.models import ImportHeading
from people.models import Certificate, Membership, Person
from tests.people import builders
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.rosters import BASIC, basic_row
from tests.people.test_roster_import import address, client, confirm, rows, send, url  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "身份证号", "电话"]


def one(number: int, name: str = "王明") -> list[str]:
    return [name, ID(number), f"1380000{number:04d}"]


def told(page: Any) -> str:
    return " ".join(str(remark) for remark in page.context["preview"]["remarks"])


# -- cells ----------------------------------------------------------------------------------------------------
# heading and text of a cell → the column that is wrong ("": none), what is said
CELLS = {
    ("电话", "#REF!"): ("mobile", "显示“#REF!”"),
    ("工作单位", "#N/A"): ("employer", "显示“#N/A”"),
    ("入队日期", "########"): ("joined_on", "读不出内容"),
    ("电话", "1.38E+10"): ("mobile", "后几位已丢失"),
    ("身份证号", f"{ID(2)[:15]}000"): ("id_number", "多半是 Excel"),
    ("身份证号", "150404900307001"): ("id_number", "15 位的旧号码"),
    ("姓名", "王明、李四"): ("name", "每人写一行"),
    ("姓名", "王明\n李四"): ("name", "每人写一行"),
    ("姓名", "王明😀"): ("name", "不该有的"),
    ("姓名", "=1+1"): ("name", ""),
    ("姓名", "王明 队长"): ("", "“队长”没有作为姓名"),
    ("备注", "2025年6月离队"): ("", "写着“离队”"),
    ("救护证有效期", "2024.3.1-2027.2.28"): ("", ""),
}


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}-{len(cell[1])}")
def test_what_a_cell_lost_is_told_at_the_cell(client, url, cell):  # noqa: F811
    heading, text = cell
    head = HEAD if heading in HEAD else [*HEAD, heading]
    values = dict(zip(HEAD, one(1), strict=True)) | {heading: text}

    def write(page: Any) -> None:
        for at, name in enumerate(head):
            page.write_string(1, at, values[name])

    (line,) = send(client, url, [head], sheet_0=write).context["preview"]["rows"]
    column, said = CELLS[cell]
    assert set(line["why"]) == ({column} if column else set())
    assert said in (line["why"].get(column) or " ".join(line["note"].values()))


@pytest.mark.parametrize("slip", ["O", "o"])
def test_a_letter_for_nought_is_read_where_the_check_digit_proves_it(client, url, slip):  # noqa: F811
    confirm(client, send(client, url, [HEAD, ["王明", ID(1).replace("0", slip), ""]]))
    assert Person.objects.get().id_number == ID(1)


def test_a_failed_formula_is_mended_or_emptied_in_the_preview(client, url):  # noqa: F811
    page = send(client, url, [[*HEAD, "工作单位"], [*one(1), "#N/A"], [*one(2, "李四"), "#N/A"]])
    first, second = (rows(page)[name]["key"] for name in ("王明", "李四"))
    typed = {"page": 1, f"cell-{first}-employer": "演示医院", f"cell-{second}-employer": "", "recheck": "1"}
    confirm(client, client.post(address(page), typed, follow=True))
    assert dict(Person.objects.values_list("name", "employer")) == {"王明": "演示医院", "李四": ""}


def test_formulas_dragged_down_below_the_last_row_are_no_records(client, url):  # noqa: F811
    def drag(page: Any) -> None:
        for at in range(2, 200):
            page.write_formula(at, 1, "=MID(A9,1,2)", None, "#VALUE!")

    assert send(client, url, [HEAD, one(1)], sheet_0=drag).context["preview"]["counts"]["total"] == 1


# -- headings ---------------------------------------------------------------------------------------------------
UPPER = ["序号", "姓名", "公民身份号码", "证书情况", None, None, None]
LOWER = [None, None, None, "名称", "编号", "发证日期", "有效期"]


@pytest.mark.parametrize("is_merged", [True, False])
def test_columns_below_one_heading_are_about_that(client, url, is_merged):  # noqa: F811
    """编号 below 证书情况 is the certificate's, and 名称 its kind; a csv knows no merged cells."""

    def merge(page: Any) -> None:
        page.merge_range(0, 3, 0, 6, "证书情况")

    body = [1, "王明", ID(1), "业余无线电操作证书", "BA4", "2025-01-10", ""]
    page = send(client, url, [UPPER, LOWER, body], **({"sheet_0": merge} if is_merged else {}))
    assert "number" not in page.context["preview"]["names"]
    confirm(client, page)
    paper = Certificate.objects.get()
    assert (paper.number, paper.kind_id == "first_aid") == ("BA4", False)


def test_what_papers_somebody_has_is_read_and_several_in_a_cell_are_not_guessed_at(client, url):  # noqa: F811
    head = ["姓名", "身份证号", "持证情况", "取证时间"]
    said = ["绳索救援证（一级）", "救护员证\n绳索", "有", "无", "应急救护员证（初级）"]
    body = [[f"王{name}", ID(at), text, "2025.6.1" if at != 4 else ""]
            for at, (name, text) in enumerate(zip("一二三四五", said, strict=True), 1)]  # fmt: skip
    page = send(client, url, [head, *body])
    assert "写了几种证书" in rows(page)["王二"]["note"]["cert_kind"]
    confirm(client, page)
    kinds = dict(Certificate.objects.values_list("person__name", "kind"))
    assert kinds == {"王一": "rope", "王三": "first_aid", "王五": "first_aid"}


def test_columns_below_somebody_else_are_not_the_members(client, url):  # noqa: F811
    upper, lower = ["姓名", "身份证号", "家庭成员", None], [None, None, "姓名", "电话"]
    page = send(client, url, [upper, lower, ["王明", ID(1), "王父", "13900000009"]],
                sheet_0=lambda sheet: sheet.merge_range(0, 2, 0, 3, "家庭成员"))  # fmt: skip
    assert page.context["preview"]["names"] == ["name", "id_number"]


def test_a_second_column_of_one_meaning_is_told(client, url):  # noqa: F811
    page = send(
        client,
        url,
        [["姓名", "电话", "电话", "身份证号", "身份证号"], ["王明", "13800000001", "13900000002", ID(1), "x"]],
    )
    assert "没有读 E 列“身份证号”" in told(page)
    confirm(client, page)
    assert Person.objects.get().other_phone == "13900000002"


# -- rows and sheets ----------------------------------------------------------------------------------------------
def test_heading_and_title_of_the_next_page_are_no_group_and_no_member(client, url):  # noqa: F811
    def merge(page: Any) -> None:
        for at in (0, 3):
            page.merge_range(at, 0, at, 2, "某旗花名册")

    page = send(client, url, [["某旗花名册"], HEAD, one(1), ["某旗花名册"], HEAD, one(2, "李四")], sheet_0=merge)
    assert (page.context["preview"]["counts"]["total"], page.context["preview"]["names"]) == (
        2, ["name", "id_number", "mobile"],
    )  # fmt: skip


def test_a_member_who_is_named_above_the_heading_is_one(client, url):  # noqa: F811
    head = ["姓名", "电话"]
    page = send(
        client, url, [["队长", "王明", "13800000001"], head, ["王明", "13800000001"], head, ["李四", "13800000002"]]
    )
    assert page.context["preview"]["counts"]["total"] == 2


# what stands on another sheet beside a list without 身份证号 → nothing, and the list is read
BESIDE = {
    "an empty form": [HEAD],
    "an empty form with its example": [HEAD, ["示例：王明", ID(1), "13800000001"]],
    "a list without names": [["身份证号", "电话"], [ID(1), "13800000001"]],
}


@pytest.mark.parametrize("other", BESIDE)
def test_only_what_has_rows_makes_the_others_doubtful(client, url, other):  # noqa: F811
    page = send(client, url, [["姓名", "电话"], ["王明", "13800000001"]], BESIDE[other], names=["名单", "模板"])
    assert page.context["preview"]["counts"]["total"] == 1


def test_a_remark_that_came_to_nothing_keeps_nobody_out(client, url):  # noqa: F811
    page = send(client, url, [[*HEAD, "备注"], [*one(1), "#REF!"]])
    assert page.context["preview"]["counts"]["wrong"] == 0


def test_a_column_of_a_certificate_that_is_given_no_more_is_forgotten(client, url, place):  # noqa: F811
    ImportHeading.objects.create(kind="roster", place=str(place.pk), heading="旧证", field="cert:gone")
    assert send(client, url, [[*HEAD, "旧证"], [*one(1), "A1"]]).context["preview"]["names"] == [
        "name", "id_number", "mobile",
    ]  # fmt: skip


PAPERS = [*HEAD, "证书名称", "证书编号", "发证日期"]
SECOND = ["业余无线电操作证书", "BA4", "2025-02-01"]


@pytest.mark.parametrize("is_merged", [True, False])
def test_a_second_certificate_in_the_next_row(client, url, is_merged):  # noqa: F811
    def merge(page: Any) -> None:
        for at, value in enumerate(one(1)):
            page.merge_range(1, at, 2, at, value)

    again = [None, None, None] if is_merged else one(1)
    body = [[*one(1), "救护员证", "YS-1", "2025-01-10"], [*again, *SECOND]]
    page = send(client, url, [PAPERS, *body], **({"sheet_0": merge} if is_merged else {}))
    assert "只登记证书" in page.context["preview"]["rows"][0]["note"][""]
    done = confirm(client, page)
    assert (Person.objects.count(), Membership.objects.count(), Certificate.objects.count()) == (1, 1, 2)
    second = send(client, url, [PAPERS, *body], **({"sheet_0": merge} if is_merged else {}))
    assert second.context["preview"]["counts"]["same"] == 2
    client.post(address(done), {"undo": "1"})
    assert not Membership.objects.current().exists()


def test_a_list_of_telephones_among_rosters_is_read_only_when_asked(client, url):  # noqa: F811
    phones = [["姓名", "电话"], ["王明", "13800000001"], ["李四", ""], ["快递小哥", "13700000001"]]
    page = send(client, url, [HEAD, one(1), one(2, "李四")], phones, names=["花名册", "通讯录"])
    assert page.context["preview"]["counts"]["total"] == 2
    assert "没有读“通讯录”" in told(page)
    asked = {"columns": "1", "sheets": "1", "sheet-0": "1", "sheet-1": "1"}
    page = client.post(address(page), asked, follow=True)
    other = [line for line in page.context["preview"]["rows"] if line["sheet"] == "通讯录"]
    said = [line["why"].get("name", "") + line["note"].get("", "") for line in other]
    assert "和“花名册”第 3 行同名" in said[0]
    assert any("和“花名册”第 2 行是同一个人，只登记一次" in text for text in said)


def test_the_same_people_on_two_sheets_are_taken_once(client, url):  # noqa: F811
    page = send(client, url, [HEAD, one(1), one(2, "李四")], [HEAD, one(1)], names=["总表", "水域组"])
    assert page.context["preview"]["counts"]["wrong"] == 0
    assert "“总表”第 2 行" in next(row["note"][""] for row in page.context["preview"]["rows"] if row["kind"] == "same")
    confirm(client, page)
    assert Membership.objects.count() == 2


# -- out and in again -----------------------------------------------------------------------------------------------
def test_the_marked_file_mended_in_excel_comes_back(client, url):  # noqa: F811
    page = send(client, url, [[*HEAD, "工作单位"], [*one(1), "甲"], ["李四", ID(2), "123", "#REF!"]])
    book = load_workbook(BytesIO(b"".join(client.get(address(page) + "&annotated=1").streaming_content)))
    for line in book.active.iter_rows():
        for cell in line:
            cell.value = {"123": "13800000002", "#REF!": "乙"}.get(cell.value, cell.value)
    target = BytesIO()
    book.save(target)
    confirm(client, send(client, url, SimpleUploadedFile("核对结果.xlsx", target.getvalue())))
    assert set(Person.objects.values_list("name", "employer")) == {("王明", "甲"), ("李四", "乙")}


def test_the_blank_sheet_filled_in_comes_back(client, url):  # noqa: F811
    book = load_workbook(BytesIO(b"".join(client.get(url + "?blank=1").streaming_content)))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for heading, value in zip(("姓名（必填）", "证件号码", "手机"), one(1), strict=True):
        sheet.cell(3, heads.index(heading) + 1, value)
    target = BytesIO()
    book.save(target)
    page = send(client, url, SimpleUploadedFile("空白.xlsx", target.getvalue()))
    assert "读了 1 张工作表" in page.content.decode()
    assert "证书登记为" not in page.content.decode(), "there are columns for certificates, and none is written"
    assert '<span class="sheet">' not in page.content.decode()
    confirm(client, page)
    assert Person.objects.get().id_number == ID(1)
    assert Membership.objects.get().group == "", (
        "the sheet that explains the columns makes no group of the other's name"
    )


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["赤峰", "Sheet2", "Sheet3"], ["", ""]),  # old Excel leaves empty sheets behind
        (["激流组名单", "岸上保障组"], ["激流组", "岸上保障组"]),
        (["2026年队员花名册", "骨干队员名单"], ["", "骨干"]),
    ],
)
def test_what_the_name_of_a_sheet_says(client, url, names, groups):  # noqa: F811
    head = ["姓名", "证件号码", "手机"]
    first, second = [head, one(1)], [head, one(2)]
    sheets = [first + second[1:], [[]], [[]]] if len(names) == 3 else [first, second]
    confirm(client, send(client, url, *sheets, names=names))
    assert list(Membership.objects.order_by("pk").values_list("group", flat=True)) == groups


def test_masked_numbers_of_an_export_change_nobody(client, url, place):  # noqa: F811
    builders.member(place, 1, person=builders.person(1, name="王明"))
    masked = [["姓名", "证件号码", "手机", "队内职务"], ["王明", "150404**********14", "138****0001", "副队长"]]
    page = send(client, url, masked)
    assert "遮盖" in rows(page)["王明"]["note"]["id_number"]
    confirm(client, page)
    assert (Person.objects.get().mobile, Membership.objects.get().duty) == ("13800000001", "副队长")
    exported = [["姓名", "证件号码", "职务和岗位", "序号"], ["王明", "150404**********14", "队长", "1"]]
    page = send(client, url, exported)  # several facts in one column: what somebody changed there is not lost silently
    assert "这些列没有读，改了也不会保存：职务和岗位。" in page.content.decode()
    page = send(client, url, [masked[0], ["李四", *masked[1][1:]]])
    assert "没有叫这个名字的人" in rows(page)["李四"]["why"]["id_number"]


def test_what_has_changed_since_the_check_is_not_written_over_unseen(client, url):  # noqa: F811
    confirm(client, send(client, url, [BASIC, basic_row(1), basic_row(2)]))
    page = send(client, url, [BASIC, basic_row(1, 职务="副队长"), basic_row(2)])
    someone = Person.objects.get(mobile="13800000002")
    someone.mobile, someone.version = "13911112222", someone.version + 1
    someone.save()  # a day later, on the person's page
    page = confirm(client, page)
    assert "核对以后又有变化" in page.content.decode()
    assert page.context["preview"]["counts"]["changed"] == 2, "the older number is now shown as a change"
    someone.refresh_from_db()
    assert someone.mobile == "13911112222"
    confirm(client, page)
    assert Membership.objects.filter(duty="副队长").count() == 1


# -- a number in several cells, a heading in another language, sums of a spreadsheet -----------------------------------
# headings from the number on, and how many digits stand in each cell
PIECES = {
    "merged over two": (["身份证号码", None], (6, 12)),
    "merged over a box for each digit": (["身份证号码", *[None] * 17], (1,) * 18),
    "each named": (["身份证号前14位", "身份证号后四位"], (14, 4)),
    "each named in brackets": (["身份证号（前六位）", "身份证号（后12位）"], (6, 12)),
    "below a heading of their own": (["前六位", "出生年月日", "后四位"], (6, 8, 4)),
}


@pytest.mark.parametrize("is_number", [False, True], ids=["text", "numbers"])
@pytest.mark.parametrize("case", PIECES)
def test_a_number_in_several_cells_is_one(client, url, case, is_number):  # noqa: F811
    heads, sizes = PIECES[case]
    own = len(heads) == 3

    def cut(number: str) -> list[Any]:
        ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
        pieces = [number[end - size : end] for end, size in zip(ends, sizes, strict=True)]
        return [int(piece) if is_number and piece.isdigit() else piece for piece in pieces]

    lines = (
        [["队员登记表"], ["姓名", *heads, "电话"]]
        if not own
        else [["姓名", "身份证号", None, None, "电话"], [None, *heads, None]]
    )
    lines += [[name, *cut(ID(number)), f"1380000{number:04d}"] for number, name in ((1, "王明"), (2, "李四"))]
    merge = {"sheet_0": lambda page: page.merge_range(0, 1, 0, 3, "身份证号")} if own else {}
    if case.startswith("merged"):
        merge = {"sheet_0": lambda page: page.merge_range(1, 1, 1, len(heads), "身份证号码")}
    page = send(client, url, lines, **merge)
    assert page.context["preview"]["counts"]["wrong"] == 0, page.context["preview"]["rows"]
    assert "没有读" not in str(page.context["preview"]["remarks"])
    confirm(client, page)
    assert {person.name: person.id_number for person in Person.objects.all()} == {"王明": ID(1), "李四": ID(2)}
    assert send(client, url, lines, **merge).context["preview"]["counts"]["same"] == 2


def test_the_end_of_a_number_alone_is_none(client, url):  # noqa: F811
    page = send(client, url, [["姓名", "电话", "身份证号后四位"], ["王明", "13800000001", ID(1)[-4:]]])
    assert page.context["preview"]["counts"]["wrong"] == 0
    assert "身份证号后四位" in str(page.context["preview"]["remarks"])


def test_headings_in_english_and_sums_between_the_groups(client, url):  # noqa: F811
    lines = [
        ["No.", "Name", "Sex", "ID Number", "Mobile", "Date of Birth", "Joined", "Age", "Emergency Contact"],
        [1, "王明", "M", ID(1), "13800000001", "1990-03-07", "2023-05-01", 36, "家属一"],
        ["一组 汇总", 1],
        [2, "李四", "F", ID(2), "13800000002", "1990-03-07", "2023-05-01", 36, "家属二"],
        ["二组 计数", 1],
        [2, "人"],
    ]
    page = send(client, url, lines)
    assert page.context["preview"]["counts"]["total"] == page.context["preview"]["counts"]["new"] == 2
    confirm(client, page)
    assert set(Person.objects.values_list("name", "emergency_name")) == {("王明", "家属一"), ("李四", "家属二")}
