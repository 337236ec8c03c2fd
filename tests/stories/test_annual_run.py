"""A year's assessment in the browser: the region opens it, a team reports, its league scores, the region decides, and
the reports are printed by a real worker while the page fills."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.choices import DocumentKind, Purpose
from assessments.models import Campaign, ReportDocument, ReportRun, Review
from core.models import VerifiableDocument
from organizations.models import User
from tests.assessments import annual, builders
from tests.assessments.report_reading import fonts_of, missing_glyphs, pages_of

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]
YEAR = 2025
NUMBER = "演示发〔2025〕28号"


@pytest.fixture
def standard(portal: dict[str, User]) -> str:
    """The captain's team as it reported the year before, under a standard with a handful of lines. Its name."""
    captain, office, region = portal["captain"], portal["chifeng"], portal["region"]
    bars = ({"key": "qualified", "name": "合格", "min_total": 20}, {"key": "unqualified", "name": "不合格"})
    made = builders.standard(Purpose.ANNUAL, conclusions=bars)
    days = {"public_from": date(YEAR, 2, 16), "public_until": date(YEAR, 2, 20)}
    before = annual.campaign(region, YEAR - 1, standard=made, **days)
    annual.in_state("final", before, captain.organization, captain, office, region)
    return str(made)


def test_from_the_opening_to_a_printed_report(standard: str, portal: dict[str, User], enter: Enter) -> None:
    team = portal["captain"].organization.short_name
    region = enter("region")
    campaign = _opened(region, standard)
    _reported(enter("captain"))
    _scored(enter("chifeng"), team)
    _decided(region, campaign, team)
    _published(region, campaign)
    run = _printed(region, campaign)
    _read(region, run, portal["captain"].organization.name)
    _filled_while_asked(region)
    _closed_to_strangers(enter("baotou"), run)


def _opened(page: Page, standard: str) -> Campaign:
    page.get_by_role("navigation").get_by_role("link", name="年度考核", exact=True).click()
    page.get_by_role("link", name="筹备年度考核").first.click()
    page.get_by_label("年度", exact=True).fill(f"{YEAR}")
    page.get_by_label("考核标准").select_option(label=standard)
    page.get_by_label("数据截止日").fill(f"{YEAR}-12-31")
    page.get_by_label("通知文号").fill(NUMBER)
    page.get_by_role("button", name="建立").click()
    expect(page.get_by_text("筹备中").first).to_be_visible()
    page.get_by_role("link", name="启动考核").click()
    page.get_by_role("button", name="启动考核").click()
    expect(page.get_by_role("status").filter(has_text="1 支队伍可以开始述职")).to_be_visible()
    campaign = Campaign.objects.get(year=YEAR)
    assert campaign.reviews.get().snapshots.get().as_at == date(YEAR, 12, 31)
    return campaign


def _reported(page: Page) -> None:
    """Last year's words with this year's numbers: a press for each, one to hand in."""
    page.goto("/")
    page.get_by_role("listitem").filter(has_text=f"{YEAR} 年度述职还没有报送").get_by_role("link").click()
    page.get_by_role("button", name="带出初稿").click()
    page.wait_for_url("**/confirm/**")
    unread = len(Review.objects.get(campaign__year=YEAR).carried)
    assert unread > 1
    _held_down(page, unread)
    for left in range(unread - 1, 0, -1):
        expect(page.get_by_role("button", name="没有变化")).to_have_count(left)
        page.get_by_role("button", name="没有变化").first.click()
    expect(page.get_by_text("还没有写述职人").first).to_be_visible()
    page.get_by_label("述职人").fill("阿拉坦·苏都（演示）")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="可以报送了")).to_be_visible()
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已报送")).to_be_visible()


def _held_down(page: Page, unread: int) -> None:
    """A key somebody leans on says 没有变化 of the section it was pressed at, and of none that comes up next."""
    buttons = page.get_by_role("button", name="没有变化")
    expect(buttons).to_have_count(unread)
    page.keyboard.down("a")
    expect(buttons).to_have_count(unread - 1)
    page.keyboard.down("a")  # the keyboard repeats it
    page.keyboard.up("a")
    expect(buttons).to_have_count(unread - 1)


def _scored(page: Page, team: str) -> None:
    page.goto("/")
    page.get_by_role("listitem").filter(has_text="年度述职待考核").get_by_role("link", name="去考核").click()
    page.get_by_role("table").get_by_role("link", name=re.compile("救援队")).first.click()
    page.get_by_role("link", name="考核评分").click()
    page.get_by_role("button", name=re.compile("同意自评 G")).click()
    expect(page.get_by_role("status").filter(has_text="同意自评")).to_be_visible()
    page.get_by_role("button", name=re.compile("考核完成，下一件")).click()
    expect(page.get_by_role("status").filter(has_text=f"“{team}”考核完成")).to_be_visible()


