"""The database or the broker stopped and started again under load: pages say so at once, nothing accepted is lost."""

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.portal.outage_servers import Browser, Servers, until

# One worker for all of them: another would start servers of its own.
pytestmark = [pytest.mark.ops, pytest.mark.xdist_group("outage")]


@pytest.fixture(scope="module")
def servers(django_db_setup: None) -> Iterator[Servers]:
    # not under pytest's own folder: that is closed to the user PostgreSQL runs as when the tests run as root
    folder = Path(tempfile.mkdtemp(prefix="outage-"))
    folder.chmod(0o711)
    started = Servers(folder)
    try:
        started.start()
        until(lambda: health(started)[0] == 200, 40)
        yield started
    finally:
        started.end()
        shutil.rmtree(folder)


def health(servers: Servers) -> tuple[int, dict[str, bool]]:
    status, text, _seconds = Browser(servers).ask("GET", "/health/")
    checks = json.loads(text)["checks"] if status else {}
    return status, {name: check["ok"] for name, check in checks.items()}


class Load(threading.Thread):
    """One person who writes about ten times a second, until told to stop."""

    def __init__(self, servers: Servers, name: str) -> None:
        super().__init__(daemon=True)
        self.browser, self.label, self.stop = Browser(servers), name, threading.Event()
        self.answers: list[tuple[str, int, float, float]] = []
        assert self.browser.sign_in() == 302

    def run(self) -> None:
        number = 0
        while not self.stop.wait(0.1):
            name = f"{self.label}-{number}"
            status, _text, seconds = self.browser.ask("POST", "/write/", name=name)
            self.answers.append((name, status, seconds, time.monotonic()))
            number += 1


def written(servers: Servers) -> set[str]:
    with psycopg.connect(servers.uri) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM core_savedview WHERE list_name = 'outage'")}


def test_the_database_is_stopped_and_started_under_load(servers: Servers) -> None:
    people = [Load(servers, f"person{number}") for number in range(3)]
    for person in people:
        person.start()
    until(lambda: sum(len(person.answers) for person in people) >= 20, 10)
    browser = Browser(servers)
    browser.sign_in()

    servers.stop_database()
    stopped = time.monotonic()
    status, text, seconds = browser.ask("GET", "/read/")
    assert (status, "系统暂时不能用" in text) == (503, True)
    assert seconds < 4
    status, text, seconds = browser.ask("GET", "/accounts/login/")
    assert (status, "系统暂时不能用" in text) == (503, True)
    assert seconds < 3  # one a second may knock at the database
    state, checks = health(servers)
    assert (state, checks["database"], checks["broker"]) == (503, False, True)
    until(lambda: all(person.answers[-1][1] == 503 for person in people), 10)

    servers.start_database()
    back = until(lambda: browser.ask("GET", "/read/")[0] == 200, 10)
    assert back < 6
    again = time.monotonic()
    until(lambda: all(person.answers[-1][1] == 201 for person in people), 10)
    for person in people:
        person.stop.set()
        person.join()
    answers = [answer for person in people for answer in person.answers]
    assert {status for _name, status, _seconds, _at in answers} == {201, 503}
    assert max(seconds for _name, _status, seconds, _at in answers) < 5
    during = [answer for answer in answers if stopped + 1 < answer[3] < again]
    assert (
        len([answer for answer in during if answer[1] == 503 and answer[2] < 0.5]) > 3
    )  # told at once, not waited for
    accepted = {name for name, status, _seconds, _at in answers if status == 201}
    assert accepted <= written(servers)
    until(lambda: health(servers)[0] == 200, 20)


def test_the_broker_is_stopped_and_started(servers: Servers) -> None:
    browser = Browser(servers)
    assert browser.sign_in() == 302
    servers.broker.stop()
    until(lambda: not health(servers)[1]["broker"], 5)

    for number in range(5):
        status, _text, seconds = browser.ask("POST", "/write/", name=f"without-broker-{number}")
        assert (status, seconds < 3) == (201, True)
    status, _text, seconds = browser.ask("GET", "/read/")
    assert (status, seconds < 2) == (200, True)
    late = Browser(servers)
    assert late.sign_in() == 302  # limits and codes live in the cache; sign-in does not depend on it
    assert {f"without-broker-{number}" for number in range(5)} <= written(servers)
    gone = {"database": True, "broker": False, "worker": False, "storage": True}
    until(lambda: health(servers) == (503, gone), 8)  # what the worker last answered is believed for five seconds

    servers.broker.start()
    until(lambda: health(servers) == (200, dict.fromkeys(gone, True)), 30)
    assert browser.ask("POST", "/write/", name="with-broker-again")[0] == 201


def test_a_broker_that_takes_calls_and_does_not_answer(servers: Servers) -> None:
    browser = Browser(servers)
    assert browser.sign_in() == 302
    servers.broker_process().suspend()
    status, _text, seconds = browser.ask("POST", "/write/", name="frozen")
    assert (status, seconds < 15) == (201, True)
    assert "frozen" in written(servers)

    servers.broker_process().resume()
    until(lambda: health(servers)[0] == 200, 30)
    assert browser.ask("POST", "/write/", name="thawed")[0] == 201


def test_a_broker_whose_memory_is_full(servers: Servers) -> None:
    with redis.Redis(port=servers.broker.port) as broker:
        broker.config_set("maxmemory", 1)
        browser = Browser(servers)
        assert browser.sign_in() == 302
        assert browser.ask("GET", "/read/")[0] == 200
        assert browser.ask("POST", "/write/", name="full")[0] == 201
        until(lambda: health(servers)[1].get("broker") is False, 30)
        broker.config_set("maxmemory", 0)
    assert "full" in written(servers)
    until(lambda: health(servers)[0] == 200, 30)


def test_five_wrong_passwords_lock_without_the_cache_too(servers: Servers) -> None:
    servers.broker.stop()
    browser = Browser(servers)
    browser.ask("GET", "/accounts/login/")
    for _number in range(5):
        fields = {"login": "stranger", "password": "x", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        status, text, _seconds = browser.ask("POST", "/accounts/login/", **fields)
    assert (status, "已锁定" in text) == (200, True)
    servers.broker.start()
