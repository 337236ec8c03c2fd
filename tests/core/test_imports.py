"""Spreadsheets in: reading, finding the heading, checking every row, all or none, once."""

import csv
import io
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from core.imports.books import read_book
from core.imports.checking import take_in
from core.imports.headers import plain
from core.imports.heads import Known, aliases, find_head
from core.imports.reading import MOST_ROWS, Cell, clean_text, read_cell
from core.imports.resources import Resource
from core.imports.table import read_table
from core.imports.widgets import Choice, Day, YesNo
from core.models import Import, Job
from core.tasks import resume_jobs
from organizations.models import Division, Organization, User
from tests.core.sample_imports import DivisionResource

urls = pytest.mark.urls("tests.core.sample_imports")
URL, OFFICES = "/sample/divisions/", "/sample/offices/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ["区划代码", "名称", "上级", "级别", "国标代码"]
GOOD = [["159801", "试验一区", "赤峰市", "功能区", "否"], ["159802", "试验二区", "150400", "functional", ""]]


def xlsx(*sheets: list, merge: str = "") -> SimpleUploadedFile:
    target = BytesIO()
    book = Workbook(target)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for rows in sheets:
        sheet = book.add_worksheet()
        if merge:
            sheet.merge_range(merge, "")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write(number, column, value)
    book.close()
    return SimpleUploadedFile("区划.xlsx", target.getvalue())


# -- headings ------------------------------------------------------------------------------------------
NAMES = {"code": ["区划代码", "代码"], "name": ["名称"], "phone": ["手机", "手机号", "联系电话"], "born": ["出生日期"]}
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
KNOWN = {plain(alias) for aliases in NAMES.values() for alias in aliases}
STRANGE = WORDS.filter(lambda text: plain(text) not in KNOWN)
HEADS = Known(aliases(NAMES), topics=Resource.topics)


@settings(max_examples=150, deadline=None)
@given(
    above=st.lists(st.lists(STRANGE, max_size=6), max_size=6),
    order=st.permutations(list(NAMES)),
    extra=st.lists(STRANGE, max_size=4),
    body=st.lists(st.lists(STRANGE, min_size=4, max_size=8), max_size=4),
    data=st.data(),
)
def test_header_is_found_wherever_it_stands(above, order, extra, body, data):
    written = [
        data.draw(st.sampled_from(NAMES[name])) + data.draw(st.sampled_from(["", " ", "（必填）", "*", "：", "\n"]))
        for name in order
    ]
    head = list(data.draw(st.permutations([*written, *extra])))
    rows = [[Cell(text) for text in row] for row in [*above, head, *body]]
    header = find_head(rows, (), HEADS)
    assert header is not None
    assert header.first == len(above) + 1
    assert {
        name: plain(head[index]) in map(plain, NAMES[name]) for name, index in header.columns.items()
    } == dict.fromkeys(NAMES, True)


def cells(*rows: list[str]) -> list[list[Cell]]:
    return [[Cell(text) for text in row] for row in rows]


def test_header_over_two_rows_is_read_together():
    rows = cells(["XX队名册"], ["区划代码", "名称", "联系方式", ""], ["", "", "手机", "邮箱"], ["1", "2", "3", "4"])
    header = find_head(rows, (), HEADS)
    assert (header.columns, header.first) == ({"code": 0, "name": 1, "phone": 2}, 3)


def test_a_value_that_reads_like_a_heading_is_not_one():
    rows = cells(["区划代码", "名称"], ["150400", "代码"])
    assert find_head(rows, (), HEADS).first == 1


def test_no_heading_at_all():
    assert find_head(cells(["a", "b"], ["1", "2"]), (), HEADS) is None
    assert find_head([], (), HEADS) is None


# -- cells -----------------------------------------------------------------------------------------------
@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_whole_numbers_read_as_typed(number: int):
    assert read_cell(float(number)) == read_cell(number) == Cell(str(number))


@given(st.integers(min_value=10**15, max_value=10**18))
def test_long_numbers_are_told_to_be_damaged(number: int):
    assert read_cell(float(number)).problem


@given(st.dates())
def test_days_read_as_iso(day: date):
    assert read_cell(day) == read_cell(datetime(day.year, day.month, day.day)) == Cell(day.isoformat())
    assert Day().clean(read_cell(day).text) == day


