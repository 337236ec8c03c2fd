"""A form in hand is not lost: not when the session ends, nor when somebody else was first. A duty is handed on."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from organizations.models import Organization, User
from tests.filling import PASSWORD
from tests.stories.signing_in import sign_in

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]


def test_session_ends_in_the_middle_of_a_form_and_nothing_typed_is_lost(portal: dict[str, User], enter: Enter) -> None:
    office = Organization.objects.get(code="150400")
    page = enter("chifeng")
    page.goto(f"{office.get_absolute_url()}edit/")
    page.locator("input[name=contact]").fill("乌日娜·敖登格日乐（演示）")
    Session.objects.all().delete()  # what thirty idle minutes do
    Organization.objects.filter(pk=office.pk).update(phone="0476-8888888", version=office.version + 1)  # a colleague
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    sign_in(page, "chifeng")
    page.wait_for_url(re.compile(r"/offices/\d+/edit/"))
    expect(page.locator("input[name=contact]")).to_have_value("乌日娜·敖登格日乐（演示）")
    expect(page.get_by_text(re.compile("已恢复"))).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("乌日娜·敖登格日乐（演示）").first).to_be_visible()
    office.refresh_from_db()
    assert (office.contact, office.phone) == ("乌日娜·敖登格日乐（演示）", "0476-8888888"), "only what was typed"


def test_stale_form_shows_what_the_other_changed_and_keeps_what_was_typed(
    portal: dict[str, User], enter: Enter
) -> None:
    office = Organization.objects.get(code="150400")
    first, second = enter("chifeng"), enter("chifeng")
    for page in (first, second):
        page.goto(f"{office.get_absolute_url()}edit/")
    first.locator("input[name=contact]").fill("甲（演示）")
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_text("甲（演示）").first).to_be_visible()
    second.locator("input[name=contact]").fill("乙（演示）")
    second.get_by_role("button", name="保存").click()
    expect(second.get_by_text("甲（演示）").first).to_be_visible()  # what the other person wrote
    expect(second.locator("input[name=contact]")).to_have_value("乙（演示）")
    office.refresh_from_db()
    assert office.contact == "甲（演示）"


def test_duty_is_handed_over_in_one_step_and_ends_at_that_instant(portal: dict[str, User], enter: Enter) -> None:
    heir = User.objects.create_user(
        "heir", PASSWORD, name="接任人（演示）", organization=Organization.objects.get(code="150404")
    )
    before, admin = enter("songshan"), enter("region-security")
    before.goto("/requests/new/")
    expect(before.get_by_role("button", name="开始填写")).to_be_visible()
    admin.goto(portal["songshan"].get_absolute_url())
    admin.get_by_role("link", name=re.compile("交接")).first.click()
    admin.get_by_label("接任人").select_option(value=str(heir.pk))
    admin.get_by_label("任职依据").fill("演示会议纪要")
    for label in ("原因", "终止原因", "交接原因"):
        if admin.get_by_label(label).count():
            admin.get_by_label(label).first.fill("岗位调整")
            break
    admin.get_by_role("button", name=re.compile("交接")).click()
    expect(admin.get_by_text(re.compile("交接")).first).to_be_visible()
    assert before.request.get("/requests/new/").status == 403  # the next click, not the next sign-in
    after = enter("heir")
    after.goto("/requests/new/")
    expect(after.get_by_role("button", name="开始填写")).to_be_visible()


def test_a_security_key_is_registered_and_signs_in(portal: dict[str, User], enter: Enter) -> None:
    page = enter("baotou")
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("密码").fill(PASSWORD)  # once more: it concerns the account's safety
    page.get_by_role("button", name="确认").click()
    page.get_by_label("名称").fill("办公室电脑（演示）")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("安全密钥已登记。")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    sign_in(page, "baotou")
    page.get_by_role("button", name="使用安全密钥").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_whoever_sits_down_next_does_not_go_back_to_what_was_on_the_screen(
    portal: dict[str, User], enter: Enter
) -> None:
    """Browsers keep whole pages for going back. The lean one of the stories does not: it is told that it did."""
    page = enter("chifeng")
    page.goto("/offices/")
    brought_back = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    page.evaluate(brought_back)
    expect(page.get_by_role("link", name="赤峰市红十字会").first).to_be_visible()
    other = page.context.new_page()
    other.goto("/accounts/logout/")
    other.locator("main").get_by_role("button", name="退出登录").click()
    other.wait_for_url(re.compile("/accounts/login/"))
    expect(page.get_by_role("link", name="赤峰市红十字会").first).to_be_visible()
    page.evaluate(brought_back)
    page.wait_for_url(re.compile("/accounts/login/.*next=/offices/"))
    expect(page.get_by_text("赤峰市红十字会")).to_have_count(0)
