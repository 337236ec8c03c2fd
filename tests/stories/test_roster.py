"""A roster as teams keep it goes in through the browser: upload, two cells mended in place, confirm, again, undo."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from organizations.models import Organization, User
from people.models import Certificate, Cover, Membership, Person
from tests.people.builders import citizen
from tests.people.rosters import workbook
from tests.teams import builders

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]
TITLE = "松山区红十字水域救援队队员花名册（演示）"
UPPER = [
    "序号",
    "组别",
    "姓名",
    "性别",
    "身份证号码",
    "联系电话",
    "入队时间",
    "应急救护证",
    None,
    None,
    "保险",
    None,
    None,
]
LOWER = [None, None, None, None, None, None, None, "编号", "发证日期", "有效期至", "公司", "保单号", "期限"]
COVER = ["演示保险公司", "YSBX-9", "2026.1.1-2026.12.31"]


def messy() -> list[list[object]]:
    """Title and unit rows, a heading over two rows, numbers as numbers and in full width, two phones in a cell, months
    without a day, merged groups, a blank row, a sum."""
    wide = "".join(chr(ord(character) + 0xFEE0) for character in citizen(2))
    return [
        [TITLE],
        ["填报单位：松山区红十字会", *[None] * 8, "填报日期：2026.3.1"],
        UPPER,
        LOWER,
        [
            1,
            "水域组",
            "王　明",
            "男",
            f"'{citizen(1)}",
            "138-0000-0001",
            "2024.3.1",
            "YS-1",
            "2025年3月",
            "2028.3.1",
            *COVER,
        ],
        [2, None, "陈静", "F", wide, "13800000002、13900000002", "2024年3月", "YS-2", "2025/03/01", None, *COVER],
        [3, None, "阿拉坦•苏都", 1, 150404199003070031, "+86 13800000003", "20240301", None, None, None, *COVER],
        [4, "山岳组", "乌仁图雅", "女", citizen(4).lower(), "1380000", 45352, "YS-4", "2025-03-01", "长期", *COVER],
        [
            5,
            None,
            "敖特根巴雅尔 · 孟和",
            "男",
            f"{citizen(5)[:6]} {citizen(5)[6:]}",
            "13800000005",
            "2024/03/01",
            *[None] * 3,
            *COVER,
        ],
        [6],
        ["合计", "5人"],
    ]


def merge(sheet: object) -> None:
    sheet.merge_range(0, 0, 0, 12, TITLE)
    for column in range(7):
        sheet.merge_range(2, column, 3, column, UPPER[column])
    sheet.merge_range(2, 7, 2, 9, "应急救护证")
    sheet.merge_range(2, 10, 2, 12, "保险")
    sheet.merge_range(4, 1, 6, 1, "水域组")
    sheet.merge_range(7, 1, 8, 1, "山岳组")
    sheet.set_row(8, None, None, {"hidden": True})


def upload(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.locator("input[type=file]").set_input_files(str(path))
    page.get_by_role("button", name="下一步：核对").click()


def test_a_messy_roster_goes_in(portal: dict[str, User], enter: Enter, tmp_path: Path) -> None:
    office = Organization.objects.get(code="150404")
    team = builders.filed(portal["songshan"], office, portal["region"]).organization
    address = f"/people/teams/{team.pk}/import/"
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(workbook(messy(), sheet_0=merge).read())

    page = enter("songshan")
    upload(page, address, path)
    expect(page.get_by_text("有 2 行需要改")).to_be_visible()
    expect(page.get_by_text("Excel 把号码存成了数字，后几位已丢失")).to_be_visible()
    page.get_by_label("第 7 行，证件号码").fill(citizen(3))
    page.get_by_label("第 8 行，手机").fill("13800000004")
    page.get_by_role("button", name="重新核对").click()
    expect(page.get_by_text("全部通过检查：新增 5")).to_be_visible()
    expect(page.get_by_text(re.compile("隐藏行"))).to_be_visible()
    assert not Person.objects.exists()
    page.get_by_role("button", name="保存这 5 行").click()
    expect(page.get_by_text("已导入：新增 5")).to_be_visible()
    result = page.url

    people = {person.name: person for person in Person.objects.all()}
    assert set(people) == {"王明", "陈静", "阿拉坦·苏都", "乌仁图雅", "敖特根巴雅尔·孟和"}
    assert [people["陈静"].other_phone, people["阿拉坦·苏都"].id_number] == ["13900000002", citizen(3)]
    groups = dict(Membership.objects.values_list("person__name", "group"))
    assert groups["阿拉坦·苏都"] == "水域组"
    assert groups["敖特根巴雅尔·孟和"] == "山岳组"
    assert (Certificate.objects.count(), Cover.objects.count()) == (3, 5)

    path.write_bytes(workbook([*messy()[:6], *mended()], sheet_0=merge).read())
    upload(page, address, path)
    expect(page.get_by_text("都和已登记的一致，没有要改的")).to_be_visible()

    page.goto(result)
    page.get_by_role("button", name="撤销这次导入").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_text("撤回 5 条")).to_be_visible()
    assert not Membership.objects.current().exists()


def mended() -> list[list[object]]:
    """The rows from the third on, with the two cells put right."""
    rows = messy()[6:]
    rows[0][4], rows[1][5] = citizen(3), "13800000004"
    return rows