@given(st.text())
def test_cleaning_text_is_settled_after_once(text: str):
    assert clean_text(clean_text(text)) == clean_text(text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("　张三 ", "张三"),
        ("１３８００００１２３４", "13800001234"),
        ("敖特根巴雅尔·孟和", "敖特根巴雅尔·孟和"),
        ("红十字会（筹）", "红十字会（筹）"),
        ("a\u200bb", "ab"),
        (None, ""),
        (True, "是"),
        (85.5, "85.5"),
        ("ＡＢｃ", "ABc"),
        ("'0476", "0476"),
    ],
)
def test_cells_read_as_people_say_them(raw, text: str):
    assert read_cell(raw) == Cell(text)


@pytest.mark.parametrize(
    "text", ["2026-01-31", "2026/1/31", "2026.1.31", "2026年1月31日", "20260131", "2026-01-31 00:00:00"]
)
def test_days_in_every_common_spelling(text: str):
    assert Day().clean(text) == date(2026, 1, 31)


@pytest.mark.parametrize("text", ["46053", "2026．1．31", "2026 年 1 月 31 号"])
def test_days_as_spreadsheets_and_people_leave_them(text: str):
    assert Day().clean(text) == date(2026, 1, 31)


@pytest.mark.parametrize("text", ["2026年1月", "2026.1", "2026-01", "2026/1月"])
def test_a_month_is_no_day_and_it_is_said_which_one_is_missing(text: str):
    with pytest.raises(ValueError, match="请写明是 2026 年 1 月几日"):
        Day().clean(text)


@pytest.mark.parametrize("text", ["2026-02-30", "31/1/2026", "昨天", "2026", "20261301"])
def test_what_is_no_day_is_said(text: str):
    with pytest.raises(ValueError, match="不是日期"):
        Day().clean(text)


def test_choices_and_yes_no():
    widget = Choice([("a", "甲"), ("b", "乙")], also={"丙": "b"})
    assert [widget.clean(word) for word in ("a", "甲", "丙", "")] == ["a", "a", "b", ""]
    with pytest.raises(ValueError, match="甲、乙"):
        widget.clean("丁")
    assert [YesNo().clean(word) for word in ("是", "√", "否", "")] == [True, True, False, False]


# -- files -----------------------------------------------------------------------------------------------
def csv_file(rows: list, encoding: str) -> BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return BytesIO(text.getvalue().encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding_excel_writes(encoding: str):
    (sheet,), _hidden = read_book(csv_file([HEAD, *GOOD], encoding), "text/csv")
    assert [[cell.text for cell in row] for row in sheet.rows] == [HEAD, *GOOD]


def test_spreadsheet_with_title_blank_rows_and_a_hidden_sheet():
    target = BytesIO()
    book = Workbook(target)
    hidden = book.add_worksheet("旧")
    hidden.write_row(0, 0, HEAD)
    hidden.write_row(1, 0, ["000000"])
    sheet = book.add_worksheet("新")
    hidden.hide()
    sheet.activate()
    sheet.merge_range("A1:E1", "赤峰市区划登记表")
    sheet.write_row(3, 1, HEAD)
    sheet.write_row(6, 1, GOOD[0])
    book.add_worksheet("续").write_row(2, 1, GOOD[1])
    book.add_worksheet("说明").write_column(0, 1, ["代码照国标填写", "名称写全称"])
    book.add_worksheet("WpsReserved_CellImgList").hide()
    book.close()
    table = read_table(target, XLSX, DivisionResource(by=None))
    assert (table.numbers, table.rows[0]["code"].text) == ([7], "159801")
    assert table.unread == ["续", "旧（隐藏）"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["甲", "乙"], ["1", "2"]], "没有找到表头"),
        ([["区划代码", "上级"], ["1", "2"]], "缺少这些列：名称、级别"),
        ([[*HEAD, "代码"], [*GOOD[0], "1"]], "不止一次"),
        ([HEAD], "没有内容"),
        ([HEAD, *[["1"]] * (MOST_ROWS + 1)], "5,000"),
    ],
)
def test_files_that_cannot_be_read_say_why(rows: list, said: str):
    with pytest.raises(ValidationError, match=said):
        read_table(xlsx(rows), XLSX, DivisionResource(by=None))


# -- the pages -------------------------------------------------------------------------------------------
@pytest.fixture
def client(region_system: User, as_user) -> Client:
    return as_user(region_system)


def upload(client: Client, file, url: str = URL):
    return client.post(url, {"file": file}, follow=True)


pages = [pytest.mark.django_db, urls]