def _decided(page: Page, campaign: Campaign, team: str) -> None:
    page.goto("/")
    page.get_by_role("listitem").filter(has_text="年度考核待审定").get_by_role("link", name="去审定").click()
    page.get_by_role("table").get_by_role("link", name=re.compile("救援队")).first.click()
    page.get_by_role("link", name="审定", exact=True).click()
    page.get_by_role("button", name=re.compile("审定，下一件")).click()
    expect(page.get_by_role("status").filter(has_text=f"“{team}”已审定")).to_be_visible()


def _published(page: Page, campaign: Campaign) -> None:
    """A publicity whose last day was yesterday."""
    today = timezone.localdate()
    page.goto(campaign.get_absolute_url())
    page.get_by_role("link", name="一起公示").click()
    page.get_by_label("公示起").fill(f"{today - timedelta(days=6)}")
    page.get_by_label("公示止").fill(f"{today - timedelta(days=1)}")
    page.get_by_role("button", name="公示", exact=True).click()
    page.wait_for_url(f"**{campaign.get_absolute_url()}")
    page.get_by_role("button", name="没有异议的办结").click()
    expect(page.get_by_role("status").filter(has_text="已办结")).to_be_visible()
    assert campaign.reviews.get().state == "final"


def _printed(page: Page, campaign: Campaign) -> ReportRun:
    """The page fills by itself: it is never loaded again."""
    page.goto(campaign.get_absolute_url())
    page.get_by_role("link", name="生成考核报告").click()
    page.get_by_role("button", name="开始生成").click()
    page.wait_for_url("**/runs/*/")
    page.evaluate("window.stillHere = true")
    run = ReportRun.objects.get(campaign=campaign)
    whole = page.get_by_role("heading", name=f"已生成 {run.total} / {run.total}")
    expect(whole).to_be_visible(timeout=240_000)
    assert page.evaluate("window.stillHere") is True
    expect(page.locator("#run")).not_to_have_attribute("aria-busy", "true", timeout=60_000)
    assert set(run.documents.values_list("state", flat=True)) == {"ready"}
    return run


def _of_team(run: ReportRun) -> ReportDocument:
    found: ReportDocument = run.documents.get(kind=DocumentKind.TEAM)
    return found


def _filled_while_asked(page: Page) -> None:
    """A form that is put anew while the page asks is the one that is sent: a run is cancelled while it goes on."""
    page.goto("/runs/")
    page.evaluate("""() => document.querySelector("main").insertAdjacentHTML("beforeend",
        `<div id="live"><form method="get" action="/runs/"><button name="action" value="cancel"
          data-confirm="演示">演示取消</button></form></div>`)""")
    page.get_by_role("button", name="演示取消").click()
    page.evaluate("() => { const live = document.getElementById('live'); live.innerHTML = live.innerHTML; }")
    page.locator("dialog[open] [data-ask-ok]").click()
    page.wait_for_url("**/runs/?action=cancel")


def _read(page: Page, run: ReportRun, team: str) -> None:
    document = _of_team(run)
    answer = page.request.get(f"/reports/{document.pk}/")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    pdf = answer.body()
    pages = pages_of(pdf)
    assert len(pages) == document.pages >= 4
    assert f"{YEAR}" in pages[0]
    assert team in "".join(pages)
    foot = f"{document.digest[:8]}"
    assert all(foot in text for text in pages[1:]), "the hash stands on every page"
    assert any("合格" in text for text in pages)
    fonts = fonts_of(pdf)
    assert all(fonts.values()), "every font lies in the file"
    assert any("Serif-CJK" in name or "SerifCJK" in name for name in fonts)
    assert missing_glyphs(pdf) == 0
    paper = VerifiableDocument.objects.get(code=document.code)
    page.goto(paper.get_absolute_url())
    expect(page.get_by_text("有效").first).to_be_visible()
    expect(page.get_by_text(document.number).first).to_be_visible()


def _closed_to_strangers(page: Page, run: ReportRun) -> None:
    """Another league knows that there was a run, and gets nothing of this team's."""
    document = _of_team(run)
    for address in (f"/reports/{document.pk}/", f"/reports/{document.pk}/word/"):
        assert page.request.get(address).status == 404
    page.goto(run.get_absolute_url())
    expect(page.get_by_text("没有您能看到的文件")).to_be_visible()
