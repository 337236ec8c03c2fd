"""Team lists as offices keep them, in: looked at, put right in the page, taken in as drafts, taken back."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from xlsxwriter import Workbook

from core.models import Import
from teams import cells
from teams.drafting import keep
from teams.models import Filing
from tests.teams import builders

pytestmark = pytest.mark.django_db
URL = reverse("teams:team_import")
HEAD = [
    "序号", "队 名（全称）*", "级别", "主管单位", "组建方式", "社会信用代码", "类别", "队长", "副队长", "成立时间",
    "地址", "经纬度", "电话", "人数", "文号", "备注",
]  # fmt: skip
# as people write: full-width digits, spaces within names, brackets of all kinds, units behind numbers
MESSY = [
    "１", " 赤峰市红十字　高原救援队（演示） ", "盟市", "赤峰市红十字会", "直属", "", "水上救援、山野搜救；赈济",
    "王　明１３８００００００５１", "李志强，敖特根巴雅尔•孟和（兼）", "2019年5月1日", "演示路２号",
    "东经118.88694，北纬42.25781", "0476—1234567", "30人", "赤红发[2024]第7号", "可忽略",
]  # fmt: skip
SECOND = ["2", "松山区红十字草地救援队（演示）", "旗县", "松山区红十字会", "", "", "搜救"] + [""] * 9


def book(*rows):
    target = BytesIO()
    with Workbook(target) as written:
        sheet = written.add_worksheet()
        sheet.write_row(0, 0, ["赤峰市红十字救援队统计表"])
        for number, row in enumerate([HEAD, *rows], 1):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile("救援队.xlsx", target.getvalue())


def upload(client, *rows):
    page = client.post(URL, {"file": book(*rows)}, follow=True)
    return page, page.redirect_chain[-1][0] if page.redirect_chain else ""


def text(page):
    return page.content.decode()


@pytest.mark.parametrize(
    ("widget", "written", "meant"),
    [
        (cells.People(), "王 明、李志强", [{"name": "王明", "phone": ""}, {"name": "李志强", "phone": ""}]),
        (cells.People(), "李志强 13800000052", [{"name": "李志强", "phone": "13800000052"}]),
        (cells.People(), "敖特根巴雅尔.孟和（选举）", [{"name": "敖特根巴雅尔·孟和", "phone": ""}]),
        (cells.Coordinates(), "42.25781 118.88694", ("42.25781", "118.88694")),
        (cells.Coordinates(), "118°53′13″，42°15′28″", ("42.25778", "118.88694")),
        (cells.Coordinate(), "42.25781°", "42.25781"),
    ],
)  # fmt: skip
def test_cells_mean_what_people_mean(widget, written, meant):
    assert widget.clean(written) == meant


@pytest.mark.parametrize(("widget", "written"), [(cells.People(), "12345"), (cells.Coordinates(), "42.2")])
def test_cells_that_mean_nothing_say_so(widget, written):
    with pytest.raises(ValueError, match=written):
        widget.clean(written)


def test_messy_list_becomes_drafts(as_user, chifeng):
    client = as_user(chifeng)
    page, address = upload(client, MESSY, [*SECOND[:3], "赤峰市红十字会", *SECOND[4:]])
    assert page.context["preview"]["summary"]["wrong"] == 0, page.context["preview"]["rows"]
    assert not Filing.objects.exists()
    done = client.post(address, {"confirm": "1"}, follow=True)
    first, second = Filing.objects.order_by("pk")
    assert (first.kind, first.state, first.title) == ("register", "draft", "赤峰市红十字高原救援队（演示）")
    payload = first.payload
    assert (payload["level"], payload["formation"], payload["planned_size"]) == ("league_city", "direct", "30")
    assert (payload["main_category"], payload["other_categories"]) == ("aquatic", ["mountain", "relief"])
    assert (payload["founded_on"], payload["filing_doc_no"]) == ("2019-05-01", "赤红发〔2024〕7号")
    assert (payload["latitude"], payload["longitude"]) == ("42.25781", "118.88694")
    assert (payload["duty_phone"], payload["base_address"]) == ("0476-1234567", "演示路2号")
    people = [(row["role"], row["name"], row["phone"]) for row in payload["posts"]]
    assert people == [
        ("captain", "王明", "13800000051"), ("deputy", "李志强", ""), ("deputy", "敖特根巴雅尔·孟和", ""),
    ]  # fmt: skip
    assert [label for label, _url in done.context["result"]["links"]] == [first.name, second.name]
    assert "“救援队.xlsx”已导入：新增 2" in text(done)
    again, _address = upload(client, MESSY, [*SECOND[:3], "赤峰市红十字会", *SECOND[4:]])
    assert "同样内容的文件已由" in text(again)
    assert Filing.objects.count() == 2


def test_bad_cells_are_put_right_in_the_page(as_user, chifeng):
    client = as_user(chifeng)
    bad = [*MESSY]
    bad[2], bad[5], bad[9], bad[13] = "县处级", "123", "去年", "三十"
    page, address = upload(client, bad, [*SECOND[:3], "包头市红十字会", *SECOND[4:]])
    for words in ("“县处级”不在可选范围内", "“去年”不是日期", "没有叫“包头市红十字会”的单位"):
        assert words in text(page), words
    assert page.context["preview"]["summary"]["wrong"] == 2
    for name in ("cell-3-level", "cell-3-founded_on", "cell-4-office"):
        assert f'name="{name}"' in text(page), name
    refused = client.post(address, {"confirm": "1"}, follow=True)
    assert refused.context["stage"] == "preview"
    typed = {"cell-3-level": "盟市级", "cell-3-founded_on": "2019-05-01", "cell-3-planned_size": "30"}
    better = client.post(address, {"recheck": "1", **typed, "cell-99-level": "x", "cell-x": "y"}, follow=True)
    assert better.context["preview"]["summary"]["wrong"] == 2
    assert "不是日期" not in text(better)
    assert 'name="cell-3-uscc"' in text(better)
    last = {"recheck": "1", "cell-3-uscc": "", "cell-4-office": "赤峰市红十字会"}
    good = client.post(address, last, follow=True)
    assert good.context["preview"]["summary"]["wrong"] == 0
    client.post(address, {"confirm": "1"})
    assert sorted(filing.level for filing in Filing.objects.all()) == ["banner_county", "league_city"]


def test_doubles_are_named(as_user, chifeng, region, office):
    team = builders.filed(
        builders.read(chifeng), office("150400"), builders.read(region), name="赤峰市红十字激流救援队（演示）"
    )
    client = as_user(chifeng)
    same, alike = [*MESSY], [*MESSY]
    same[1], alike[1] = team.name, "赤峰红十字会激流搜救队"
    other = [*MESSY]
    other[1] = "赤峰市红十字江河救援队（演示）"
    page, _address = upload(client, same, alike, other, other)
    shown = text(page)
    assert "已经有了，不能重名" in shown
    assert f"可能已有这支队伍：{team.name}（{team.filing_no}，赤峰市红十字会），名称相近" in shown
    assert "与第 5 行重名" in shown
    assert page.context["preview"]["summary"]["wrong"] == 2
    builders.drafted(builders.read(chifeng), office("150400"), name="赤峰市红十字江河救援队（演示）")
    page, _address = upload(client, other)
    assert "已有在办的新建备案" in text(page)


def test_import_is_taken_back_as_far_as_nobody_went_on(as_user, chifeng):
    client = as_user(chifeng)
    third = ["3", "赤峰市红十字江河救援队（演示）", "盟市", *[""] * 13]
    _page, address = upload(client, MESSY, [*SECOND[:3], "赤峰市红十字会", *SECOND[4:]], third)
    done = client.post(address, {"confirm": "1"}, follow=True)
    touched = Filing.objects.get(title="松山区红十字草地救援队（演示）")
    keep(touched, {"base_address": "演示路 3 号"}, by=builders.read(chifeng), version=touched.version)
    undo = done.context["result"]["undo_url"]
    assert client.get(undo).status_code == 200
    assert Filing.objects.filter(state="draft").count() == 3  # a GET takes nothing back
    back = client.post(undo, follow=True)
    assert "收回 2 条" in text(back)
    assert "松山区红十字草地救援队（演示）（草稿）" in text(back)
    assert list(Filing.objects.filter(state="draft")) == [touched]
    first = Filing.objects.exclude(state="draft").first()
    assert first.events().last().comment == "撤销导入"
    assert "这次导入已经不能撤销了" in text(client.post(undo, follow=True))
    again, _address = upload(client, MESSY)
    assert again.context["stage"] == "preview"


def test_import_is_not_taken_back_after_a_day_nor_by_others(as_user, chifeng, region):
    client = as_user(chifeng)
    _page, address = upload(client, MESSY)
    undo = client.post(address, {"confirm": "1"}, follow=True).context["result"]["undo_url"]
    assert as_user(region).post(undo).status_code in (403, 404)
    Import.objects.update(done_at=timezone.now() - timedelta(hours=25))
    assert "这次导入已经不能撤销了" in text(client.post(undo, follow=True))
    assert Filing.objects.get().state == "draft"


def test_strangers_and_readers_do_not_import(as_user, leader, baotou):
    assert as_user(leader).get(URL).status_code == 403
    page, _address = upload(as_user(baotou), MESSY)
    assert "没有叫“赤峰市红十字会”的单位" in text(page)
    blank = as_user(baotou).get(URL, {"blank": "1"})
    assert b"".join(blank.streaming_content).startswith(b"PK")
