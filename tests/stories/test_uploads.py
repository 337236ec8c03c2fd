"""Photos from the field: many at once, the network cut half-way and back, each stored exactly once."""

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.models import Attachment, Upload
from organizations.models import AccountRequest, User
from tests.training import builders

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("stories")]
Enter = Callable[..., Page]
UPWARDS = 1_000_000  # bytes a second: the longest photo alone is on its way for five, a middle to cut


def photos(folder: Path) -> list[Path]:
    """Noise, which no JPEG makes smaller: the last is two pieces long."""
    paths = []
    for number, side in enumerate((1100, 1200, 1300, 2400), start=1):
        path = folder / f"演练现场-{number}.jpg"
        Image.effect_noise((side, side), 90).convert("RGB").save(path, "JPEG", quality=95)
        paths.append(path)
    return paths


@pytest.fixture
def draft(portal: dict[str, User]) -> AccountRequest:
    clerk = portal["chifeng"]
    return AccountRequest.objects.create(
        organization=clerk.organization,
        applicant=clerk,
        role="leader",
        name="白音（演示）",
        username="baiyin.demo",
    )


def test_network_cut_in_the_middle(
    portal: dict[str, User], enter: Enter, draft: AccountRequest, tmp_path: Path
) -> None:
    good = photos(tmp_path)
    assert good[-1].stat().st_size > 5 * 1024 * 1024
    twin = tmp_path / "又选了一次.jpg"
    twin.write_bytes(good[0].read_bytes())
    broken = tmp_path / "坏图.jpg"
    broken.write_bytes(good[1].read_bytes()[:-5000])
    empty = tmp_path / "空.jpg"
    empty.touch()

    page = enter("chifeng", phone=True)
    page.goto(f"/requests/{draft.pk}/edit/")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": UPWARDS}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    page.locator("input[type=file]").first.set_input_files([*good, twin, broken, empty])
    total = page.locator(".upload-total")
    expect(total).to_contain_text(re.compile("已上传 [123] / 7"))

    page.context.set_offline(True)
    expect(page.locator(".pending .meta", has_text="网络断开，恢复后自动继续").first).to_be_visible()
    assert Attachment.objects.count() < len(good)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.set_offline(False)

    expect(total).to_contain_text("已上传 5 / 7，2 个没有上传", timeout=60_000)
    expect(page.locator(".pending", has_text="图片不完整或已损坏")).to_be_visible()
    expect(page.locator(".pending", has_text="和“演练现场-1.jpg”是同一个文件，只上传一次")).to_be_visible()
    expect(page.locator(".pending", has_text="文件是空的")).to_be_visible()
    for path in good:
        expect(page.locator("#files-basis").get_by_role("link", name=path.name, exact=True)).to_have_count(1)
    stored = sorted(Attachment.objects.of(draft).values_list("sha256", flat=True))
    assert stored == sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in good)
    assert not Upload.objects.open().exists()


def test_signed_out_half_way_goes_on_after_signing_in(
    portal: dict[str, User], enter: Enter, draft: AccountRequest, tmp_path: Path
) -> None:
    page = enter("chifeng")
    page.goto(f"/requests/{draft.pk}/edit/")
    token = page.context.cookies()
    page.context.clear_cookies(name="portal_session")
    page.locator("input[type=file]").first.set_input_files(photos(tmp_path)[:2])
    expect(page.locator(".pending .meta", has_text="登录后继续").first).to_be_visible()
    page.context.add_cookies(token)
    page.locator(".pending").get_by_role("button", name="重试").first.click()
    expect(page.locator(".upload-total")).to_contain_text("已上传 2 / 2")
    assert Attachment.objects.of(draft).count() == 2
    expect(page.locator("#files-basis .name")).to_have_count(2)


RECORD = """async () => {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d"), parts = [];
  const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm" });
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  for (let frame = 0; frame < 10; frame += 1) {
    pen.fillStyle = frame % 2 ? "red" : "blue";
    pen.fillRect(0, 0, 300, 150);
    await new Promise((done) => setTimeout(done, 100));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def test_a_film_is_watched_in_the_page(portal: dict[str, User], enter: Enter, tmp_path: Path) -> None:
    captain = portal["captain"]
    page = enter("captain", phone=True)
    page.goto(f"/activities/{builders.drill(captain.organization, captain).pk}/files/")
    film = tmp_path / "演练.webm"
    film.write_bytes(base64.b64decode(page.evaluate(RECORD)))
    page.locator("[data-upload-extra*=video] input[type=file]").set_input_files(film)
    shown = page.locator("#gallery-video video")
    expect(shown).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shown.evaluate("(video) => { video.muted = true; return video.play(); }")
    page.wait_for_function("document.querySelector('#gallery-video video').currentTime > 0")
