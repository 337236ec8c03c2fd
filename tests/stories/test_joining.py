"""On phones: an invited person applies by the link, the captain accepts, the member shows the card and adds a photo."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from organizations.models import User
from people.models import Certificate, Invitation, Membership
from tests.people.builders import citizen

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]
NAME = "敖特根巴雅尔·孟和"  # whom the member's account belongs to


def _fits(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"{page.url} is {width} px wide"


@pytest.fixture
def stranger(browser: Browser, live_server: Any) -> Any:
    """Somebody with a phone and no account; without scripts, as some built-in browsers are."""
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_from_invitation_to_card(portal: dict[str, User], enter: Enter, stranger: Page, tmp_path: Path) -> None:
    place = portal["captain"].organization
    captain = enter("captain", phone=True)
    captain.goto(f"/people/teams/{place.pk}/invitations/")
    captain.get_by_role("link", name="新的邀请").first.click()
    captain.get_by_label(re.compile("说明")).fill("招募水上救生队员")
    captain.get_by_role("button", name="生成链接和二维码").click()
    expect(captain.locator("svg.qr")).to_be_visible()
    _fits(captain)

    _apply(stranger, Invitation.objects.get().get_absolute_url())

    captain.goto("/people/applications/")
    captain.get_by_role("link", name=NAME).click()
    expect(captain.get_by_text("校验码正确", exact=False)).to_be_visible()
    assert citizen(1) not in captain.content()
    _fits(captain)
    captain.get_by_label("正式队员").check()
    captain.get_by_role("button", name="接收入队").click()
    expect(captain.get_by_text("已接收为正式队员", exact=False)).to_be_visible()
    captain.get_by_role("link", name="关联账号").click()
    captain.get_by_label("账号").select_option(str(portal["member"].pk))
    captain.get_by_role("button", name="关联").click()
    expect(captain.get_by_text("账号已关联", exact=False)).to_be_visible()
    _fits(captain)

    _own_pages(enter("member", phone=True), tmp_path)
    assert Membership.objects.get().organization == place


def _apply(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_text("招募水上救生队员")).to_be_visible()
    _fits(page)
    page.get_by_label("姓名").fill(NAME)
    page.get_by_label("证件号码").fill("１" + citizen(1)[1:].lower())
    page.get_by_label("手机").fill("139")
    page.get_by_label("紧急联系人", exact=True).fill("巴图")
    page.get_by_label("紧急联系电话").fill("13900002222")
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_role("heading", name="有内容需要改正，还没有报名")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value(NAME)
    _fits(page)
    page.get_by_label("手机").fill("13900001111")
    page.get_by_label(re.compile("我已阅读并同意“个人信息")).check()
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_role("heading", name="报名已收到")).to_be_visible()
    expect(page.get_by_text("等候队伍办理")).to_be_visible()
    _fits(page)


def _own_pages(page: Page, folder: Path) -> None:
    page.goto("/me/")
    expect(page.get_by_text("没有在有效期内、已核验的应急救护证书")).to_be_visible()
    _fits(page)
    page.get_by_role("link", name="出示队员证").click()
    expect(page.locator(".member-card .name")).to_have_text(NAME)
    expect(page.locator(".member-card svg.qr")).to_be_visible()
    _fits(page)
    picture = folder / "证书.jpg"
    Image.new("RGB", (600, 400), "white").save(picture)
    page.goto("/me/")
    page.get_by_role("link", name="拍照报证书").first.click()
    page.locator("input[type=file]").set_input_files(picture)
    page.get_by_label("证书种类").select_option("first_aid")
    page.get_by_label("发证日期").fill("2026-03-01")
    page.get_by_role("button", name="报上去").click()
    expect(page.get_by_text("等办公室核验", exact=False)).to_be_visible()
    expect(page.locator(".papers img")).to_be_visible()
    _fits(page)
    assert Certificate.objects.get().state == "reported"
    for address in ("/me/hours/", "/me/consents/", "/me/disclosures/", "/me/contact/", "/me/copy/"):
        page.goto(address)
        _fits(page)
