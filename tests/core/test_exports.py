"""Lists as spreadsheets and on paper: values, masks, rights, records, length, memory."""

import tracemalloc
from datetime import UTC, date, datetime
from io import BytesIO
from urllib.parse import unquote

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from core.exports import ExportColumn, answer, export_columns, stream_xlsx, xlsx
from core.exports.columns import read_rows
from core.exports.jobs import export
from core.models import AccessLog, Job
from organizations.models import Appointment, Division, Organization, User
from tests.core.sample_lists import OfficeList, OfficeTable

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.sample_lists")]
OFFICES = "/sample/offices/"
# WeasyPrint leaves the colour profile it embeds to the garbage collector.
prints = pytest.mark.filterwarnings("ignore:unclosed file .*sRGB2014:ResourceWarning")


@pytest.fixture
def client(region: User, as_user) -> Client:
    return as_user(region)


def sheet_of(response):
    return openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active


def _label(name: str) -> str:
    return str(Organization._meta.get_field(name).verbose_name)


def test_export_holds_what_the_list_shows_in_its_order(client: Client, region: User):
    Organization.objects.filter(code="150400").update(mobile="13800001234")
    response = client.get(f"{OFFICES}?level=league_city&sort=-code&cols=code,name,proxy,mobile,valid_from&export=xlsx")
    assert "机构_" in unquote(response["Content-Disposition"])
    sheet = sheet_of(response)
    assert sheet["A1"].value.startswith("机构；级别：盟市；")
    assert f"{region} 于 " in sheet["A1"].value
    assert [cell.value for cell in sheet[2]] == ["机构代码", "机构全称", "代办机构", "联系人手机", _label("valid_from")]
    codes = [row[0].value for row in sheet.iter_rows(min_row=3)]
    assert codes == sorted(codes, reverse=True)
    assert len(codes) == 12
    chifeng = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "150400")
    assert chifeng[3].value == "138****1234"
    assert chifeng[4].is_date
    assert sheet.freeze_panes == "A3"
    assert sheet.column_dimensions["B"].width > 15


def test_choices_are_in_words(client: Client):
    sheet = sheet_of(client.get(f"{OFFICES}?level=region&cols=level&export=xlsx"))
    assert sheet["A3"].value == "自治区"


@pytest.mark.parametrize("text", ["=1+1", "+86 1", "-1+2", "@SUM(A1)", "=cmd|' /C calc'!A0", "\x01=1", "https://x.cn"])
def test_text_never_becomes_a_formula(text: str):
    file, _count = xlsx.write_xlsx([ExportColumn("名称", lambda record: record)], [text], heading="=1+1")
    with file:
        sheet = openpyxl.load_workbook(file).active
    assert sheet["A3"].data_type == "s"
    assert sheet["A3"].value.replace("_x0001_", "\x01") == text
    assert sheet["A1"].data_type == "s"
    assert sheet["A3"].hyperlink is None


def test_long_numbers_text_and_lists_survive():
    values = ["152201199001011234", 10**16, 12.5, True, None, ["甲", "乙"], "长" * 40_000, date(2026, 1, 31)]
    file, count = xlsx.write_xlsx([ExportColumn("值", lambda record: record)], values, heading="")
    with file:
        cells = [row[0].value for row in openpyxl.load_workbook(file).active.iter_rows(min_row=3)]
    assert count == len(values)
    assert cells[:6] == ["152201199001011234", "10000000000000000", 12.5, "是", None, "甲、乙"]
    assert len(cells[6]) == xlsx.LONGEST


