"""Ways to print one and the same report, each in a process of its own that says what CPU it used.

``ours``: the warmed worker. ``warm``: plain ``HTML(string).write_pdf()``, kept running. ``fresh``: the same, started
for each report. ``chromium``: print-to-PDF of a browser that is kept open.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from typing import Any

import psutil

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
CONTEXT = get_context("spawn")
PLAIN = "import sys; from weasyprint import HTML; sys.stdout.buffer.write(HTML(string=sys.stdin.read()).write_pdf())"


class Printer:
    """An engine in a process of its own. ``print(number)`` → (CPU seconds, bytes)."""

    def __init__(self, engine: Any, papers: list[str]) -> None:
        self._own, given = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=engine, args=(papers, given), daemon=True)
        self._process.start()
        given.close()
        self.ready: bool = self._own.recv()

    def print(self, number: int) -> tuple[float, int]:
        self._own.send(number)
        found: tuple[float, int] = self._own.recv()
        return found

    def resident(self) -> float:
        """MB, with children."""
        root = psutil.Process(self._process.pid)
        return sum(process.memory_info().rss for process in [root, *root.children(recursive=True)]) / 1e6

    def end(self) -> None:
        with suppress(BrokenPipeError):
            self._own.send(None)
        self._process.join(30)


def ours(papers: list[str], pipe: Connection) -> None:
    """As a worker prints: whole page, style sheets made once, everything warmed up."""
    import django  # this process alone reads these settings

    django.setup()
    from core.documents.rendering import pdf_of  # slow to import, and only here
    from core.documents.warming import between_papers  # as above

    def render(number: int) -> bytes:
        between_papers()
        return pdf_of(papers[number])

    _serve(pipe, render)


def warm(papers: list[str], pipe: Connection) -> None:
    from weasyprint import HTML  # slow to import, and only here

    _serve(pipe, lambda number: HTML(string=papers[number]).write_pdf())


def fresh(papers: list[str], pipe: Connection) -> None:
    """A new process for each, and what it takes until it is gone."""
    pipe.send(True)
    for number in iter(pipe.recv, None):
        before = os.times()
        command, text = [sys.executable, "-c", PLAIN], papers[number].encode()
        done = subprocess.run(command, input=text, capture_output=True, check=True)  # noqa: S603
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        pipe.send((used, len(done.stdout)))


def chromium(papers: list[str], pipe: Connection) -> None:
    """False where there is no browser."""
    with ExitStack() as open_things:
        try:
            from playwright.sync_api import sync_playwright  # a tool of development

            playwright = open_things.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Exception as error:  # whatever is missing: the others are measured all the same
            print(f"chromium is not measured: {error}", flush=True)
            pipe.send(False)
            return
        open_things.callback(browser.close)
        page = browser.new_page()
        folder = open_things.enter_context(TemporaryDirectory())
        page.set_content(papers[0])
        page.pdf()
        pipe.send(True)
        for number in iter(pipe.recv, None):
            before = _tree()
            page.set_content(papers[number])
            data = page.pdf(path=f"{folder}/x.pdf", prefer_css_page_size=True)
            pipe.send((_tree() - before, len(data)))


def _tree() -> float:
    """CPU seconds of this process and of everything it has started."""
    root, total = psutil.Process(), 0.0
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _serve(pipe: Connection, render: Any) -> None:
    render(0)
    pipe.send(True)
    for number in iter(pipe.recv, None):
        begun = time.process_time()
        size = len(render(number))
        pipe.send((time.process_time() - begun, size))
