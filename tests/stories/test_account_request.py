"""A clerk asks for a colleague's account; it is returned, mended, approved, used. A stranger finds none of it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.models import Attachment, VerifiableDocument
from organizations.models import AccountRequest, User

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]
NAME = "莫力达瓦·敖特根巴雅尔（演示）"


def test_request_is_drafted_returned_mended_approved_and_used(
    portal: dict[str, User], enter: Enter, paper: Path
) -> None:
    # The clerk begins, and the browser is closed half way.
    clerk = enter("songshan")
    clerk.goto("/requests/new/")
    clerk.get_by_role("button", name="开始填写").click()
    clerk.wait_for_url(re.compile(r"/requests/\d+/edit/"))
    draft_url = clerk.url
    clerk.get_by_label("姓名").fill(NAME)
    expect(clerk.locator("#saved")).to_contain_text("已")
    clerk.context.close()

    # The draft is there again; a disguised file is refused in words, a real one is taken; handing in shows what lacks.
    clerk = enter("songshan")
    clerk.goto(draft_url)
    expect(clerk.get_by_label("姓名")).to_have_value(NAME)
    disguised = paper.with_name("病毒.pdf")
    disguised.write_bytes(b"MZ\x90\x00" + b"\x00" * 200)
    clerk.locator("input[type=file]").first.set_input_files(disguised)
    expect(clerk.get_by_text("病毒.pdf").first).to_be_visible()
    expect(clerk.get_by_text(re.compile("不是|不能|不收")).first).to_be_visible()
    clerk.locator("input[type=file]").first.set_input_files(paper)
    expect(clerk.get_by_role("link", name=re.compile("任职通知")).first).to_be_visible()
    clerk.get_by_role("button", name="提交", exact=True).click()
    expect(clerk.get_by_role("alert").first).to_contain_text("登录名")
    clerk.get_by_label("登录名").fill("yanshi-mo")
    clerk.get_by_label("手机").fill("13800001111")
    clerk.get_by_label("职责").select_option(label="经办")
    clerk.get_by_label("任职依据").fill("演示通知第1号")
    clerk.get_by_role("button", name="提交", exact=True).dblclick()
    expect(clerk.get_by_text(re.compile(r"ZH-150404-\d{4}-0001")).first).to_be_visible()
    assert AccountRequest.objects.filter(name=NAME).count() == 1

    # The security administrator returns it with words at two fields.
    admin = enter("region-security")
    admin.get_by_role("link", name=re.compile("去办理")).first.click()
    admin.get_by_role("link", name="退回修改").click()
    admin.get_by_label("意见").fill("请核对两处")
    admin.get_by_label("手机").fill("与花名册不一致")
    admin.get_by_label("任职依据").fill("请写通知文号")
    admin.get_by_role("button", name="退回修改").click()
    expect(admin.get_by_text("退回修改").first).to_be_visible()

    # The clerk lands on the two fields, mends them, and it goes back.
    clerk.goto("/")
    clerk.get_by_role("link", name=re.compile("去修改")).first.click()
    returned = clerk.get_by_text("与花名册不一致")
    expect(returned.first).to_be_visible()
    clerk.get_by_label("手机").fill("13800002222")
    clerk.get_by_role("button", name="重新提交").click()
    expect(clerk.get_by_text("已重新提交").first).to_be_visible()

    # The administrator sees only what changed, approves, sets a one-time password; the slip is printed by the worker.
    request = AccountRequest.objects.get(name=NAME)
    admin.goto(request.get_absolute_url())
    expect(admin.get_by_text("上次退回后改了什么")).to_be_visible()
    expect(admin.locator("table.diff tbody tr")).to_have_count(1)
    admin.get_by_role("button", name=re.compile("同意开户")).click()
    confirm = admin.locator("dialog[open]").get_by_role("button").first
    if confirm.is_visible():
        confirm.click()
    expect(admin.get_by_text("已开户").first).to_be_visible()
    admin.get_by_role("link", name=re.compile("一次性密码")).first.click()
    admin.get_by_role("button", name=re.compile("密码")).last.click()
    password = admin.locator("#password").inner_text().strip()

    admin.goto(request.get_absolute_url())
    slip = admin.get_by_role("link", name=re.compile("账号开通单"))
    for _ in range(60):  # the worker renders it; the page shows it once it is there
        if slip.count():
            break
        admin.wait_for_timeout(500)
        admin.reload()
    with admin.expect_download() as download:
        slip.first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")

    # Anybody may check the paper; nothing personal is on the page.
    document = VerifiableDocument.objects.get()
    admin.context.clear_cookies()
    admin.goto(f"/verify/{document.code}/")
    expect(admin.get_by_text(document.number).first).to_be_visible()
    assert NAME not in admin.content()
    assert "13800002222" not in admin.content()

    request.refresh_from_db()
    # The colleague signs in once with it and must choose an own password.
    colleague = enter("yanshi-mo", password=password)
    expect(colleague.get_by_role("heading", name="修改密码")).to_be_visible()

    _stranger_finds_nothing(enter, request, document)


def _stranger_finds_nothing(enter: Enter, request: AccountRequest, document: VerifiableDocument) -> None:
    stranger = enter("baotou")
    attachment = Attachment.objects.get()
    hidden = [
        request.get_absolute_url(), f"{request.get_absolute_url()}edit/", request.account.get_absolute_url(),
        attachment.get_absolute_url(), f"/files/documents/{document.pk}/", f"/api/account-requests/{request.pk}/",
    ]  # fmt: skip
    for url in hidden:
        answer = stranger.request.get(url)
        assert answer.status == 404, url
        assert NAME not in answer.text()
    for url in ("/requests/", f"/users/?q={NAME}", f"/search/?q={NAME}", "/api/account-requests/", "/notices/"):
        stranger.goto(url)
        assert stranger.get_by_text("yanshi-mo").count() == 0, url
        for address in hidden:
            assert stranger.locator(f'a[href="{address}"]').count() == 0, url
    assert b"yanshi-mo" not in stranger.request.get("/users/?export=xlsx").body()
