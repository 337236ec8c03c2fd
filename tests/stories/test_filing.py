"""登记备案 in a browser: a team is registered, returned, mended, filed and printed; its captain changes; it leaves."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from core.models import Attachment, VerifiableDocument
from organizations.models import Organization, User
from teams.models import Filing, FilingStep, Team, TeamPost
from tests.stories.signing_in import sign_in
from tests.teams import builders

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]
NAME = "赤峰市红十字草原山野搜救队（演示）"
CAPTAIN, NEXT = "阿拉坦·苏都（演示）", "敖特根巴雅尔·孟和（演示）"


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_load_state()


def attach_all(page: Page, paper: Path, *titles: str) -> None:
    """A real PDF into each drop zone; every copy differs, for the same file twice is refused."""
    for number, title in enumerate(titles):
        copy = paper.with_name(f"{title}（演示）.pdf")
        copy.write_bytes(paper.read_bytes() + b"\n" * (number + 1))
        zone = page.locator("section.paper", has=page.get_by_role("heading", name=title, exact=True))
        zone.locator("input[type=file]").first.set_input_files(copy)
        expect(zone.get_by_role("link", name=re.compile(title)).first).to_be_visible()


def hand_in(page: Page, filing: Filing) -> None:
    page.goto(f"/filings/{filing.pk}/hand-in/")
    page.get_by_role("button", name=re.compile("提交")).dblclick()
    expect(page.get_by_text(re.compile(r"BA-\d{6}-\d{4}-\d{4}")).first).to_be_visible()


def decide(page: Page, filing: Filing, key: str, button: str) -> None:
    """Open the filing at the desk and make one move by its key."""
    page.goto(f"/desk/{filing.pk}/")
    page.locator("body").press(key)
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def test_a_team_is_registered_returned_mended_filed_and_printed(
    portal: dict[str, User], enter: Enter, paper: Path
) -> None:
    # The clerk begins, and the browser is closed half way.
    clerk = enter("chifeng")
    clerk.goto("/filings/begin/?kind=register")
    clerk.get_by_label("队伍名称").fill(NAME)
    clerk.get_by_label("队伍级别").select_option(label="盟市级")
    clerk.get_by_role("button", name="开始填写").click()
    clerk.wait_for_url(re.compile(r"/filings/\d+/edit/"))
    filing = Filing.objects.get(title=NAME)
    clerk.goto(f"/filings/{filing.pk}/edit/base/")
    clerk.get_by_label("驻地地址").fill("红山区演示街 1 号")
    expect(clerk.locator("#saved")).to_contain_text("存")
    clerk.context.close()

    # The draft is there again, with what was typed; wrong values are kept and told at once.
    clerk = enter("chifeng")
    clerk.goto(f"/filings/{filing.pk}/edit/base/")
    expect(clerk.get_by_label("驻地地址")).to_have_value("红山区演示街 1 号")
    clerk.get_by_label("24 小时值班电话").fill("4761234567")
    save(clerk)
    expect(clerk.get_by_text("电话应写成").first).to_be_visible()
    expect(clerk.get_by_label("24 小时值班电话")).to_have_value("4761234567")
    clerk.get_by_label("24 小时值班电话").fill("0476-1234567")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/name/")
    clerk.get_by_label("成立日期").fill("2024-03-01")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/registration/")
    clerk.get_by_label("组建方式").select_option(label="直接建立")
    clerk.get_by_label("登记方式").select_option(label="红十字会发文备案")
    clerk.get_by_label("备案发文文号").fill("赤红发〔2024〕7号")
    clerk.get_by_label("备案发文日期").fill("2024-03-05")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/category/")
    clerk.get_by_label("主专业类别").select_option(label="山野搜救")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/management/")
    rows = clerk.locator("[data-post-row]")
    people = (("队长", CAPTAIN), ("副队长", "李志强（演示）"), ("副队长", "包玉山（演示）"))
    for number, (role, name) in enumerate(people):
        if rows.count() <= number:
            clerk.get_by_role("button", name="加一行").click()
        row = rows.nth(number)
        row.get_by_label("岗位").select_option(label=role)
        row.get_by_label("姓名").fill(name)
        row.get_by_label("任职日期").fill("2024-03-01")
    save(clerk)

    # What lacks is said, with the rule it comes from; the papers go in; it is handed in once, pressed twice.
    clerk.goto(f"/filings/{filing.pk}/hand-in/")
    expect(clerk.get_by_text("缺材料：申请书").first).to_be_visible()
    clerk.goto(f"/filings/{filing.pk}/edit/papers/")
    attach_all(clerk, paper, "申请书", "备案发文", "负责人身份证明", "花名册", "标志使用承诺")
    hand_in(clerk, filing)
    assert Filing.objects.get(pk=filing.pk).round_no == 1

    # The region comments on two fields and returns it.
    region = enter("region")
    region.goto(f"/desk/{filing.pk}/?tab=all")
    fields = (("base_address", "驻地地址", "请写到门牌号"), ("filing_doc_on", "备案发文日期", "与文件不一致"))
    for field, label, words in fields:
        row = region.locator(f"#row-{field}")
        row.locator("details.comment summary").click()
        with region.expect_response(re.compile(r"/comment/")):
            row.get_by_label(f"对“{label}”的批注").fill(words)
            row.get_by_label(f"对“{label}”的批注").blur()
    region.locator("body").press("r")
    dialog = region.locator("dialog[open]")
    expect(dialog.get_by_text("请写到门牌号")).to_be_visible()
    dialog.get_by_label("意见").fill("两处请改")
    dialog.get_by_role("button", name="退回修改").click()
    region.wait_for_load_state()
    assert Filing.objects.get(pk=filing.pk).state == "returned"

    # The clerk lands on the two fields, mends them, and hands in to that reviewer.
    clerk.goto("/")
    clerk.get_by_role("link", name=re.compile("去修改")).first.click()
    expect(clerk.get_by_text("请写到门牌号").first).to_be_visible()
    expect(clerk.get_by_text("与文件不一致").first).to_be_visible()
    clerk.goto(f"/filings/{filing.pk}/edit/base/")
    clerk.get_by_label("驻地地址").fill("红山区演示街 1 号 2 单元")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/registration/")
    clerk.get_by_label("备案发文日期").fill("2024-03-06")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/hand-in/")
    clerk.get_by_role("button", name="重新提交").click()
    clerk.wait_for_load_state()
    assert Filing.objects.get(pk=filing.pk).assignee == portal["region"]

    # The reviewer sees only the changes, agrees, issues the number.
    region.goto(f"/desk/{filing.pk}/")
    sheet = region.locator("#sheet")
    expect(sheet.get_by_text("2 单元").first).to_be_visible()
    expect(sheet.get_by_text("成立日期")).to_have_count(0)
    decide(region, filing, "a", "同意")
    region.goto(f"/desk/{filing.pk}/")
    region.locator("body").press("a")
    dialog = region.locator("dialog[open]")
    dialog.get_by_label("批复文号").fill("内红赈发〔2026〕8号")
    dialog.get_by_label("批复日期").fill("2026-03-02")
    dialog.get_by_role("button", name="发文办结").click()
    region.wait_for_load_state()
    team = Team.objects.get(organization__name=NAME)
    assert re.fullmatch(r"NMHS-150400-\d{4}-0001", team.filing_no or "")

    # The clerk prints the certificate; its code opens the public page, which names nobody.
    clerk.goto(f"/teams/{team.pk}/filings/")
    certificate = clerk.locator('a[href^="/files/documents/"]')
    for _ in range(60):  # the worker renders it; the page shows it once it is there
        if certificate.count():
            break
        clerk.wait_for_timeout(500)
        clerk.reload()
    with clerk.expect_download() as download:
        certificate.first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    document = VerifiableDocument.objects.get()
    clerk.context.clear_cookies()
    clerk.goto(f"/verify/{document.code}/")
    expect(clerk.get_by_text(team.filing_no or "").first).to_be_visible()
    expect(clerk.get_by_text("已备案").first).to_be_visible()
    assert CAPTAIN not in clerk.content()

    _stranger_finds_nothing(enter, filing, team, document)


def _stranger_finds_nothing(enter: Enter, filing: Filing, team: Team, document: VerifiableDocument) -> None:
    stranger = enter("baotou")
    attachment = Attachment.objects.first()
    assert attachment is not None
    hidden = [
        f"/filings/{filing.pk}/", f"/filings/{filing.pk}/edit/", f"/filings/{filing.pk}/form/", f"/desk/{filing.pk}/",
        f"/teams/{team.pk}/", f"/teams/{team.pk}/sheet/", attachment.get_absolute_url(),
        f"/files/documents/{document.pk}/", f"/api/filings/{filing.pk}/", f"/api/teams/{team.pk}/",
    ]  # fmt: skip
    for url in hidden:
        answer = stranger.request.get(url)
        assert answer.status == 404, url
        assert NAME not in answer.text()
    for url in (f"/teams/?q={NAME}", f"/filings/?q={NAME}", f"/search/?q={NAME}", "/desk/", "/api/teams/", "/notices/"):
        stranger.goto(url)
        for address in hidden:
            assert stranger.locator(f'a[href="{address}"]').count() == 0, url
    for url in ("/teams/?export=xlsx", "/filings/?export=xlsx", "/teams/summary/?export=xlsx"):
        assert NAME.encode() not in stranger.request.get(url).body()


def test_a_captain_changes_and_a_banner_goes_through_its_league(
    portal: dict[str, User], enter: Enter, paper: Path
) -> None:
    banner = Organization.objects.get(code="150404")
    team = _filed_banner_team(portal, banner)

    # From the locked fact straight to the right page of a change that is filled in already.
    clerk = enter("songshan")
    clerk.goto(f"/teams/{team.pk}/posts/")
    clerk.get_by_role("button", name=re.compile("变更")).first.click()
    clerk.wait_for_url(re.compile(r"/edit/"))
    filing = Filing.objects.get(kind="change")
    clerk.goto(f"/filings/{filing.pk}/edit/management/")
    first = clerk.locator("[data-post-row]").first
    expect(first.get_by_label("姓名")).to_have_value(builders.CAPTAIN["name"])
    first.get_by_label("姓名").fill(NEXT)
    first.get_by_label("任职日期").fill("2026-03-01")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/about/")
    clerk.get_by_label("原因和依据").fill("队员大会选举")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/edit/papers/")
    attach_all(clerk, paper, "申请书", "会议纪要")
    hand_in(clerk, filing)

    # The league sees old and new side by side and passes it on; the region confirms with two keys.
    league = enter("chifeng")
    league.goto(f"/desk/{filing.pk}/")
    expect(league.locator("#sheet del").first).to_contain_text(builders.CAPTAIN["name"])
    expect(league.locator("#sheet ins").first).to_contain_text(NEXT[:6])
    decide(league, filing, "a", "通过，报下一步")
    region = enter("region")
    region.goto(f"/desk/{filing.pk}/")
    region.locator("body").press("a")
    region.keyboard.press("Enter")
    region.wait_for_load_state()
    expect(region.get_by_text("已办结").first).to_be_visible()
    assert [post.name for post in TeamPost.objects.filter(team=team, role="captain").current()] == [NEXT]

    # 敖汉旗 has no staff: its league hands in for it, and the record says so.
    unstaffed = Organization.objects.get(code="150430")
    unstaffed.has_staff, unstaffed.proxy = False, Organization.objects.get(code="150400")
    unstaffed.save()
    proxied = builders.drafted(
        builders.read(portal["chifeng"]), unstaffed, name="敖汉旗红十字赈济救援队（演示）", level="banner_county"
    )
    builders.papers(proxied, portal["chifeng"])
    hand_in(league, proxied)
    states = FilingStep.objects.filter(filing=proxied).order_by("position").values_list("state", flat=True)
    assert list(states) == ["done", "merged", "current"]
    league.goto(f"/filings/{proxied.pk}/")
    expect(league.get_by_text(re.compile("代.*敖汉旗")).first).to_be_visible()


def _filed_banner_team(portal: dict[str, User], banner: Organization) -> Team:
    from teams.workflow import WORKFLOW  # beside its only use

    facts = {"name": "松山区红十字赈济救援队（演示）", "level": "banner_county"}
    filing = builders.submitted(builders.read(portal["songshan"]), banner, **facts)
    WORKFLOW.perform(filing, "accept", by=builders.read(portal["chifeng"]))
    WORKFLOW.perform(filing, "approve", by=builders.read(portal["region"]))
    team = WORKFLOW.perform(filing, "issue", by=builders.read(portal["region"]), **builders.REPLY).team
    assert team is not None
    return team


def test_a_team_leaves_only_when_all_is_accounted_for(portal: dict[str, User], enter: Enter) -> None:
    team = builders.filed(
        builders.read(portal["chifeng"]), Organization.objects.get(code="150400"), builders.read(portal["region"])
    )
    builders.flag(team)
    filing = builders.leaving(team, builders.read(portal["chifeng"]))
    clerk, region = enter("chifeng"), enter("region")
    hand_in(clerk, filing)

    decide(region, filing, "a", "同意")
    expect(region.get_by_text(re.compile("退出清单|没有收回")).first).to_be_visible()
    assert Filing.objects.get(pk=filing.pk).state == "submitted"

    # The emblem register comes first, then the lines of the list.
    item = team.emblem_items.get()
    clerk.goto(f"/teams/emblem/{item.pk}/settle/")
    clerk.get_by_label("已收回").fill("2")
    clerk.get_by_label("收回日期").fill("2026-11-02")
    save(clerk)
    clerk.goto(f"/filings/{filing.pk}/")
    for task in ("emblem", "equipment", "members", "announcement"):
        line = clerk.locator(f"#exit-{task}")
        line.get_by_label("完成日期").fill("2026-11-02")
        line.get_by_label("去向和交接情况").fill("已交回，附清单（演示）")
        line.get_by_role("button", name="登记完成").click()
        clerk.wait_for_load_state()

    decide(region, filing, "a", "同意")
    region.goto(f"/desk/{filing.pk}/")
    region.locator("body").press("a")
    dialog = region.locator("dialog[open]")
    dialog.get_by_label("批复文号").fill("内红赈发〔2026〕9号")
    dialog.get_by_label("批复日期").fill("2026-11-03")
    dialog.get_by_role("button", name="发文办结").click()
    region.wait_for_load_state()
    team.refresh_from_db()
    assert team.status == "exited"
    clerk.goto(f"/teams/{team.pk}/")
    expect(clerk.get_by_text("已退出").first).to_be_visible()


def test_the_network_is_lost_in_mid_draft(portal: dict[str, User], enter: Enter) -> None:
    """Also what was typed into a row that the server has never seen comes back."""
    filing = builders.drafted(builders.read(portal["chifeng"]), Organization.objects.get(code="150400"))
    page = enter("chifeng")
    page.goto(f"/filings/{filing.pk}/edit/management/")
    rows = page.locator("[data-post-row]")
    before = rows.count()
    page.route("**/draft/", lambda route: route.abort())
    page.get_by_role("button", name="加一行").click()
    rows.nth(before).get_by_label("姓名").fill(NEXT)
    expect(page.get_by_text(re.compile("网络断开"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("已恢复"))).to_be_visible()
    expect(rows.nth(before).get_by_label("姓名")).to_have_value(NEXT)
    expect(rows.first.get_by_label("姓名")).to_have_value(builders.CAPTAIN["name"])


def test_signing_in_again_in_another_window_is_told_and_what_was_typed_stays(
    portal: dict[str, User], enter: Enter
) -> None:
    """Saved by itself, it would have been refused as somebody without the right."""
    filing = builders.drafted(builders.read(portal["chifeng"]), Organization.objects.get(code="150400"))
    page = enter("chifeng")
    page.goto(f"/filings/{filing.pk}/edit/base/")
    Session.objects.all().delete()  # what thirty idle minutes do
    other = page.context.new_page()
    other.goto("/accounts/login/")
    sign_in(other, "chifeng")
    other.wait_for_url(lambda url: "/accounts/login" not in url)
    address = page.get_by_label("驻地地址")
    address.fill("重新登录以后填的")
    expect(page.get_by_text("这个页面要刷新以后才能保存")).to_be_visible()
    page.get_by_role("button", name="刷新页面").click()
    expect(address).to_have_value("重新登录以后填的")
    with page.expect_response("**/draft/") as answer:
        address.fill("刷新以后填的")
    assert answer.value.status == 200


def test_what_was_typed_without_network_is_saved_once_it_is_back_and_never_the_older_text(
    portal: dict[str, User], enter: Enter
) -> None:
    filing = builders.drafted(builders.read(portal["chifeng"]), Organization.objects.get(code="150400"))
    page = enter("chifeng")
    page.goto(f"/filings/{filing.pk}/edit/base/")
    address, lost = page.get_by_label("驻地地址"), page.get_by_text(re.compile("网络断开"))
    page.route("**/draft/", lambda route: route.abort())
    address.fill("先填的")
    expect(lost).to_be_visible()
    address.fill("后来改的")
    page.unroute("**/draft/")
    with page.expect_response("**/draft/") as answer:
        page.get_by_role("button", name="重试").click()
    assert answer.value.request.post_data_json["base_address"] == "后来改的"
    expect(lost).to_be_hidden()
    page.reload()
    page.context.set_offline(True)
    address.fill("又断网时填的")
    expect(lost).to_be_visible()
    with page.expect_response("**/draft/"):
        page.context.set_offline(False)  # the page saves itself
    expect(lost).to_be_hidden()
    assert Filing.objects.get(pk=filing.pk).payload["base_address"] == "又断网时填的"
