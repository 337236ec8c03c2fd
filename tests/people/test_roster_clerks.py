"""Rosters of offices nobody has met before: what would go wrong unseen, and what would cost a clerk an afternoon."""

from typing import Any

import pytest

from people.models import Certificate, Membership, Person
from tests.people.builders import citizen as ID  # noqa: N812 - as in the other tests of rosters
from tests.people.rosters import workbook
from tests.people.test_roster_import import address, client, confirm, rows, send, take, url  # noqa: F401 - fixtures
from tests.people.test_roster_offices import HEAD, one, told

pytestmark = pytest.mark.django_db


def hide(*columns: int) -> Any:
    def edit(page: Any) -> None:
        for column in columns:
            page.set_column(column, column, None, None, {"hidden": True})

    return edit


def test_whether_there_is_a_certificate_is_not_its_number(client, url):  # noqa: F811
    def merge(page: Any) -> None:
        page.merge_range(0, 2, 0, 4, "应急救护证")

    upper, lower = ["姓名", "身份证号", "应急救护证"], [None, None, "有无", "证书编号", "发证时间"]
    take(client, url, [upper, lower, ["王明", ID(1), "√", "1504-2024-001", "2024.5.18"]], sheet_0=merge)
    assert Certificate.objects.get().number == "1504-2024-001"


def test_of_two_columns_of_one_meaning_the_one_that_is_seen_counts(client, url):  # noqa: F811
    head = ["姓名", "手机", "联系电话", "身份证号", "身份证号码", "入队时间", "加入日期"]
    body = ["王明", "13700000001", "13800000001", ID(3), ID(1), "2020-01-01", "2024-01-01"]
    page = send(client, url, [head, body], sheet_0=hide(1, 3, 5))
    assert "没有读 D 列“身份证号”" in told(page)
    confirm(client, page)
    person = Person.objects.get()
    assert (person.mobile, person.other_phone, person.id_masked[-2:]) == ("13800000001", "13700000001", ID(1)[-2:])
    assert Membership.objects.get().joined_on.year == 2024


@pytest.mark.parametrize("said", ["否", "×", "0", "不在队"])
def test_who_is_no_more_in_the_team_is_asked_about_and_not_entered(client, url, said):  # noqa: F811
    head = [*HEAD, "是否在队"]
    page = send(
        client, url, [head, [*one(1), "是"], [*one(2, "李四"), said], [*one(3, "王五"), 1], [*one(4, "赵六"), "有"]]
    )
    wrong = {name: row["why"] for name, row in rows(page).items() if row["why"]}
    assert list(wrong) == ["李四"]
    assert "已经离队的请勾选“不导入”" in wrong["李四"]["here"]


def test_rows_filled_in_for_whoever_may_come_are_no_members(client, url):  # noqa: F811
    head = ["序号", *HEAD, "民族", "身份"]
    body = [[1, *one(1), "汉族", "队员"], *([at, None, None, None, "汉族", "队员"] for at in range(2, 203))]
    page = send(client, url, [head, *body])
    assert "第 3 至 203 行之间有 201 行没有填是谁" in told(page)
    assert page.context["preview"]["counts"]["total"] == 1
    confirm(client, page)
    assert Person.objects.get().name == "王明"


def test_lists_side_by_side_have_each_the_group_above_it(client, url):  # noqa: F811
    upper = ["A组", None, None, None, "B组", None, None]
    take(client, url, [upper, [*HEAD, None, *HEAD], [*one(1, "王一"), None, *one(2, "王二")]])
    assert dict(Membership.objects.values_list("person__name", "group")) == {"王一": "A组", "王二": "B组"}


def test_all_of_several_certificates_in_one_cell(client, url):  # noqa: F811
    said = "救护员证（1504-2024-0601，2024.3.1）；绳索救援证（SR-2，2023年5月6日）"
    head = [*HEAD, "持证情况"]
    page = send(
        client, url, [head, [*one(1, "王一"), said], [*one(2, "王二"), "救护员证（SR-3，2025.1.1）、绳索救援证"]]
    )
    assert "绳索救援证没有发证日期，没有登记" in rows(page)["王二"]["note"]["cert_kind"]
    confirm(client, page)
    found = Certificate.objects.order_by("person__name", "number").values_list("person__name", "kind", "number")
    assert list(found) == [
        ("王一", "first_aid", "1504-2024-0601"),
        ("王一", "rope", "SR-2"),
        ("王二", "first_aid", "SR-3"),
    ]


