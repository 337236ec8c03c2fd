"""A drill from copy to record: the captain on a 390 px phone in the field, the league office at its desk."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from core.models import Attachment, VerifiableDocument
from organizations.models import User
from people.models import HourRecord
from tests.people import builders as people
from tests.portal.outage_servers import until
from tests.training import builders
from training.models import Activity, Mark
from training.states import ActivityState

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
NAMES = ("王明", "敖特根巴雅尔·孟和", "李志强")
TITLE = "夜间水上救援演练（演示）"


@pytest.fixture
def last_one(portal: dict[str, User]) -> Activity:
    """The confirmed drill of last month, with the same three people."""
    captain, office = portal["captain"], portal["chifeng"]
    members = [
        people.member(captain.organization, number, person=people.person(number, name=name))
        for number, name in enumerate(NAMES, 1)
    ]
    return builders.confirmed(captain.organization, captain, office, *members, starts_at=builders.morning(30))


def test_drill_from_copy_to_record(
    last_one: Activity, portal: dict[str, User], enter: Callable[..., Page], tmp_path: Path
) -> None:
    page = enter("captain", phone=True)
    record = _copied(page, last_one)
    _rolled(page, record)
    _photographed(page, record, tmp_path)
    _handed_in(page, record)
    _confirmed(enter("chifeng"), record)


def _copied(page: Page, last_one: Activity) -> Activity:
    """Three fields changed; the list comes along."""
    page.goto(last_one.get_absolute_url())
    page.get_by_role("link", name="照这一次再办一次").click()
    page.get_by_label("名称").fill(TITLE)
    now = timezone.localtime()
    page.get_by_label("开始").fill(f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.get_by_label("结束").fill(f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="建立").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    record = Activity.objects.get(title=TITLE)
    assert record.participations.listed().count() == len(NAMES)  # type: ignore[attr-defined]
    return record


def _rolled(page: Page, record: Activity) -> None:
    """From the home page to the roll; the network is cut after the first tap and comes back."""
    page.goto(f"/roll/slots/{record.slots.get().pk}/")
    expect(page.locator("#roll-due")).to_have_text("3")
    page.wait_for_selector("html[data-offline-kept]", state="attached")
    with page.expect_response("**/roll/marks/"):
        _tap(page, NAMES[0])
    marks = Mark.objects.filter(slot__activity=record)
    assert marks.count() == 1
    page.context.set_offline(True)
    for name in NAMES[1:]:
        _tap(page, name)
    expect(page.locator("#offline-chip [data-part=waits]")).to_be_visible()
    expect(page.locator("#offline-chip [data-part=waits]")).to_have_text("待同步 2")
    page.context.set_offline(False)
    expect(page.locator("#offline-chip [data-part=fine]")).to_be_visible(timeout=60_000)
    assert marks.count() == len(NAMES)
    page.get_by_role("link", name="结束点名").click()
    expect(page.get_by_text(NAMES[1]).first).to_be_visible()


def _tap(page: Page, name: str) -> None:
    page.locator("#roll-list li").filter(has_text=name).locator("[data-mark]").click()


def _photographed(page: Page, record: Activity, folder: Path) -> None:
    paths = []
    for number in range(2):
        paths.append(folder / f"现场{number}（演示）.jpg")
        Image.effect_noise((640, 480), 40 + number).convert("RGB").save(paths[-1], "JPEG")
    page.goto(f"/activities/{record.pk}/files/")
    page.locator("input[type=file]").first.set_input_files(paths)
    expect(page.locator(".upload-total").first).to_contain_text("2 / 2", timeout=60_000)
    assert Attachment.objects.of(record).filter(kind="photo").count() == 2


def _handed_in(page: Page, record: Activity) -> None:
    """The summary is missing, and why three people without insurance took part."""
    page.goto(f"/activities/{record.pk}/edit/summary/")
    page.get_by_label("总结").fill("按方案完成，两人救上岸（演示）。")
    page.get_by_role("button", name="保存").first.click()
    page.wait_for_url(lambda url: "/edit/summary/" not in url)
    page.goto(record.get_absolute_url())
    page.get_by_role("button", name="报送记录").click()
    expect(page.get_by_role("status").filter(has_text="没有写明理由")).to_be_visible()
    _explained(page, record)
    page.get_by_role("region", name="可以报送了").get_by_role("button", name="报送记录").click()
    expect(page.get_by_text("待确认").first).to_be_visible()
    record.refresh_from_db()
    assert (record.state, record.present, record.listed) == (ActivityState.SUBMITTED, 3, 3)


def _explained(page: Page, record: Activity) -> None:
    page.get_by_role("link", name="去填").click()
    page.get_by_role("button", name="全选本页").click()
    page.get_by_label("理由").fill("保险正在办理，只在岸上保障（演示）")
    page.get_by_role("button", name="记下缺保险的理由").click()
    expect(page.get_by_text("已记下 3 人")).to_be_visible()
    page.goto(record.get_absolute_url())


def _confirmed(page: Page, record: Activity) -> None:
    """The office finds it among what is to be done, confirms, and the record prints."""
    page.goto("/")
    page.get_by_role("listitem").filter(has_text=TITLE).get_by_role("link", name="去确认").click()
    page.get_by_role("button", name="确认记录").click()
    expect(page.get_by_role("status").filter(has_text="已确认")).to_be_visible()
    page.goto(record.get_absolute_url())
    expect(page.get_by_text("已确认").first).to_be_visible()
    assert HourRecord.objects.standing().filter(what__contains=TITLE).count() == len(NAMES)
    paper = _issued(record)
    with page.expect_download() as download:
        page.evaluate(f"location.assign('/activities/{record.pk}/record.pdf')")
    assert download.value.suggested_filename == paper.file_name
    page.goto(paper.get_absolute_url())
    expect(page.get_by_text("有效").first).to_be_visible()


def _issued(record: Activity) -> VerifiableDocument:
    """By the worker, soon."""
    papers = VerifiableDocument.objects.of(record).valid()
    until(papers.exists, 120)
    return papers.get()
