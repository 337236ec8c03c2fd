"""A captain calls the roll in the field, on a 390 px phone: network and session go, every tap arrives once."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from organizations.models import User
from people import card
from tests.people import builders as people
from tests.stories.signing_in import sign_in
from tests.training import builders
from tests.training.test_roll_fold import BEGINS, CASES, GRACE, LASTS, key
from training.choices import MarkKind, Presence
from training.models import Attendance, Mark, Slot

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]
NAMES = ("王明", "敖特根巴雅尔·孟和", "李志强", "乌仁图雅")


@pytest.fixture
def slot(portal: dict[str, User]) -> Slot:
    team, captain = portal["captain"].organization, portal["captain"]
    drill = builders.drill(team, captain, starts_at=timezone.now().replace(microsecond=0))
    builders.listed(
        drill, *(people.member(team, at, person=people.person(at, name=name)) for at, name in enumerate(NAMES, 1))
    )
    return drill.slots.get()


def person(page: Page, name: str) -> Any:
    return page.locator("#roll-list li").filter(has_text=name)


def tap(page: Page, name: str, choice: str = "") -> None:
    """One tap; with a choice, a tap on the name and one on the choice."""
    if not choice:
        person(page, name).locator("[data-mark]").click()
        return
    person(page, name).locator(".who").click()
    page.locator("#roll-choice").get_by_role("button", name=choice, exact=True).click()


def waits(page: Page, count: int) -> None:
    expect(page.locator("#offline-chip [data-part=waits]")).to_be_visible()
    expect(page.locator("#offline-chip [data-part=waits]")).to_have_text(f"待同步 {count}")


def synced(page: Page) -> None:
    """Everything has been answered for; the words alone are always there, hidden."""
    expect(page.locator("#offline-chip [data-part=fine]")).to_be_visible(timeout=60_000)


def stored(count: int) -> list[Mark]:
    """Marks, once there are so many."""
    for _try in range(100):
        if Mark.objects.count() >= count:
            break
        time.sleep(0.1)
    return list(Mark.objects.order_by("at"))


def test_roll_without_network_and_without_session(
    slot: Slot, portal: dict[str, User], enter: Callable[..., Page]
) -> None:
    page = enter("captain", phone=True)
    page.goto(f"/roll/slots/{slot.pk}/")
    expect(page.locator("#roll-due")).to_have_text("4")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert person(page, "王明").locator("[data-mark]").bounding_box()["height"] >= 48  # type: ignore[index]
    other = page.context.new_page()  # a second tab shows what the first has sent, at once and from then on
    other.goto(page.url)
    synced(other)
    tap(page, "王明")
    synced(page)
    assert [mark.kind for mark in stored(1)] == [MarkKind.ARRIVED]
    synced(other)
    expect(person(other, "王明").locator("[data-mark]")).to_contain_text("已到", timeout=2_000)
    other.close()
    page.wait_for_selector("html[data-offline-kept]", state="attached")

    # the network goes: taps go on, the page opens again, nothing is forgotten
    page.context.set_offline(True)
    tap(page, "敖特根巴雅尔·孟和")
    tap(page, "李志强")
    waits(page, 2)
    page.get_by_role("link", name="结束点名").click()  # would end at the browser's own error page
    expect(page.get_by_text("现在没有网络，这一步等有网络再办")).to_be_visible()
    page.reload()
    expect(page.locator("#offline-chip [data-part=offline]")).to_be_visible()
    waits(page, 2)
    expect(person(page, "李志强").locator("[data-mark]")).to_contain_text("已到")
    expect(page.locator("#roll-came")).to_have_text("3")
    tap(page, "李志强", "请假")
    tap(page, "乌仁图雅")
    waits(page, 4)

    # a member shows his card, and the page for it opens without network as well
    late = people.member(slot.activity.host, 9, person=people.person(9, name="额尔德尼其其格"))
    page.get_by_role("link", name="扫队员卡").click()
    page.get_by_label("扫码枪或粘贴").fill(card.link(late))
    page.get_by_role("button", name="记到").click()
    expect(page.locator("#scan-list li")).to_contain_text("待同步")
    waits(page, 5)
    page.get_by_role("link", name="回到点名").click()
    assert Mark.objects.count() == 1

    # the session ends meanwhile: back in the network, the page says so and keeps all
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.get_by_text("登录已过期，点名都在本机")).to_be_visible()
    tap(page, "王明", "离开")
    waits(page, 6)
    page.reload()
    expect(page.get_by_text("登录已过期，点名都在本机")).to_be_visible()
    waits(page, 6)

    # a colleague signs in on the same phone: he does not send them as his own
    page.get_by_role("link", name="去登录").click()
    sign_in(page, "chifeng")
    page.wait_for_url(f"**/roll/slots/{slot.pk}/")
    expect(page.get_by_text("还有别的账号点的 6 条没有同步")).to_be_visible()
    expect(page.locator("#roll-came")).to_have_text("1")
    assert Mark.objects.count() == 1

    # whoever signs in to do something else is told what waits and led back, and each arrives once
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/notices/")
    sign_in(page, "captain")
    page.wait_for_url("**/notices/")
    expect(page.get_by_text("这台设备上还有 6 条点名没有同步")).to_be_visible()
    page.get_by_role("link", name="打开点名").click()
    synced(page)
    assert len(stored(7)) == 7
    page.reload()
    synced(page)
    assert Mark.objects.count() == 7
    assert {mark.by.username for mark in Mark.objects.select_related("by")} == {"captain"}
    found = dict(Attendance.objects.values_list("participation__person__name", "presence"))
    there = {NAMES[0], NAMES[1], NAMES[3], "额尔德尼其其格"}
    assert found == {**dict.fromkeys(there, Presence.PRESENT), NAMES[2]: Presence.LEAVE}

    # whoever signs out leaves no names behind
    page.goto("/")
    page.locator("form[data-signout]").first.evaluate("(form) => form.requestSubmit()")
    page.wait_for_url(lambda url: "/roll/" not in url)
    page.wait_for_function("caches.keys().then((names) => names.every((name) => !name.startsWith('roll:')))")

    _fold_is_the_servers(page)


def _fold_is_the_servers(page: Page) -> None:
    """The browser's fold, put to the server's table of cases."""
    page.goto("about:blank")
    page.add_script_tag(path="static/js/roll-fold.js")
    begins = int(BEGINS.timestamp() * 1000)

    def at(minutes: float | None) -> int | None:
        return None if minutes is None else begins + round(minutes * 60000)

    for case in CASES:
        marks = [
            {"id": str(key(number, *rest)), "kind": kind, "method": "tap", "at": at(minutes)}
            for number, (kind, minutes, *rest) in enumerate(case["marks"])
        ]
        ends = begins + int(LASTS.total_seconds() * 1000)
        folded = page.evaluate(
            "([marks, begins, ends, grace]) => window.rollFold(marks, begins, ends, grace)",
            [marks, begins, ends, int(GRACE.total_seconds() * 1000)],
        )
        says = case["folds"]
        assert (folded["presence"], folded["minutes"]) == (says["presence"], says["minutes"]), case["name"]
        expected = (at(says.get("arrived")), at(says.get("left")))
        assert (folded["arrivedAt"], folded["leftAt"]) == expected, json.dumps(case)


def test_what_was_not_taken_is_sent_again_once_the_duty_is_given_back(
    slot: Slot, portal: dict[str, User], enter: Callable[..., Page]
) -> None:
    """It stayed on the phone, and nothing but typing it anew brought it from there."""
    page = enter("captain", phone=True)
    page.goto(f"/roll/slots/{slot.pk}/")
    synced(page)
    page.context.set_offline(True)
    tap(page, "王明")
    tap(page, "李志强")
    waits(page, 2)
    portal["captain"].appointments.update(ends_at=timezone.now())
    page.context.set_offline(False)
    expect(page.locator("#offline-refused li")).to_have_count(2)
    portal["captain"].appointments.update(ends_at=None)
    page.get_by_role("button", name="都再发一次").click()
    expect(page.locator("#roll-came")).to_have_text("2")
    expect(page.locator("#offline-refused li")).to_have_count(0)
    assert len(stored(2)) == 2


CLOCK = """(() => {
  const Real = Date, wrong = () => Number(sessionStorage.getItem("wrong") || 0);
  window.Date = class extends Real {
    constructor(...parts) { if (parts.length) super(...parts); else super(Real.now() + wrong()); }
    static now() { return Real.now() + wrong(); }
  };
})()"""


@pytest.mark.parametrize("hours", [3, -3])
def test_clock_that_the_network_puts_right_takes_the_earlier_marks_along(
    slot: Slot, portal: dict[str, User], enter: Callable[..., Page], hours: int
) -> None:
    """Three hours wrong while there is no network; put right before the marks are on their way."""
    page = enter("captain", phone=True)
    page.context.add_init_script(CLOCK)
    page.evaluate("wrong => sessionStorage.setItem('wrong', wrong)", hours * 3_600_000)
    page.goto(f"/roll/slots/{slot.pk}/")
    synced(page)
    page.wait_for_selector("html[data-offline-kept]", state="attached")
    page.context.set_offline(True)
    tap(page, "王明")
    page.wait_for_function("window.offlineStore.all().then((marks) => marks.length === 1)")
    page.reload()
    waits(page, 1)
    tap(page, "李志强")
    page.evaluate("sessionStorage.removeItem('wrong')")
    tap(page, "乌仁图雅")
    waits(page, 3)
    page.context.set_offline(False)
    synced(page)
    marks = stored(3)
    assert [mark.trouble for mark in marks] == ["", "", ""]
    assert all(abs(mark.at - timezone.now()) < timedelta(minutes=2) for mark in marks), [mark.at for mark in marks]


def test_sheet_sent_again_after_going_back_counts_its_strangers_once(
    slot: Slot, portal: dict[str, User], enter: Callable[..., Page]
) -> None:
    """The browser asks for the page anew on the way back, and fills in what had been typed."""
    page = enter("captain", phone=True)
    page.goto(f"/slots/{slot.pk}/paper/")
    page.get_by_label("名单外签到的人").fill("辽宁队员甲\n吉林队员乙")
    page.get_by_label("名册里找不到的姓名是外单位人员").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("其他参加人数增加 2 人")).to_be_visible()
    page.go_back()
    page.get_by_label("名单外签到的人").fill("辽宁队员甲\n吉林队员乙\n黑龙江队员丙")
    page.get_by_label("名册里找不到的姓名是外单位人员").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("其他参加人数增加 1 人")).to_be_visible()
    slot.activity.refresh_from_db()
    assert slot.activity.outside_people == 3
