"""An assessor scores on a tablet, 768 px: network and session go, the page opens again, every score arrives once."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assessments.models import Grading, ScoreMark
from assessments.panel.folding import fold
from organizations.models import User
from teams.models import Team
from tests.assessments import builders
from tests.stories.signing_in import sign_in

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def grading(portal: dict[str, User]) -> Grading:
    team = Team.objects.get(organization=portal["captain"].organization)
    made = builders.on_site(team, portal["captain"], portal["region"].organization, portal["assessor"])
    builders.claimed(made, "1.1", 24)
    return made


def card(page: Page, name: str) -> Any:
    return page.locator("#score-list .score").filter(has_text=name)


def waits(page: Page, count: int) -> None:
    expect(page.locator("#offline-chip [data-part=waits]")).to_be_visible()
    expect(page.locator("#offline-chip [data-part=waits]")).to_have_text(f"待同步 {count}")


def synced(page: Page) -> None:
    """Everything has been answered for; the words alone are always there, hidden."""
    expect(page.locator("#offline-chip [data-part=fine]")).to_be_visible(timeout=60_000)


def stored(count: int) -> int:
    """How many scores there are, once there are so many."""
    for _try in range(100):
        if ScoreMark.objects.count() >= count:
            break
        time.sleep(0.1)
    return ScoreMark.objects.count()


def test_scoring_without_network_and_without_session(grading: Grading, enter: Callable[..., Page]) -> None:
    page = enter("assessor", phone=True)
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto("/me/panels/")
    page.get_by_role("link", name="现场评分").click()
    expect(page.locator("#score-all")).to_have_text("4")
    expect(page.locator("#score-done")).to_have_text("1")  # the platform's own number
    for width in (390, 1440, 768):
        page.set_viewport_size({"width": width, "height": 1024})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    press = card(page, "没有安全责任事故").get_by_role("button", name="有", exact=True)
    assert press.bounding_box()["height"] >= 48  # type: ignore[index]
    press.click()
    synced(page)
    assert stored(1) == 1
    page.wait_for_selector("html[data-offline-kept]", state="attached")

    # the network goes: scoring goes on, the page opens again, nothing is forgotten
    page.context.set_offline(True)
    judged = card(page, "现场组织")
    judged.locator("input").fill("41")
    expect(judged.locator("[data-error]")).to_contain_text("得分要在 0 到 40 分之间")
    judged.locator("input").fill("30")
    judged.locator("input").press("Enter")
    waits(page, 1)
    judged.locator("textarea").fill("分工清楚")
    judged.locator("textarea").blur()
    card(page, "演练次数").locator("input").fill("4")
    card(page, "演练次数").locator("input").blur()
    waits(page, 3)
    own = card(page, "在册队员人数")
    expect(own.locator("input")).to_have_value("24")
    own.locator("input").fill("20")
    own.locator("input").blur()
    expect(own.locator("[data-error]")).to_contain_text("与平台数据（24 人）不同")
    own.locator("textarea").fill("4 人长期在外")
    own.locator("textarea").blur()
    waits(page, 4)
    page.reload()
    expect(page.locator("#offline-chip [data-part=offline]")).to_be_visible()
    waits(page, 4)
    expect(page.locator("#score-done")).to_have_text("4")
    expect(card(page, "现场组织").locator("input")).to_have_value("30")
    expect(card(page, "现场组织").locator("textarea")).to_have_value("分工清楚")
    expect(page.locator("#score-finish")).to_be_hidden()
    assert ScoreMark.objects.count() == 1

    # the session has ended meanwhile: the page says so and keeps all; a colleague does not send them as his own
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.get_by_text("登录已过期，评分都在本机")).to_be_visible()
    waits(page, 4)
    page.get_by_role("link", name="去登录").click()
    sign_in(page, "assessor")
    page.wait_for_url(f"**/scoring/gradings/{grading.pk}/")
    synced(page)
    assert stored(5) == 5
    page.reload()
    synced(page)
    assert ScoreMark.objects.count() == 5

    counts = {mark.indicator.code: mark for mark in fold(ScoreMark.objects.select_related("indicator")).values()}
    assert {code: mark.points or mark.value for code, mark in counts.items()} == {
        "1.1": Decimal(20), "1.2": Decimal(4), "1.3": Decimal(1), "2.1": Decimal(30),
    }  # fmt: skip
    assert counts["2.1"].note == "分工清楚"

    page.get_by_role("link", name="完成评分").click()
    page.get_by_role("button", name="完成评分").click()
    expect(page.get_by_text("评分已完成。")).to_be_visible()
    page.goto(f"/scoring/gradings/{grading.pk}/")
    expect(page.get_by_text("您已完成评分")).to_be_visible()
    expect(card(page, "现场组织").locator("input")).to_be_disabled()

    # whoever signs out leaves nothing of the sheet behind
    page.goto("/")
    page.locator("form[data-signout]").first.evaluate("(form) => form.requestSubmit()")
    page.wait_for_url(lambda url: "/me/" not in url)
    page.wait_for_function("caches.keys().then((names) => names.every((name) => !name.startsWith('scoring:')))")