@pytest.mark.django_db
@urls
class TestPages:
    def test_preview_writes_nothing_and_confirm_writes_all(self, client: Client):
        before = Division.objects.count()
        page = upload(client, xlsx([["区划表"], HEAD, *GOOD]))
        assert page.context["stage"] == "preview"
        assert page.context["preview"]["summary"] == {"total": 2, "new": 2, "changed": 0, "same": 0, "wrong": 0}
        assert [row["number"] for row in page.context["preview"]["rows"]] == [3, 4]
        assert Division.objects.count() == before
        done = client.post(
            page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {"confirm": "1"}, follow=True
        )
        assert "新增 2，更新 0，没有变化 0" in done.context["result"]["text"]
        made = Division.objects.get(code="159801")
        assert (made.name, made.parent_id, made.level, made.is_gb2260) == ("试验一区", "150400", "functional", False)
        item = Import.objects.get()
        assert (item.state, item.file.name, item.report) == ("done", "", {})

    def test_confirming_twice_and_the_same_file_again_change_nothing(self, client: Client):
        page = upload(client, xlsx([HEAD, *GOOD]))
        url = f"{URL}?{page.request['QUERY_STRING']}"
        client.post(url, {"confirm": "1"})
        Division.objects.filter(code="159801").update(name="后来改的")
        assert "新增 2" in client.post(url, {"confirm": "1"}, follow=True).context["result"]["text"]
        again = upload(client, xlsx([["另存的一份"], HEAD, *GOOD]))  # other bytes, the same rows
        assert again.context["stage"] == "done"
        assert "这一次没有改动任何记录" in again.context["result"]["text"]
        assert Division.objects.get(code="159801").name == "后来改的"
        assert Import.objects.count() == 1

    @pytest.mark.parametrize("content", [b"PK\x03\x04junk", b"MZ" + b"\0" * 200, b"%PDF-1.4 junk"])
    def test_refused_file_is_told_what_an_import_takes(self, client: Client, content: bytes):
        page = client.post(URL, {"file": SimpleUploadedFile("名单.xlsx", content)})
        (said,) = page.context["form"].errors["file"]
        assert "WPS" in said
        assert "图片（JPG" not in said

    def test_two_windows_with_the_same_file(self, client: Client):
        first, second = (upload(client, xlsx([HEAD, *GOOD])) for _ in range(2))
        for page in (first, second):
            client.post(f"{URL}?{page.request['QUERY_STRING']}", {"confirm": "1"})
        assert Import.objects.filter(state="done").count() == 1
        assert Division.objects.filter(code__startswith="1598").count() == 2

    def test_every_bad_cell_is_marked_and_no_row_is_taken(self, client: Client):
        rows = [
            HEAD,
            *GOOD,
            ["15980", "三区", "月球", "街道", "也许"],
            ["159804", "", "赤峰市", "功能区", "是"],
            ["159805", "五区", "", "功能区", "是"],
            ["159801", "重复区", "赤峰市", "地级", ""],
        ]
        page = upload(client, xlsx(rows))
        preview = page.context["preview"]
        assert preview["summary"]["wrong"] == 3
        why = {row["number"]: ([cell["why"] for cell in row["cells"]], row["errors"]) for row in preview["rows"]}
        assert why[4][0][0] == "区划代码是 6 位数字。"
        assert why[4][0][1] == ""
        assert "没有叫“月球”的区划" in why[4][0][2]
        assert "“街道”不在可选范围内" in why[4][0][3]
        assert "不能填“也许”" in why[4][0][4]
        assert why[5][0][1] == "没有填。"
        assert why[6][1] == ["功能区没有国标代码。"]
        assert 'name="confirm"' not in page.content.decode()
        refused = client.post(f"{URL}?{page.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
        assert refused.context["stage"] == "preview"
        assert not Division.objects.filter(code__startswith="1598").exists()

    def test_cells_are_judged_also_where_the_row_names_no_place(self, as_user, region_security: User):
        """The form of an account needs its office; a wrong office must not hide a wrong phone number."""
        rows = [["姓名", "登录名", "单位", "手机"], ["试一", "shiyi", "月球红十字会", "123"]]
        page = upload(as_user(region_security), xlsx(rows), "/users/import/")
        (row,) = page.context["preview"]["rows"]
        why = [cell["why"] for cell in row["cells"]]
        assert "没有叫“月球红十字会”的单位" in why[2]
        assert why[3] == "手机号应为 11 位数字，以 1 开头"

    def test_what_changed_since_the_check_is_found_at_confirming(self, client: Client):
        page = upload(client, xlsx([HEAD, ["159801", "试验一区", "159800", "功能区", ""]]))
        assert page.context["preview"]["summary"]["wrong"] == 1
        parent = Division.objects.create(code="159800", name="临时", level="functional", is_gb2260=False)
        page = upload(client, xlsx([HEAD, ["159801", "试验一区", "159800", "功能区", ""]]))
        assert page.context["preview"]["summary"]["wrong"] == 0
        parent.delete()
        late = client.post(f"{URL}?{page.request['QUERY_STRING']}", {"confirm": "1"}, follow=True)
        assert late.context["preview"]["summary"]["wrong"] == 1
        assert not Division.objects.filter(code="159801").exists()

    def test_existing_records_are_updated_and_the_changed_cells_shown(
        self, client: Client, region_system, chifeng: User
    ):
        rows = [
            ["机构代码", "联系人", "手机号", "设立日期"],
            ["150400", "乌兰", 13800001234, date(1998, 5, 6)],
            ["150200", None, None, None],
        ]
        Organization.objects.filter(code="150400").update(contact="乌兰")
        page = upload(client, xlsx(rows), OFFICES)
        preview = page.context["preview"]
        first = next(row for row in preview["rows"] if row["number"] == 2)
        assert [cell["changed"] for cell in first["cells"]] == [False, False, True, True]
        client.post(f"{OFFICES}?{page.request['QUERY_STRING']}", {"confirm": "1"})
        office = Organization.objects.get(code="150400")
        assert (office.contact, office.mobile, office.valid_from) == ("乌兰", "13800001234", date(1998, 5, 6))

    def test_a_record_of_somebody_else_is_not_changed(self, as_user, songshan: User):
        page = upload(as_user(songshan), xlsx([["机构代码", "联系人"], ["150200", "某人"]]), OFFICES)
        (row,) = page.context["preview"]["rows"]
        assert row["errors"] == ["这个机构不归您管。"]

    def test_a_number_that_lost_its_digits_is_marked(self, client: Client):
        page = upload(client, xlsx([["机构代码", "手机"], ["150400", 150422199001011234]]), OFFICES)
        assert "后几位已丢失" in page.context["preview"]["rows"][0]["cells"][1]["why"]

    def test_upload_of_another_person_is_not_there(self, client: Client, as_user, cast):
        page = upload(client, xlsx([["机构代码", "联系人"], ["150400", "某人"]]), OFFICES)
        url = f"{OFFICES}?{page.request['QUERY_STRING']}"
        assert as_user(cast["baotou"]).get(url).status_code == 404
        assert client.get(f"{URL}?{page.request['QUERY_STRING']}").status_code == 404
        assert client.get(f"{OFFICES}?import=x").status_code == 404

    def test_without_the_duty_it_is_refused(self, as_user, songshan: User):
        assert as_user(songshan).get(URL).status_code == 403
        assert as_user(songshan).post(URL, {"file": xlsx([HEAD, *GOOD])}).status_code == 403
        assert Client().get(URL).status_code == 302

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("名册.xlsx", b"MZ\x90\x00" + b"\x00" * 200, "程序"),
            ("名册.xlsx", b"", "空"),
            ("名册.csv", b"%PDF-1.7\n", ""),
            ("名册.xlsx", b"PK\x03\x04broken", ""),
        ],
    )
    def test_what_is_no_spreadsheet_is_refused(self, client: Client, name: str, content: bytes, said: str):
        page = upload(client, SimpleUploadedFile(name, content))
        assert page.status_code == 422
        assert said in str(page.context["form"].errors["file"])
        assert not Import.objects.exists()

    def test_blank_spreadsheet_can_be_filled_in_and_sent_back(self, client: Client):
        content = b"".join(client.get(URL, {"blank": "1"}).streaming_content)
        rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        assert rows[0] == ["区划代码（必填）", "名称（必填）", "上级", "级别（必填）", "国标代码"]
        page = upload(client, xlsx([rows[0], *GOOD]))
        assert page.context["preview"]["summary"]["new"] == 2

    def test_wrong_rows_are_mended_or_left_out_in_the_page(self, client: Client):
        bad = [["159801", "一区", "月球", "功能区", ""], ["159802", "", "赤峰市", "功能区", ""], ["合计", "2"]]
        page = upload(client, xlsx([HEAD, *bad]))
        assert page.context["preview"]["passed"] == [[4, "合计"]]
        url = f"{URL}?{page.request['QUERY_STRING']}"
        data = {"cell-2-parent": "赤峰市", "cell-2-code": "000000", "row-3": "1", "leave-3": "1", "recheck": "1"}
        page = client.post(url, data, follow=True)
        preview = page.context["preview"]
        assert (preview["summary"]["wrong"], preview["summary"]["total"], preview["left"]) == (0, 1, 1)
        client.post(url, {"row-3": "1", "leave-3": "1", "confirm": "1"})
        made = Division.objects.get(code="159801")  # what the page did not offer is not taken from a request
        assert made.parent_id == "150400"
        assert Division.objects.filter(code__startswith="1598").count() == 1
        assert (Import.objects.get().corrections, Import.objects.get().made) == ({}, [])

    def test_a_row_left_out_comes_back_when_the_tick_is_taken_away(self, client: Client):
        page = upload(client, xlsx([HEAD, GOOD[0], ["159802", "", "赤峰市", "功能区", ""]]))
        url = f"{URL}?{page.request['QUERY_STRING']}"
        client.post(url, {"row-3": "1", "leave-3": "1", "recheck": "1"})
        page = client.post(url, {"row-3": "1", "confirm": "1"}, follow=True)
        assert (page.context["stage"], page.context["preview"]["summary"]["wrong"]) == ("preview", 1)
        assert not Division.objects.filter(code__startswith="1598").exists()

    def test_nothing_is_offered_where_an_import_cannot_be_undone(self, client: Client):
        url = f"{URL}?{upload(client, xlsx([HEAD, *GOOD])).request['QUERY_STRING']}"
        done = client.post(url, {"confirm": "1"}, follow=True)
        assert "undo_url" not in done.context["result"]
        assert not client.get(URL).context["recent"][0]["can_undo"]
        refused = client.post(url, {"undo": "1"}, follow=True)
        assert "不能撤销" in refused.content.decode()
        assert Division.objects.filter(code="159801").exists()

    def test_long_files_are_checked_and_mended_by_jobs(self, client: Client, django_capture_on_commit_callbacks):
        rows = [[str(160000 + number), f"区{number}", "赤峰市", "功能区", ""] for number in range(301)]
        rows[7][2] = "月球"
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(URL, {"file": xlsx([HEAD, *rows])})
        job = Job.objects.get()
        assert answer.url == job.get_absolute_url()
        assert (job.state, job.done, job.total) == ("ready", 301, 301)
        url = job.params["next"]
        preview = client.get(url).context["preview"]
        assert (preview["summary"]["new"], preview["summary"]["wrong"], preview["hidden"]) == (300, 1, 200)
        assert not Division.objects.filter(code="160000").exists()
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(url, {"cell-9-parent": "赤峰市", "recheck": "1"})
        assert answer.url == Job.objects.order_by("-created_at").first().get_absolute_url()
        assert client.get(url).context["preview"]["summary"]["wrong"] == 0

    def test_an_import_that_is_done_is_not_taken_in_by_the_function_either(self, client: Client, region_system: User):
        page = upload(client, xlsx([HEAD, *GOOD]))
        client.post(f"{URL}?{page.request['QUERY_STRING']}", {"confirm": "1"})
        item = Import.objects.get()
        assert take_in(item, DivisionResource(by=region_system)).created == 2
        assert Division.objects.filter(code__startswith="1598").count() == 2

    def test_of_two_who_confirm_at_once_one_is_recorded_and_the_file_goes(
        self, client: Client, region_system: User, django_capture_on_commit_callbacks: Any
    ):
        upload(client, xlsx([HEAD, *GOOD]))
        first, second = Import.objects.get(), Import.objects.get()  # both windows show what waits to be confirmed
        storage, name = first.file.storage, first.file.name
        recorded: list[Import] = []
        with django_capture_on_commit_callbacks(execute=True):
            for item in (first, second):
                assert take_in(item, DivisionResource(by=region_system), recorded.append).state == Import.State.DONE
        assert [item.created for item in recorded] == [2]
        assert not storage.exists(name)

    def test_what_nobody_confirms_is_removed(self, client: Client):
        upload(client, xlsx([HEAD, *GOOD]))
        item = Import.objects.get()
        resume_jobs()
        assert item.file.storage.exists(item.file.name)
        Import.objects.update(created_at=timezone.now() - timedelta(days=8))
        resume_jobs()
        assert not item.file.storage.exists(item.file.name)
        assert not Import.objects.exists()


@urls
def test_the_explaining_sheet_of_the_form_is_not_told_as_unread(as_user, region_system):
    client = as_user(region_system)
    book = load_workbook(BytesIO(b"".join(client.get(URL + "?blank=1").streaming_content)))
    for column, value in enumerate(GOOD[0], 1):
        book.worksheets[0].cell(3, column, value)
    target = BytesIO()
    book.save(target)
    page = client.post(URL, {"file": SimpleUploadedFile("区划.xlsx", target.getvalue())}, follow=True)
    assert page.context["preview"]["unread"] == []
