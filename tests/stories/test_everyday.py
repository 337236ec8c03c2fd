"""What everybody does: search by key, filter a list, take it away as a file, work on a phone."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from organizations.models import User

AXE = Path(settings.BASE_DIR, "node_modules/axe-core/axe.min.js").read_text()
pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]


def barriers(page: Page) -> list[str]:
    """What stands in the way of those who listen to a page, type on it or see little (WCAG 2, by axe), as sentences."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{rule['help']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def test_search_opens_by_key_and_finds_part_of_a_name(portal: dict[str, User], enter: Enter) -> None:
    page = enter("region")
    page.keyboard.press("Control+k")
    page.keyboard.type("达瓦")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("莫力达瓦达斡尔族自治旗红十字会")).first.click()
    expect(page.get_by_role("heading", name="莫力达瓦达斡尔族自治旗红十字会")).to_be_visible()


def test_list_is_filtered_kept_as_a_view_and_exported(portal: dict[str, User], enter: Enter) -> None:
    page = enter("region")
    page.goto("/offices/")
    page.get_by_role("searchbox", name=re.compile("搜索")).last.fill("科尔沁")
    expect(page.locator("#table")).to_contain_text("科尔沁左翼后旗红十字会")
    expect(page.locator("#table")).not_to_contain_text("满洲里市红十字会")
    page.wait_for_url(re.compile("q="))  # the address can be passed on
    answer = page.request.get(page.url + "&export=xlsx")
    sheet = load_workbook(BytesIO(answer.body())).active
    assert sheet is not None
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "科尔沁左翼中旗红十字会" in cells
    assert "满洲里市红十字会" not in cells


def test_what_was_sent_without_network_is_still_there(portal: dict[str, User], enter: Enter) -> None:
    """The browser shows its own page then; whoever typed the address anew lost everything, as if it had been saved."""
    page = enter("region")
    page.goto("/standards/new/")
    page.get_by_label("名称", exact=True).fill("断网时写的标准")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("现在没有网络，还没有提交")).to_be_visible()
    expect(page.get_by_label("名称", exact=True)).to_have_value("断网时写的标准")
    page.context.set_offline(False)
    expect(page.get_by_text("现在没有网络，还没有提交")).to_have_count(0)

    # a network that leads nowhere: the browser shows a page of its own
    page.route("**/*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="保存草稿").click()
    page.unroute("**/*")
    page.goto("/")
    page.goto("/standards/new/")
    expect(page.get_by_label("名称", exact=True)).to_have_value("断网时写的标准")

    # a portal on this very machine, which has no network: the browser says there is none, and it is sent all the same
    page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    page.reload()
    assert page.evaluate("navigator.onLine") is False
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/standards/new/")):
        page.get_by_role("button", name="保存草稿").click()


def test_what_is_pasted_stays_whole_and_is_told_when_too_long(portal: dict[str, User], enter: Enter) -> None:
    """A browser cuts it off at maxlength and says nothing."""
    page = enter("chifeng")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/feedback/")
    field, pasted = page.locator("textarea").first, "情况属实。\n" * 700
    page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
    field.focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_role("alert").filter(has_text="现在 4900 字")).to_be_visible()
    assert field.input_value() == pasted
    page.locator("main").get_by_role("button").last.click()
    expect(field).to_be_focused()  # not sent
    field.fill("情况属实。")
    expect(page.get_by_role("alert").filter(has_text="请删减")).to_have_count(0)


def test_phone_has_the_whole_product_without_sideways_scrolling(portal: dict[str, User], enter: Enter) -> None:
    page = enter("chifeng", phone=True)
    page.emulate_media(color_scheme="dark")
    for url in (
        "/", "/offices/", "/users/", "/requests/", "/requests/new/", "/statistics/", "/roles/", "/users/me/",
        "/search/?q=红十字", "/teams/", "/people/members/", "/calendar/", "/filings/", "/activities/", "/gradings/",
    ):  # fmt: skip
        page.goto(url)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{url} is {width} px wide"
        assert barriers(page) == [], url
    page.goto("/")
    page.get_by_role("button", name=re.compile("菜单")).or_(
        page.get_by_role("link", name=re.compile("菜单"))
    ).first.click()
    page.get_by_role("link", name="开户申请").first.click()
    expect(page.get_by_role("heading", name="开户申请").first).to_be_visible()


def test_pages_obey_the_strict_policy_and_throw_no_script_error(portal: dict[str, User], enter: Enter) -> None:
    page = enter("region-security")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for url in ("/", "/offices/", "/users/", "/appointments/", "/requests/", "/jobs/", "/notices/", "/accounts/2fa/"):
        page.goto(url)
        assert barriers(page) == [], url
    assert refused == []
