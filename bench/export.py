"""Times the xlsx export of 20,000 rows, and how much the web process's memory grows while it runs."""

import http.client
import threading
import time
from dataclasses import dataclass

import psutil
from django.urls import reverse

from bench.measure import client_for, cookie_of


@dataclass(frozen=True)
class Export:
    seconds: float
    megabytes: float
    memory_growth: float  # MB over the resident size before


def _resident(pid: int) -> int:
    root = psutil.Process(pid)
    return sum(process.memory_info().rss for process in [root, *root.children(recursive=True)])


def measure_export(port: int, pid: int) -> Export:
    """The account list as ``region`` (20,000 members at ×1), as a file."""
    cookie = cookie_of(client_for("region"))
    url = reverse("organizations:user_list") + "?export=xlsx"
    _fetch(port, cookie, url)  # the first one imports the library
    before, peak, done = _resident(pid), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak[0] = max(peak[0], _resident(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.perf_counter()
    size = _fetch(port, cookie, url)
    seconds = time.perf_counter() - begun
    done.set()
    watcher.join()
    return Export(seconds, size / 1e6, max(0, peak[0] - before) / 1e6)


def _fetch(port: int, cookie: str, url: str) -> int:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    link.request("GET", url, headers={"Cookie": cookie})
    answer = link.getresponse()
    size = 0
    while chunk := answer.read(65536):
        size += len(chunk)
    link.close()
    return size
