"""A member holds his card before the captain's phone; where the camera is not allowed, it says what else to do."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import segno
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserType, Page, expect

from organizations.models import User
from people import card
from tests.people import builders as people
from tests.stories.conftest import launched
from tests.stories.test_roll import stored
from tests.training import builders
from training.choices import MarkMethod

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees; read when it is opened."""
    return tmp_path_factory.mktemp("camera") / "seen.mjpeg"


@pytest.fixture(scope="module")
def browser(chromium: BrowserType, film: Path) -> Iterator[Browser]:
    flags = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    with launched(chromium, *flags) as started:
        yield started


def shown(link: str) -> bytes:
    """A second of a card held before the camera."""
    code, frame = BytesIO(), BytesIO()
    segno.make(link, error="m").save(code, kind="png", scale=8)
    picture = Image.new("RGB", (640, 480), "gray")
    picture.paste(Image.open(code).convert("RGB"), (140, 60))
    picture.save(frame, "JPEG", quality=90)
    return frame.getvalue() * 30


def test_a_card_before_the_camera(cast: dict[str, User], enter: Callable[..., Page], film: Path) -> None:
    captain = cast["captain"]
    drill = builders.drill(captain.organization, captain, starts_at=timezone.now().replace(microsecond=0))
    member = people.member(captain.organization, 1)
    builders.listed(drill, member)
    film.write_bytes(shown(card.link(member)))
    page = enter("captain", phone=True)
    page.goto(f"/roll/slots/{drill.slots.get().pk}/scan/")
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.get_by_text("也可以回到点名按姓名点")).to_be_visible()
    page.context.grant_permissions(["camera"])
    page.get_by_role("button", name="打开摄像头").click()
    line = page.locator("#scan-list li")
    expect(line).to_contain_text(member.person.name)
    expect(line).to_contain_text("已记到")
    page.get_by_role("button", name="关闭摄像头").click()
    assert [(mark.person_id, mark.method) for mark in stored(1)] == [(member.person_id, MarkMethod.CARD)]
    expect(line).to_have_count(1)  # ten times a second the card was seen
