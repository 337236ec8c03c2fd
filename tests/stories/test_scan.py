"""A member holds his card before the captain's phone; where the camera is not allowed, it says what else to do."""

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO

import pytest
import segno
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from organizations.models import User
from people import card
from tests.people import builders as people
from tests.stories.test_roll import stored
from tests.training import builders
from training.choices import MarkMethod

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


# The lean Chromium of the stories has no camera; a drawn one gives the page the same kind of stream.
CAMERA = """card => {
    const canvas = document.createElement("canvas"), picture = new Image();
    [canvas.width, canvas.height] = [640, 480];
    const pen = canvas.getContext("2d");
    setInterval(() => pen.drawImage(picture, 0, 0), 100);
    picture.src = card;
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
}"""


def shown(link: str) -> str:
    """A card held before the camera, as the address of a picture."""
    code, frame = BytesIO(), BytesIO()
    segno.make(link, error="m").save(code, kind="png", scale=8)
    picture = Image.new("RGB", (640, 480), "gray")
    picture.paste(Image.open(code).convert("RGB"), (140, 60))
    picture.save(frame, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{b64encode(frame.getvalue()).decode()}"


def test_a_card_before_the_camera(cast: dict[str, User], enter: Callable[..., Page]) -> None:
    captain = cast["captain"]
    drill = builders.drill(captain.organization, captain, starts_at=timezone.now().replace(microsecond=0))
    member = people.member(captain.organization, 1)
    builders.listed(drill, member)
    page = enter("captain", phone=True)
    page.goto(f"/roll/slots/{drill.slots.get().pk}/scan/")
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.get_by_text("也可以回到点名按姓名点")).to_be_visible()
    page.evaluate(CAMERA, shown(card.link(member)))
    page.get_by_role("button", name="打开摄像头").click()
    line = page.locator("#scan-list li")
    expect(line).to_contain_text(member.person.name)
    expect(line).to_contain_text("已记到")
    page.get_by_role("button", name="关闭摄像头").click()
    assert [(mark.person_id, mark.method) for mark in stored(1)] == [(member.person_id, MarkMethod.CARD)]
    expect(line).to_have_count(1)  # ten times a second the card was seen
