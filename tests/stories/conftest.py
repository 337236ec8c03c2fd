"""The product as a person meets it: the real server, a real worker on the real broker, and Debian's Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from organizations.models import User
from tests.filling import PASSWORD
from tests.stories.signing_in import sign_in
from tests.workers import Worker

# Playwright's own event loop runs in this thread; the ORM calls of a story are not inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = os.environ["CHROMIUM"]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's, started once per test process."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def portal(transactional_db: None, cast: dict[str, User], worker: None, settings: Any) -> dict[str, User]:
    """The cast in a database that the server, the worker and the story share."""
    return cast


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A real Celery worker on this test's database and broker; the server queues instead of running eagerly."""
    from portal.celery import app

    app.conf.task_always_eager = False
    process = Worker(pool="solo")
    yield
    process.finish()
    app.conf.task_always_eager = True


@pytest.fixture
def served_at(live_server: Any) -> str:
    """Where the portal answers; a story with a server of its own says another place."""
    return str(live_server.url)


@pytest.fixture
def enter(browser: Browser, served_at: str) -> Iterator[Callable[..., Page]]:
    """Opens a browser of one's own and signs in by the form: ``page = enter("chifeng")``; ``phone=True`` for 390 px."""
    contexts: list[BrowserContext] = []

    def entered(username: str, *, password: str = PASSWORD, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = browser.new_context(
            base_url=served_at, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size, has_touch=phone
        )
        contexts.append(context)
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        context.problems = problems  # type: ignore[attr-defined]
        page.goto("/accounts/login/")
        sign_in(page, username, password)
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    yield entered
    found = [problem for context in contexts for problem in context.problems]  # type: ignore[attr-defined]
    for context in contexts:
        context.close()
    assert found == [], "a page threw a script error"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A small real PDF to hand in."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (400, 560), "white").save(buffer, "PDF")
    path = tmp_path / "任职通知（演示）.pdf"
    path.write_bytes(buffer.getvalue())
    return path