def test_odd_text_and_instants_survive():
    values = [" 前后有空 ", 'a<b>&"c"', "两\n行", "_x0041_", "𠮷" * 20_000, datetime(2026, 1, 31, 16, 30, tzinfo=UTC)]
    file, _count = xlsx.write_xlsx([ExportColumn("值", lambda record: record)], values, heading="")
    with file:
        sheet = openpyxl.load_workbook(file).active
    cells = [row[0].value for row in sheet.iter_rows(min_row=3)]
    assert cells[:4] == [" 前后有空 ", 'a<b>&"c"', "两\n行", "_x005F_x0041_"]  # which Excel reads as _x0041_
    assert cells[4] == "𠮷" * (xlsx.LONGEST // 2)  # Excel counts each twice
    assert cells[5] == datetime(2026, 2, 1, 0, 30)
    assert sheet.dimensions == "A1:A8"


def test_related_records_are_read_once_for_a_chunk(region: User, django_assert_num_queries):
    """Many rows point to the same few records: these are made once, and no row asks for its own."""
    duties = Prefetch("appointments", Appointment.objects.select_related("organization__division"))
    joined = User.objects.select_related("organization__division").prefetch_related(duties).order_by("pk")
    columns = [ExportColumn("单位", lambda user: f"{user.organization} {user.organization.division}")]
    with django_assert_num_queries(6):
        columns, rows = read_rows(joined, columns, chunk=answer.CHUNK)
        found = list(rows)
        duties_found = [duty for user in found for duty in user.appointments.all()]
        assert all(duty.organization.division is not ... for duty in duties_found)
        shown = [column.value(user) for column in columns for user in found]
    assert shown == [f"{user.organization} {user.organization.division}" for user in joined]
    assert len({id(user.organization) for user in found}) == len({user.organization_id for user in found}) < len(found)
    assert len({id(duty.organization) for duty in duties_found}) == len({duty.organization_id for duty in duties_found})


def test_as_at_day_is_in_the_heading_and_the_name(client: Client):
    response = client.get(f"{OFFICES}?at=2026-01-31&export=xlsx")
    assert "_20260131.xlsx" in unquote(response["Content-Disposition"])
    assert "2026-01-31 当天结束时的情况" in sheet_of(response)["A1"].value


def test_every_export_is_recorded(client: Client, region: User):
    sheet_of(client.get(f"{OFFICES}?level=league_city&export=xlsx"))
    row = AccessLog.objects.get(kind="exported")
    assert (row.user, row.subject, row.detail["rows"], row.detail["full"]) == (region, "机构", 12, False)
    assert "级别：盟市" in row.detail["shown"]


def test_export_shows_no_more_than_the_list(as_user, songshan: User):
    sheet = sheet_of(as_user(songshan).get(f"{OFFICES}?export=xlsx"))
    names = [row[1].value for row in sheet.iter_rows(min_row=3)]
    assert songshan.organization.name in names
    assert not [name for name in names if "包头" in name]


def test_unknown_format_is_a_bad_request(client: Client):
    assert client.get(f"{OFFICES}?export=exe").status_code == 400
    assert client.post(OFFICES).status_code == 400


# -- in full -----------------------------------------------------------------------------------------------
FULL = f"{OFFICES}?q=赤峰市红十字会&cols=code,mobile&export=xlsx&full=1"


def test_full_export_asks_what_for_and_says_so_in_the_file(client: Client, region: User):
    Organization.objects.filter(code="150400").update(mobile="13800001234")
    asked = client.get(FULL)
    assert asked.templates[0].name == "generic/confirm.html"
    assert client.post(FULL, {"reason": " "}).context["form"].errors["reason"]
    assert not AccessLog.objects.filter(kind="exported").exists()
    sheet = sheet_of(client.post(FULL, {"reason": "发放防疫物资"}))
    assert "13800001234" in [row[1].value for row in sheet.iter_rows(min_row=3)]
    assert "用途：发放防疫物资" in sheet["A1"].value
    detail = AccessLog.objects.get(kind="exported").detail
    assert (detail["full"], detail["reason"]) == (True, "发放防疫物资")


def test_without_the_right_there_is_no_full_export(as_user, leader: User):
    client = as_user(leader)
    assert client.get(OFFICES).context["full_export_url"] == ""
    assert client.get(FULL).status_code == 403
    assert client.post(FULL, {"reason": "发放防疫物资"}).status_code == 403


# -- long lists ----------------------------------------------------------------------------------------------
def test_long_export_becomes_a_job(
    client: Client, region: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    monkeypatch.setitem(answer.AT_ONCE, "xlsx", 20)
    url = f"{OFFICES}?cols=code,name&export=xlsx"
    assert client.get(url).templates[0].name == "generic/confirm.html"
    assert not Job.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url)
    job = Job.objects.get()
    assert response.url == job.get_absolute_url()
    assert (job.state, job.done, job.title) == ("ready", 117, "导出机构")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(client.get(f"{response.url}result/").streaming_content))).active
    assert sheet.max_row == 119
    assert AccessLog.objects.get(kind="exported").user == region


