"""Team lists as people send them in: looked at, mended in the page, taken in as drafts, taken back."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from core.exports.xlsx import MEDIA_TYPE as XLSX
from core.imports.table import read_table
from core.models import AccessLog, Import, WorkflowEvent
from teams.filings.drafting import keep
from teams.importing import resource
from teams.importing.cells import (
    Categories,
    Coordinate,
    Coordinates,
    DocumentNumber,
    Name,
    Number,
    People,
    PersonName,
    Phone,
)
from teams.models import Filing, Team
from tests.people.rosters import workbook
from tests.teams import builders

pytestmark = pytest.mark.django_db
URL = "/teams/import/"
HEAD = [
    "序号", "救援队名称", "级别", "主管单位", "组建方式", "登记方式", "信用代码", "类别", "队长", "联系电话", "副队长",
    "成立时间", "地址", "东经", "北纬", "24小时值班电话", "人数", "文号", "发文时间", "备注",
]  # fmt: skip
GOOD = [
    1, "赤峰市 红十字水域 救援队（演示）", "盟市级队伍", "赤峰市红会", "冠名", "民政登记", " 5115 0400 MJY0 0000 0X ",
    "水上救援、山野搜救类", "阿拉坦•苏都", "138 0000 0011", "李　强（13800000012）、敖特根巴雅尔·孟和",
    date(2024, 3, 1), "演示路１号", "118.886940°", 42.25781, "0476－1234567", "30人", "赤红发[2024]7号",
    20240305, "随便写写",
]  # fmt: skip


def sheet(*rows: list, title: str = "赤峰市救援队名单（2024 年）") -> SimpleUploadedFile:
    """A list the way it comes: a merged title, the heading, an empty row, records, a sum and who filled it in."""
    target = BytesIO()
    book = Workbook(target)
    page = book.add_worksheet("名单")
    day = book.add_format({"num_format": "yyyy.m.d"})
    page.merge_range(0, 0, 0, len(HEAD) - 1, title)
    every = [HEAD, [], *rows, [], ["合计", None, *[None] * 14, "60"], ["填表人：张三", "电话：0476-1234567"]]
    for number, row in enumerate(every, 2):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif value is not None:
                page.write(number, column, value)
    book.close()
    return SimpleUploadedFile("名单.xlsx", target.getvalue())


def row(**cells) -> list:
    """A row that names little but what is given, by heading."""
    return [cells.get(name) for name in HEAD]


def send(client: Client, *rows: list, **more):
    return client.post(URL, {"file": sheet(*rows, **more)}, follow=True)


def address(page) -> str:
    return f"{URL}?{page.request['QUERY_STRING']}"


def confirm(client: Client, page):
    return client.post(address(page), {"confirm": "1"}, follow=True)


def why(page, number: int) -> dict[str, str]:
    """Heading → what is said about the cell of a row."""
    found = next(line for line in page.context["preview"]["rows"] if line["number"] == number)
    return {cell["header"]: cell["why"] or cell["note"] for cell in found["cells"] if cell["why"] or cell["note"]}


# -- what people write ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("widget", "written", "read"),
    [
        (Name(), "赤峰市 红十字　救援队", "赤峰市红十字救援队"),
        (Phone(), "138-0000-0011", "13800000011"),
        (Phone(), "（0476）1234567", "0476-1234567"),
        (Phone(), "04761234567", "0476-1234567"),
        (Phone(), "没有", "没有"),
        (Phone(), "+86 138 0000 0011", "13800000011"),
        (Phone(), "0476-1234567转801", "0476-1234567-801"),
        (Phone(), "（0476）1234567（分机：801）", "0476-1234567-801"),
        (Number(), "30 名", "30"),
        (Number(), "约30人", "30"),
        (Number(), "30.0", "30"),
        (Number(), "三十", "三十"),
        (DocumentNumber(), "内红赈发 [2024] 19号", "内红赈发〔2024〕19号"),
        (DocumentNumber(), "内红赈发（2024）第19号", "内红赈发〔2024〕19号"),
        (DocumentNumber(), "内红赈发﹝2024﹞19号", "内红赈发〔2024〕19号"),
        (Coordinate(), "118.886940000001", "118.88694"),
        (Coordinate(), "东经118°53′13″", "118.88694"),
        (Coordinate(), "N42.25781", "42.25781"),
        (Coordinate(), "42°15.467′", "42.25778"),
        (Coordinate(), "４２．２５７８１", "42.25781"),
        (Coordinate(), "118。88694", "118.88694"),
        (Coordinate(), "不详", "不详"),
        (Coordinates(), "118.88694，42.25781", ["42.25781", "118.88694"]),
        (Coordinates(), "北纬42.25781 东经118.88694", ["42.25781", "118.88694"]),
        (People(), "张　三", [{"name": "张三", "phone": ""}]),
        (People(), "张 三 李四", [{"name": "张三", "phone": ""}, {"name": "李四", "phone": ""}]),
        (People(), "李四（138 0000 0011）", [{"name": "李四", "phone": "13800000011"}]),
        (People(), "李四 13800000011", [{"name": "李四", "phone": "13800000011"}]),
        (People(), "敖特根巴雅尔.孟和", [{"name": "敖特根巴雅尔·孟和", "phone": ""}]),
        (People(), "王　明13800000051", [{"name": "王明", "phone": "13800000051"}]),
        (People(), "敖特根巴雅尔•孟和（选举）", [{"name": "敖特根巴雅尔·孟和", "phone": ""}]),
        (People(), "无", []),
        (People(), "暂无。", []),
        (People(), "—", []),
        (PersonName(), "无", ""),
        (PersonName(), "（张三）", "（张三）"),
        (PersonName(), "队长李四", "李四"),
        (
            People(),
            "李四同志 13800000011、王五",
            [{"name": "李四", "phone": "13800000011"}, {"name": "王五", "phone": ""}],
        ),
        (Name(), "四、红山丙队", "红山丙队"),
        (People(), "李强、无（待选举）", [{"name": "李强", "phone": ""}]),
        (Coordinates(), "118°53′13″，42°15′28″", ["42.25778", "118.88694"]),
        (Categories(), "水上救援 山野搜救类", ["aquatic", "mountain"]),
        (Categories(), "通信保障、山地搜救", ["comms", "mountain"]),
    ],
)
def test_habits_of_typing_are_understood(cast, widget, written, read):
    assert widget.clean(written) == read


@pytest.mark.parametrize(
    ("widget", "written"),
    [
        (People(), "12345"),
        (Coordinates(), "42.2"),
        (Categories(), "登月"),
        (People(), "李强（13800000012、0476-1234567）"),
        (People(), "王五、李强 13800000012/04761234567"),
        (People(), "李强13800000012 0476-1234567"),
    ],
)
def test_cells_that_mean_nothing_say_so(cast, widget, written):
    both = "“李强”后面的电话只写一个，现在是：13800000012、0476-1234567。"
    with pytest.raises(ValueError, match=both if "李强" in written else written):
        widget.clean(written)


# -- the whole way ----------------------------------------------------------------------------------------
def test_a_messy_list_becomes_drafts_with_the_form_s_own_values(as_user, chifeng, office):
    client = as_user(chifeng)
    good = [*GOOD]
    good[6] = None
    page = send(client, good, row(救援队名称="赤峰市红十字山野救援队（演示）"))
    preview = page.context["preview"]
    assert (page.context["stage"], preview["summary"]["wrong"], preview["summary"]["new"]) == ("preview", 0, 2), [
        line["cells"] for line in preview["rows"] if line["kind"] == "wrong"
    ]
    assert [text for _number, text in preview["passed"]] == ["合计", "填表人：张三"]
    assert preview["unused"] == ["序号", "备注"]
    assert not Filing.objects.exists()
    done = confirm(client, page)
    assert [record.name for record in done.context["result"]["made"]] == [
        "赤峰市红十字水域救援队（演示）", "赤峰市红十字山野救援队（演示）",
    ]  # fmt: skip
    first, second = Filing.objects.order_by("pk")
    expected = {
        "name": "赤峰市红十字水域救援队（演示）", "level": "league_city", "formation": "named", "registration": "civil",
        "main_category": "aquatic", "other_categories": ["mountain"], "founded_on": "2024-03-01",
        "base_address": "演示路1号", "longitude": "118.88694", "latitude": "42.25781", "duty_phone": "0476-1234567",
        "planned_size": "30", "filing_doc_no": "赤红发〔2024〕7号", "filing_doc_on": "2024-03-05",
        "office": str(office("150400").pk),
        "posts": [
            {"role": "captain", "origin": "", "starts_on": "", "name": "阿拉坦·苏都", "phone": "13800000011"},
            {"role": "deputy", "origin": "", "starts_on": "", "name": "李强", "phone": "13800000012"},
            {"role": "deputy", "origin": "", "starts_on": "", "name": "敖特根巴雅尔·孟和", "phone": ""},
        ],
    }  # fmt: skip
    assert first.payload == expected
    assert (first.state, first.kind, first.office.code, first.created_by) == ("draft", "register", "150400", chifeng)
    assert (second.payload["name"], second.office.code) == ("赤峰市红十字山野救援队（演示）", "150400")
    assert not Team.objects.exclude(status="preparing").exists()  # but for the team of the cast
    assert AccessLog.objects.filter(kind="imported", user=chifeng).count() == 1
    again = send(client, good, row(救援队名称="赤峰市红十字山野救援队（演示）"), title="另存的一份")
    assert "没有改动" in again.context["result"]["text"]
    assert Filing.objects.count() == 2


def test_bad_cells_are_told_and_mended_in_the_page(as_user, chifeng):
    client = as_user(chifeng)
    bad = row(
        救援队名称="赤峰市红十字测试救援队", 级别="甲等", 主管单位="包头市红十字会", 信用代码="51150400MJY000000X",
        类别="登月", 队长="张三、李四", 成立时间="2024年3月", 东经="218", 人数="很多",
        文号="赤红发2024-7", 发文时间="2999-01-01",
    )  # fmt: skip
    bad[HEAD.index("24小时值班电话")] = "12345"
    bad[HEAD.index("联系电话")] = "138 0000 0011、0476-1234567"
    nothing = row(救援队名称="赤峰市红十字丙救援队", 副队长="无", 信用代码="/", 文号="—")
    page = send(client, bad, row(副队长="王五"), nothing)
    said = why(page, 5)
    assert "不在可选范围内" in said["队伍级别"]
    assert "不归您管" in said["主管单位"]
    assert "校验位" in said["统一社会信用代码"] or "18 位" in said["统一社会信用代码"]
    assert "不在可选范围内" in said["专业类别"]
    assert said["队长"].startswith("队长只填 1 名")
    assert said["成立日期"] == "“2024年3月”缺日，请写明是 2024 年 3 月几日。"
    assert "经度应在" in said["经度"]
    assert said["人数"]
    assert "文号应写成" in said["备案文号"]
    assert said["发文日期"] == "日期不能晚于今天。"
    assert "电话应写成" in said["值班电话"]
    assert said["队长电话"] == "这里只填一个电话，写了 2 个：13800000011、0476-1234567。请只留一个。"
    assert why(page, 6) == {"队伍名称": "没有填。"}
    assert why(page, 7) == {}
    assert 'name="cell-5-founded_on"' in page.content.decode()
    assert 'name="confirm"' not in page.content.decode()

    mended = {
        "level": "旗县级", "office": "赤峰市", "uscc": "", "main_category": "水上救生", "captain": "张三",
        "captain_phone": "",
        "founded_on": "2024年3月8日", "longitude": "118.5", "planned_size": "20", "filing_doc_no": "赤红发〔2024〕7号",
        "filing_doc_on": "2024.3.9",
    }  # fmt: skip
    data = {f"cell-5-{name}": text for name, text in mended.items()} | {"row-6": "1", "leave-6": "1", "row-5": "1"}
    page = client.post(address(page), {**data, "recheck": "1"}, follow=True)
    assert why(page, 5) == {"值班电话": "电话应写成 0471-1234567 或 11 位手机号。"}
    assert page.context["preview"]["left"] == 1
    # the last one is mended and confirmed in one go: it is checked first, and shown
    page = client.post(address(page), {"cell-5-duty_phone": "0476-1234567", "confirm": "1"}, follow=True)
    assert (page.context["stage"], page.context["preview"]["summary"]["wrong"]) == ("preview", 0)
    assert not Filing.objects.exists()
    confirm(client, page)
    filing, empty = Filing.objects.order_by("pk")
    assert (empty.payload["posts"], {"uscc", "filing_doc_no"} & empty.payload.keys()) == ([], set())
    assert (filing.payload["founded_on"], filing.payload["duty_phone"]) == ("2024-03-08", "0476-1234567")
    assert "uscc" not in filing.payload


def test_a_sheet_for_each_office_is_one_list(as_user, chifeng):
    """With columns in another order; a sheet with names and figures only is no such list, and said not to be read."""
    target = BytesIO()
    book = Workbook(target)
    pages = {
        "市本级": [
            ["队名", "级别", "队长", "成立时间", "人数"],
            ["赤峰市红十字甲救援队", "市级", "甲某", "2024.3.1", 20],
        ],
        "旗县区": [
            ["2026 年统计表"], ["序号", "队名", "成立时间", "副队长", "队长", "级别", "备注", "队伍驻地", "登记情况"],
            [1, "赤峰市红十字乙救援队", "2024年6月", "无", "乙某", "区县级", None, "天山镇", "红十字会发文"],
            [2, "赤峰市红十字丙救援队", "2024.7.1"], ["合计", "2 支"],
        ],
        "汇总": [["队名", "人数"], ["全市", 20]],
    }  # fmt: skip
    for name, lines in pages.items():
        page = book.add_worksheet(name)
        for number, line in enumerate(lines):
            page.write_row(number, 0, line)
    book.close()
    client = as_user(chifeng)
    page = client.post(URL, {"file": SimpleUploadedFile("各旗县.xlsx", target.getvalue())}, follow=True)
    preview = page.context["preview"]
    assert [line["place"] for line in preview["rows"]] == ["市本级 2", "旗县区 3", "旗县区 4"]
    assert (preview["passed"], preview["unread"]) == ([[5, "旗县区：合计"]], ["汇总"])
    wrong = preview["rows"][1]["number"]
    said = why(page, wrong)
    assert list(said) == ["队伍级别", "成立日期"]
    assert said["队伍级别"] == "没有写主管单位，会建在赤峰市红十字会名下。"  # a league's list of its banners' teams
    assert "旗县区 3 行" in page.content.decode()
    mended = {f"cell-{wrong}-founded_on": "2024.6.1"}
    page = client.post(address(page), {**mended, "recheck": "1"}, follow=True)
    confirm(client, page)
    made = [filing.payload for filing in Filing.objects.order_by("pk")]
    assert [(one["name"][-4], one["founded_on"], one.get("level")) for one in made] == [
        ("甲", "2024-03-01", "league_city"), ("乙", "2024-06-01", "banner_county"), ("丙", "2024-07-01", None),
    ]  # fmt: skip
    assert (made[1]["base_address"], made[1]["registration"]) == ("天山镇", "document")


def test_offices_go_by_the_names_they_are_called_by(as_user, chifeng, songshan):
    """A district's full name begins with its city's, and no list writes that. What a league's list says of banners that
    register themselves stays with them, and says so."""
    called = ("松山区红十字会", "松山区红会", "松山区", "赤峰市松山区红十字会")
    page = send(as_user(songshan), *(row(救援队名称=f"{at}红十字救援队", 主管单位=at) for at in called))
    assert page.context["preview"]["summary"]["wrong"] == 0
    line = row(救援队名称="松山红十字救援队", 主管单位="松山区红十字会", 级别="旗县级")
    page = send(as_user(chifeng), line, title="各旗县")
    assert why(page, 5) == {
        "主管单位": "赤峰市松山区红十字会的队伍由它自己登记，这里请勾选“不导入”；"
        "它没有工作人员的，请系统管理员指定由您代办。"
    }


def test_cells_the_page_did_not_offer_cannot_be_changed(as_user, chifeng):
    client = as_user(chifeng)
    page = send(client, row(救援队名称="赤峰市红十字测试救援队", 成立时间="2024年3月"))
    number = page.context["preview"]["rows"][0]["number"]
    data = {f"cell-{number}-name": "别的名称", f"cell-{number}-founded_on": "2024-03-01", "recheck": "1"}
    client.post(address(page), data)
    assert Import.objects.get().corrections["cells"] == {str(number): {"founded_on": "2024-03-01"}}


def test_doubles_are_named(as_user, chifeng, region, office):
    builders.filed(
        builders.read(chifeng), office("150400"), builders.read(region), host_org_name="赤峰蓝天协会（演示）"
    )
    builders.submitted(builders.read(chifeng), office("150400"), name="赤峰市红十字在办救援队")
    page = send(
        as_user(chifeng),
        row(救援队名称=builders.FACTS["name"]),
        row(救援队名称="赤峰市红十字测试队"),
        row(救援队名称="赤峰市红十字在办救援队"),
        row(救援队名称="赤峰市红十字甲救援队"),
        row(救援队名称="赤峰市红十字甲救援队"),
    )
    assert "不能重名" in why(page, 5)["队伍名称"]
    rows = {line["number"]: line for line in page.context["preview"]["rows"]}
    assert rows[6]["kind"] == "new"
    assert "名称相近" in rows[6]["notes"][0]
    assert "没有办结的新建备案" in why(page, 7)["队伍名称"]
    assert "另有一行" in why(page, 8)["队伍名称"]


# -- who may ----------------------------------------------------------------------------------------------
def test_nobody_else_sees_the_file_or_takes_it_back(as_user, chifeng, baotou, leader):
    page = send(as_user(chifeng), row(救援队名称="赤峰市红十字测试救援队"))
    stranger = as_user(baotou)
    assert stranger.get(address(page)).status_code == 404
    assert stranger.post(address(page), {"confirm": "1"}).status_code == 404
    assert stranger.post(address(page), {"undo": "1"}).status_code == 404
    assert as_user(leader).get(URL).status_code == 403
    assert not Filing.objects.exists()


def test_a_teams_own_people_have_no_list_of_teams_to_bring(as_user, captain):
    """They file for their team; every row would have been told that it lacks an office they could name."""
    assert as_user(captain).get(URL).status_code == 403


# -- all or none ------------------------------------------------------------------------------------------
def test_nothing_is_half_written_when_it_dies_in_the_middle(as_user, chifeng, monkeypatch):
    client = as_user(chifeng)
    page = send(client, row(救援队名称="赤峰市红十字甲救援队"), row(救援队名称="赤峰市红十字乙救援队"))
    real, calls = resource.begin, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return real(*args, **kwargs)

    monkeypatch.setattr(resource, "begin", dies)
    with pytest.raises(SystemExit):
        client.post(address(page), {"confirm": "1"})
    monkeypatch.undo()
    assert not Filing.objects.exists()
    assert Import.objects.get().state == "checked"
    confirm(client, page)
    assert Filing.objects.count() == 2


# -- back -------------------------------------------------------------------------------------------------
def test_undo_withdraws_what_nobody_has_touched(as_user, chifeng):
    client = as_user(chifeng)
    rows = [row(救援队名称=f"赤峰市红十字{name}救援队") for name in "甲乙丙"]
    page = confirm(client, send(client, *rows))
    first, second, third = Filing.objects.order_by("pk")
    keep(second, {"short_name": "乙队"}, by=builders.read(chifeng), version=1)
    builders.paper(third, "application", builders.read(chifeng))
    assert client.get(URL).context["recent"][0]["can_undo"] is True
    undone = client.post(page.context["result"]["undo_url"], {"undo": "1"}, follow=True)
    assert "撤回 1 条" in undone.context["result"]["text"]
    assert undone.context["result"]["left"] == [
        [second.title, "导入后有人改过。"], [third.title, "导入后有人传了材料。"],
    ]  # fmt: skip
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "draft")
    event = WorkflowEvent.objects.of(first).get()
    assert (event.action, event.comment) == ("withdraw", "撤销导入“名单.xlsx”")
    assert AccessLog.objects.get(kind="import_undone").detail["taken"] == 1
    client.post(page.context["result"]["undo_url"], {"undo": "1"})
    assert AccessLog.objects.filter(kind="import_undone").count() == 1
    # the same list may be brought again; what stayed is told as under way
    again = send(client, *rows)
    assert again.context["stage"] == "preview"
    assert "没有办结" in why(again, 6)["队伍名称"]


def test_after_a_day_there_is_no_way_back(as_user, chifeng):
    client = as_user(chifeng)
    page = confirm(client, send(client, row(救援队名称="赤峰市红十字甲救援队")))
    Import.objects.update(done_at=timezone.now() - timedelta(hours=25))
    late = client.post(page.context["result"]["undo_url"], {"undo": "1"}, follow=True)
    assert "超过 24 小时" in late.content.decode()
    assert "undo_url" not in late.context["result"]
    assert Filing.objects.get().state == "draft"


# -- the blank --------------------------------------------------------------------------------------------
def test_blank_lists_the_choices_and_its_example_is_not_read(as_user, chifeng):
    client = as_user(chifeng)
    answer = client.get(URL, {"blank": "1"})
    content = b"".join(answer.streaming_content)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["队伍名称（必填）", "简称", "队伍级别"]
    assert rows[1][0].startswith("示例")
    help_ = {line[0]: line[2] for line in book.get_sheet_by_name("填写说明").to_python()[1:]}
    assert "水上救生" in help_["专业类别"]
    assert "盟市级" in help_["队伍级别"]
    page = client.post(URL, {"file": SimpleUploadedFile("空白.xlsx", content)})
    assert "没有内容" in str(page.context["form"].errors)


def test_looking_changes_nothing(as_user, chifeng):
    client = as_user(chifeng)
    page = send(client, row(救援队名称="赤峰市红十字甲救援队"))
    before = (Import.objects.values_list("state", "corrections").get(), Filing.objects.count())
    for url in (URL, address(page), f"{address(page)}&undo=1"):
        assert client.get(url).status_code == 200
    assert (Import.objects.values_list("state", "corrections").get(), Filing.objects.count()) == before


def test_what_a_list_leaves_unsaid_is_told(as_user, chifeng):
    """A cell merged over several rows speaks for each; a failed formula and another sheet are not passed over."""
    target = BytesIO()
    book = Workbook(target)
    page = book.add_worksheet("赤峰")
    page.write_row(0, 0, ["救援队名称", "级别", "队长"])
    page.write_row(1, 0, ["甲队（演示）", None, "#REF!"])
    page.write_row(2, 0, ["乙队（演示）"])
    page.merge_range(1, 1, 2, 1, "盟市级")
    page.set_row(2, None, None, {"hidden": True})
    other = book.add_worksheet("包头")
    other.write_row(0, 0, ["救援队名称"])
    other.write_row(1, 0, ["丙队（演示）"])
    book.close()
    shown = as_user(chifeng).post(URL, {"file": SimpleUploadedFile("名单.xlsx", target.getvalue())}, follow=True)
    preview = shown.context["preview"]
    level, captain = (preview["names"].index(name) for name in ("level", "captain"))
    first, second = preview["rows"]
    assert [line["cells"][level]["value"] for line in (first, second)] == ["盟市级", "盟市级"]
    assert "显示“#REF!”" in first["cells"][captain]["why"]
    assert any("隐藏行" in note for note in second["notes"])
    assert preview["unread"] == ["包头"]
    assert "没有读：包头" in shown.content.decode()


def two_rows_of_headings(page):
    page.merge_range(0, 0, 1, 0, "队伍名称")
    page.merge_range(0, 1, 0, 2, "队长")
    page.merge_range(0, 3, 0, 4, "副队长")


NAMED = "红山区红十字应急救援队（示例）"
ZHANG = {"name": NAMED, "captain": "张三", "captain_phone": "13800000001", "duty_phone": ""}
# how clerks keep such a list → what its first row is, "" for what it must not be
SHAPES = {
    "队长 over 姓名 and 电话": (
        [[None], [None, "姓名", "电话", "姓名", "电话"], [NAMED, "张三", "13800000001", "李四", "13800000002"]],
        ZHANG | {"deputies": "李四"}, two_rows_of_headings),
    "the same without merged cells, below a title": (
        [["救援队统计表"], ["填报单位：赤峰市红十字会"], ["序号", "队伍基本情况", None, "队长"],
         [None, "名称", "级别", "姓名", "电话"], [1, NAMED, "旗县级", "张三", "13800000001"], ["合计", "1支"]],
        ZHANG | {"level": "旗县级"}, None),
    "both in one cell": (
        [["队伍名称", "负责人及电话", "总人数"], [NAMED, "李四/13800000002", 20]],
        {"captain": "李四/13800000002", "planned_size": "20"}, None),
    "both in one cell, with a stroke": (
        [["队伍", "队长/联系电话"], [NAMED, "张三13800000001"]],
        {"name": NAMED, "captain": "张三13800000001", "captain_phone": ""}, None),
    "behind each other": (
        [["队伍名称", "负责人", "职务", "电话", "值班电话"], [NAMED, "张三", "会长", "13800000001", "0476-1234567"]],
        ZHANG | {"duty_phone": "0476-1234567"}, None),
    "a form": (
        [["救援队登记表"], ["队伍名称", NAMED, "成立时间", "2020.3.1"], ["队长", "张三", "联系电话", "13800000001"],
         ["驻地", "演示路1号", "人数", 20]],
        ZHANG | {"planned_size": "20", "founded_on": "2020.3.1"}, None),
    "a column for each team": (
        [["队伍名称", NAMED, "乙队（示例）"], ["队长", "张三", "李四"], ["联系电话", "13800000001", "13800000002"]],
        ZHANG, None),
    "headings between the rows": (
        [["序号", "队伍名称", "队长"], ["二、松山区红十字会"], [1, NAMED, "张三"], ["小计", 1]],
        {"name": NAMED, "office": "松山区红十字会"}, None),
    "members below their team": (
        [["队伍名称", "姓名", "职务", "电话"], [NAMED, "张三", "队长", "13800000001"]],
        {"name": NAMED, "captain": ""}, None),
}  # fmt: skip


def test_a_list_is_read_however_it_is_laid_out(chifeng):
    for shape, (rows, expected, edit) in SHAPES.items():
        file = workbook(rows, **({"sheet_0": edit} if edit else {}))
        table = read_table(file, XLSX, resource.TeamResource(by=chifeng))
        first = table.rows[0]
        found = {name: first[name].text if name in first else "" for name in expected}
        assert found == expected, shape


def test_a_form_that_cannot_be_read_is_refused(chifeng):
    rows = [["队伍名称", NAMED, "成立时间", "2020.3.1"], ["队长", "张三", "驻地", "演示路1号"]]
    with pytest.raises(ValidationError, match="像是登记表"):
        read_table(workbook(rows), XLSX, resource.TeamResource(by=chifeng))


def test_headings_of_levels_between_the_rows_are_no_teams(as_user, chifeng):
    """一、盟市级 became a team of that name, and told nothing of those below it."""
    head = ["队伍名称", "队长", "联系电话"]
    rows = [["一、盟市级（1支）"], ["赤峰甲队（演示）", "张三", "13800000001"], ["二、旗县级"],
            ["松山乙队（演示）", "李四", "13800000002"], ["三、社会力量"], ["四、红山丙队（演示）"]]  # fmt: skip
    page = as_user(chifeng).post(URL, {"file": workbook([head, *rows])}, follow=True)
    preview = page.context["preview"]
    assert [text for _number, text in preview["passed"]] == ["盟市级", "旗县级", "社会力量"]
    at = {cell["header"]: place for place, cell in enumerate(preview["rows"][0]["cells"])}
    found = [(row["cells"][at["队伍名称"]]["value"], row["cells"][at["队伍级别"]]["value"]) for row in preview["rows"]]
    assert found == [("赤峰甲队（演示）", "盟市级"), ("松山乙队（演示）", "旗县级"), ("四、红山丙队（演示）", "")]