def test_columns_beside_such_a_cell_make_no_certificate_of_another_kind(client, url):  # noqa: F811
    head = [*HEAD, "持证情况", "证书编号", "发证日期"]
    one_kind, two_kinds = "潜水证（PADI-2，2023.5.6）", "潜水证（PADI-4，2023.5.6）；救护员证（YS-1，2024.3.1）"
    body = [
        [*one(1, "王一"), one_kind, "", "2023.5.6"], [*one(2, "王二"), "潜水证（2023.5.6）", "PADI-3", ""],
        [*one(3, "王三"), two_kinds, "YS-9", "2024.5.1"],
    ]  # fmt: skip
    page = send(client, url, [head, *body])
    assert "分不清是哪一种的，没有用" in rows(page)["王三"]["note"]["cert_kind"]
    confirm(client, page)
    found = Certificate.objects.order_by("person__name", "number").values_list("person__name", "kind", "number")
    assert list(found) == [
        ("王一", "water", "PADI-2"),
        ("王三", "water", "PADI-4"),
        ("王三", "first_aid", "YS-1"),
        ("王二", "water", "PADI-3"),
    ]


def test_comments_are_not_read_and_that_is_told(client, url):  # noqa: F811
    page = send(client, url, [HEAD, one(1)], sheet_0=lambda page: page.write_comment("A2", "已调走"))
    assert "表格里有 1 处批注，没有读" in told(page)


def test_what_cannot_be_mended_now_is_left_out_with_one_press(client, url):  # noqa: F811
    bad = [["", ID(at), f"1380000{at:04d}"] for at in range(2, 130)]
    page = send(client, url, [HEAD, one(1), *bad])
    assert page.context["preview"]["counts"]["wrong"] == 128
    page = client.post(address(page), {"page": 1, "leave_wrong": "1"}, follow=True)
    counts = page.context["preview"]["counts"]
    assert (counts["wrong"], counts["left"], counts["total"]) == (0, 128, 1)
    confirm(client, page)
    assert Person.objects.get().name == "王明"


def test_a_name_on_file_with_its_brackets_is_not_told_about_every_year(client, url, place):  # noqa: F811
    take(client, url, [HEAD, one(1)])
    Person.objects.update(name="王明（小）")
    assert not rows(send(client, url, [HEAD, one(1, "王明（小）")]))["王明（小）"]["note"]


# -- several teams ------------------------------------------------------------------------------------------------
def test_a_team_is_known_by_what_it_is_called_for_short(as_user, songshan, place):
    """The same person under two ways to write one team is there once."""
    office, head = as_user(songshan), ["救援队", *HEAD]
    short = "".join(sign for sign in place.name if sign not in "市区县旗红十字应急")
    file = workbook([head, [place.name, *one(1)], [short, *one(1)]])
    page = office.post("/people/import/", {"file": file}, follow=True)
    assert page.context["preview"]["counts"]["wrong"] == 0
    assert f"“{short}”按“{place.name}”登记" in told(page)
    confirm(office, page)
    assert Membership.objects.get().organization == place


def test_two_of_one_name_without_document_are_told_though_their_telephones_differ(client, url):  # noqa: F811
    page = send(client, url, [HEAD, ["王明", "", "13800000001"], ["王明", "", "13900000001"]])
    assert [line["note"].get("", "") for line in page.context["preview"]["rows"]].count(
        "和第 2 行同名，手机不同，这一行没有证件号码；请核对是不是同一个人。"
    ) == 1


def test_a_sheet_or_a_part_of_those_who_left_brings_in_nobody_unasked(client, url):  # noqa: F811
    page = send(client, url, [HEAD, one(1)], [HEAD, one(2, "李四")], names=["在队", "已退队"])
    assert {name: bool(row["why"]) for name, row in rows(page).items()} == {"王明": False, "李四": True}
    assert "已经离队的请勾选“不导入”" in rows(page)["李四"]["why"]["state"]
    assert "group" not in page.context["preview"]["names"]
    page = send(client, url, [HEAD, one(1), ["二、离队人员"], one(2, "李四")])
    assert list(rows(page)["李四"]["why"]) == ["state"]
    assert not rows(page)["王明"]["why"]
    page = send(client, url, [["2025年离队人员名单"], HEAD, one(1)])
    assert list(rows(page)["王明"]["why"]) == ["state"]
    assert not rows(send(client, url, [["（已离队人员不填）"], HEAD, one(1)]))["王明"]["why"]


@pytest.mark.parametrize("said", ["2024-03-01 星期五", "2024年3月1日（周五）", "2024年3月1日 上午"])
def test_the_day_of_the_week_is_no_part_of_the_day(client, url, said):  # noqa: F811
    take(client, url, [[*HEAD, "入队时间"], [*one(1), said]])
    assert Membership.objects.get().joined_on.isoformat() == "2024-03-01"
