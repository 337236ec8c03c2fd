"""``/health/`` says what works; nobody can load the worker with it; it needs neither sign-in nor host name."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Any:
    def forget() -> None:
        for part in health.PARTS:
            part._until = 0.0

    forget()
    yield
    forget()


def parts(**checks: Callable[[], None]) -> tuple[health.Part, ...]:
    """The same parts; those named do something else."""
    return tuple(
        health.Part(part.name, part.label, part.wrong, checks.get(part.name, lambda: None), part.keep)
        for part in health.PARTS
    )


def broken() -> None:
    raise ConnectionError("password=geheim host=10.0.0.1")


def test_database_broker_and_storage_are_really_asked_and_a_missing_worker_is_told(client: Client) -> None:
    response = client.get("/health/")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {
        "database": True, "broker": True, "worker": False, "storage": True,
    }  # fmt: skip
    assert checks["worker"]["error"] == "没有后台进程应答，导出和提醒会推迟"


def test_all_well_is_200(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(health, "PARTS", parts())
    response = client.get("/health/")
    assert (response.status_code, response.json()["status"]) == (200, "ok")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["database", "broker", "worker", "storage"])
def test_what_is_wrong_is_said_without_secrets(client: Client, monkeypatch: Any, name: str) -> None:
    monkeypatch.setattr(health, "PARTS", parts(**{name: broken}))
    response = client.get("/health/")
    assert response.status_code == 503
    wrong = [key for key, check in response.json()["checks"].items() if not check["ok"]]
    assert wrong == [name]
    assert "geheim" not in response.content.decode()
    page = client.get("/health/", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert str(next(part.wrong for part in health.PARTS if part.name == name)) in page.content.decode()


def test_people_get_a_page(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(health, "PARTS", parts())
    page = client.get("/health/", headers={"Accept": "text/html,*/*"})
    assert "系统运行正常" in page.content.decode()
    assert "Content-Security-Policy" in page


def test_asking_often_asks_the_parts_once(client: Client, monkeypatch: Any) -> None:
    asked: list[str] = []
    monkeypatch.setattr(health, "PARTS", parts(worker=lambda: asked.append("worker")))
    for _number in range(20):
        client.get("/health/")
    assert asked == ["worker"]


def test_neither_session_nor_host_name_is_looked_at(monkeypatch: Any, django_assert_num_queries: Any) -> None:
    monkeypatch.setattr(health, "PARTS", parts())
    client = Client()
    client.cookies["portal_session"] = "x" * 32
    with django_assert_num_queries(0):
        response = client.get("/health/", HTTP_HOST="10.1.1.1")
    assert response.status_code == 200
    assert not response.cookies


def test_metrics_are_for_this_machine_only(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
    proxied = client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"})
    assert proxied.status_code == 404


def test_or_for_who_has_the_token(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "t" * 20
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 20}"}, REMOTE_ADDR="10.0.0.9")
    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content