def test_result_is_withheld_once_the_duties_are_others(
    client: Client, region: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    monkeypatch.setitem(answer.AT_ONCE, "xlsx", 20)
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"{OFFICES}?cols=code,name&export=xlsx").url
    result = f"{page}result/"
    assert result in client.get(page).content.decode()
    Appointment.objects.filter(user=region).update(ends_at=timezone.now())
    now = client.get(page).content.decode()
    assert (result in now, "您现在的职责不同了" in now) == (False, True)
    assert client.get(result).status_code == 403


def test_job_export_has_the_rights_of_the_moment_it_runs(leader: User):
    params = {
        "view": "tests.core.sample_lists.OfficeList",
        "kwargs": {},
        "query": "cols=code",
        "path": OFFICES,
        "format": "xlsx",
        "full": True,
        "reason": "以前有权",
    }
    job = Job.objects.create(kind="export", title="x", created_by=leader, params=params)
    with pytest.raises(PermissionDenied):
        export(job, lambda *values: None)


def test_too_long_an_export_is_refused_with_a_way_out(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(answer.MOST, "pdf", 20)
    response = client.get(f"{OFFICES}?export=pdf", follow=True)
    assert "一次最多导出 20 行" in response.content.decode()


def test_memory_stays_flat(region: User):
    """Many times the rows take the same memory: nothing keeps them."""
    Division.objects.bulk_create(
        [Division(code=f"X{n:05d}", name=f"试验区{n}", level="functional", is_gb2260=False) for n in range(20_000)]
    )
    columns = [ExportColumn("代码", lambda r: r.code), ExportColumn("名称", lambda r: r.name)]

    def peak(rows: int) -> int:
        records = (
            Division.objects.filter(code__startswith="X").order_by("code")[:rows].iterator(chunk_size=answer.CHUNK)
        )
        tracemalloc.start()
        file, count = xlsx.write_xlsx(columns, records, heading="x")
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        file.close()
        assert count == rows
        return highest

    peak(100)
    assert peak(20_000) < 1.3 * peak(3 * answer.CHUNK)


def test_export_reads_past_the_table_but_gives_the_same(region: User):
    names = list(OfficeTable.base_columns)
    office = Organization.objects.select_related("division", "proxy").get(code="150400")
    got = {column.title: column.value(office) for column in export_columns(OfficeTable, Organization, names)}
    assert got["行政区划"] == "赤峰市"
    assert got["级别"] == "盟市"
    assert got["代办机构"] is None


def test_rows_of_no_list_can_be_streamed_too(region: User):
    columns = [ExportColumn("代码", lambda record: record.code)]
    response = stream_xlsx(columns, Division.objects.order_by("code"), name="区划", by=region)
    assert sheet_of(response).max_row == Division.objects.count() + 2
    response.file_to_stream.close()
    assert AccessLog.objects.get(kind="exported").subject == "区划"


def test_office_list_has_no_own_export_code():
    assert "export" not in vars(OfficeList)


@prints
def test_list_on_paper(client: Client):
    response = client.get(f"{OFFICES}?level=league_city&cols=code,name&export=pdf")
    content = b"".join(response.streaming_content)
    assert (content[:5], response["Content-Type"]) == (b"%PDF-", "application/pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert "赤峰市红十字会" in text.replace("\n", "")
    assert AccessLog.objects.get(kind="exported").detail["format"] == "pdf"


@prints
def test_long_list_on_paper_becomes_a_job(client: Client, region: User, django_capture_on_commit_callbacks):
    User.objects.bulk_create(
        [User(username=f"sample{n}", name=f"样例{n}", organization=region.organization) for n in range(301)]
    )
    url = "/sample/people/?q=样例&export=pdf"
    assert "共 301 行" in client.get(url).context["question"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url)
    assert (Job.objects.get().state, Job.objects.get().result_type) == ("ready", "application/pdf")
