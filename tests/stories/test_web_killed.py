"""The web server is killed, as the kernel kills what takes too much memory, at the worst moment there is: what a phone
sent is stored, and the answer never comes. Marks and photos arrive once and only once, and the page keeps them."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from core.models import Attachment, Upload
from organizations.models import User
from tests.databases import database_url
from tests.people import builders as people
from tests.portal.outage_servers import until
from tests.ports import free_port
from tests.stories.test_roll import NAMES, stored, synced, tap, waits
from tests.stories.test_uploads import photos
from tests.training import builders
from training.models import Activity, Mark

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


class Web:
    """granian, as bin/run starts it, on the test's database; killed with all its processes."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.port, self.folder, self.data = free_port(), folder, data
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.stories.web_settings",
            "DATABASE_URL": database_url(),
            "PORTAL_DATA": str(self.data),
        }
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--no-ws",
                   "--blocking-threads", "4", "portal.wsgi:application"]  # fmt: skip
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        until(self._listens, 120)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def web(cast: dict[str, User], tmp_path: Path, settings: Any) -> Iterator[Web]:
    server = Web(tmp_path, settings.DATA_DIR)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def served_at(web: Web) -> str:
    return web.url


@pytest.fixture
def drill(cast: dict[str, User]) -> Activity:
    captain = cast["captain"]
    made = builders.drill(captain.organization, captain, starts_at=timezone.now().replace(microsecond=0))
    named = [people.person(at, name=name) for at, name in enumerate(NAMES, 1)]
    builders.listed(made, *(people.member(captain.organization, at, person=one) for at, one in enumerate(named, 1)))
    return made


def dies_at(
    page: Page, web: Web, address: str, method: str, when: Callable[[Any], bool] = lambda request: True
) -> None:
    """The first such request is carried out, and then the server dies before it has answered."""

    struck: list[Route] = []

    def strike(route: Route) -> None:
        if struck or route.request.method != method or not when(route.request):
            route.continue_()
            return
        struck.append(route)
        answer = route.fetch()
        assert answer.ok, answer.text()
        web.kill()
        route.abort("connectionreset")

    page.route(address, strike)


def dead(page: Page, web: Web) -> None:
    """Wait until it was struck; meanwhile the browser must be heard, or the blow never falls."""
    until(lambda: page.wait_for_timeout(100) or web.process is None, 120)


def test_killed_while_a_phone_marks_and_sends_photos(
    web: Web, drill: Activity, enter: Callable[..., Page], tmp_path: Path
) -> None:
    page = enter("captain", phone=True)
    slot = drill.slots.get()
    page.goto(f"/roll/slots/{slot.pk}/")
    tap(page, NAMES[0])
    synced(page)
    page.wait_for_selector("html[data-offline-kept]", state="attached")

    dies_at(page, web, "**/roll/marks/", "POST")
    tap(page, NAMES[1])
    dead(page, web)
    waits(page, 1)
    assert len(stored(2)) == 2, "stored, and the phone does not know"
    tap(page, NAMES[2])
    tap(page, NAMES[2], "请假")
    waits(page, 3)
    page.reload()
    waits(page, 3)
    expect(page.locator("#roll-came")).to_have_text("2")
    web.start()
    synced(page)
    assert len(stored(4)) == 4
    assert Mark.objects.values("person", "kind").distinct().count() == 4

    page.goto(f"/activities/{drill.pk}/files/")
    zone = page.locator("[data-upload]").first
    long = photos(tmp_path)[-1]  # of two pieces
    dies_at(page, web, "**/uploads/*/", "PATCH", lambda request: request.headers["upload-offset"] == "0")
    zone.locator("input[type=file]").set_input_files(long)
    dead(page, web)
    assert Upload.objects.get().received > 0
    expect(zone.locator(".pending .meta")).to_contain_text("网络断开，恢复后自动继续", timeout=60_000)
    dies_at(page, web, "**/uploads/*/finish/", "POST")
    web.start()
    dead(page, web)
    assert Attachment.objects.of(drill).count() == 1, "put with the record, and the phone does not know"
    web.start()
    expect(page.get_by_role("link", name=long.name, exact=True)).to_be_visible(timeout=120_000)
    kept = Attachment.objects.of(drill).get()
    assert kept.sha256 == hashlib.sha256(long.read_bytes()).hexdigest()
    assert not Upload.objects.open().exists()
