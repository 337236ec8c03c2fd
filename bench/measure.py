"""One measurement: queries of a page, its time at 1 and 8 clients, and the CPU it costs web server and database."""

import gzip
import http.client
import re
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.pages import Page
from organizations.models import User

SLOW = 1000  # ms
CLIENTS = 8  # at once: as many as the pool has connections


@dataclass
class Timing:
    """Milliseconds."""

    samples: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.samples, n=20)[-1] if len(self.samples) > 1 else self.median


def client_for(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


def cookie_of(client: Client) -> str:
    """The header by which the server knows who is signed in."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def count_queries(client: Client, page: Page) -> tuple[int, str]:
    """Queries of one warm request, and the page itself."""
    client.get(page.url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page.url)
    if response.status_code != page.status:
        raise SystemExit(f"{page.url}: {response.status_code}")
    return len(captured), response.content.decode()


def asset_bytes(html: str) -> int:
    """Gzipped bytes of the scripts and styles that a first load of this page fetches."""
    total = 0
    for name in re.findall(r'(?:src|href)="/static/([^"?#]+\.(?:js|css))"', html):
        path = finders.find(name) or finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name))
        if path:
            total += len(gzip.compress(Path(path).read_bytes(), 6))
    return total


def time_page(port: int, cookie: str, page: Page, *, clients: int, requests: int) -> Timing:
    """``requests`` requests in all over ``clients`` kept-alive connections."""
    timing, failures = Timing(), []

    def run() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        for _ in range(requests // clients):
            begun = time.perf_counter()
            link.request("GET", page.url, headers={"Cookie": cookie})
            answer = link.getresponse()
            answer.read()
            timing.samples.append((time.perf_counter() - begun) * 1000)
            if answer.status != page.status:
                failures.append(answer.status)
        link.close()

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{page.url}: answers {sorted(set(failures))}")
    return timing


def cpu_of(pid: int) -> float:
    """CPU seconds that a process and its children, also ended ones, have used."""
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


class Result:
    """What one page costs, measured turn by turn. Making it counts the queries and warms the page: each connection of
    the pool reads the catalogue of every table it meets once, which takes longer than most pages, and then never again.

    A page that takes longer than ``SLOW`` is asked for once a turn, and by eight at once in the first turn only: what
    it costs is plain by then.
    """

    def __init__(self, page: Page, *, port: int, web_pid: int, database_pid: int) -> None:
        client = client_for(page.user)
        self.page, self._port, self._web, self._database = page, port, web_pid, database_pid
        self.queries, html = count_queries(client, page)
        self.asset_bytes = asset_bytes(html)
        self.one, self.eight = Timing(), Timing()
        self.turns = 0
        self._web_seconds = self._database_seconds = 0.0
        self._cookie = cookie_of(client)
        self.slow = max(self._time(clients=1, requests=2).samples) > SLOW
        if not self.slow:
            self._time(clients=CLIENTS, requests=2 * CLIENTS)

    def turn(self, requests: int) -> None:
        """So many requests one after the other, and about as many by eight clients, one each at least."""
        self.turns += 1
        web, database = cpu_of(self._web), cpu_of(self._database)
        self.one.samples += self._time(clients=1, requests=1 if self.slow else requests).samples
        self._web_seconds += cpu_of(self._web) - web
        self._database_seconds += cpu_of(self._database) - database
        if not (self.slow and self.eight.samples):
            at_once = 1 if self.slow else max(round(requests / CLIENTS), 1)
            self.eight.samples += self._time(clients=CLIENTS, requests=at_once * CLIENTS).samples

    @property
    def web_cpu(self) -> float:
        """Milliseconds per request, as ``database_cpu``."""
        return self._web_seconds * 1000 / len(self.one.samples)

    @property
    def database_cpu(self) -> float:
        return self._database_seconds * 1000 / len(self.one.samples)

    def _time(self, *, clients: int, requests: int) -> Timing:
        return time_page(self._port, self._cookie, self.page, clients=clients, requests=requests)
