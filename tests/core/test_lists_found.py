"""Lists that take longer than a page waits: said plainly, found by the worker, shown with their time."""

from typing import Any

import pytest
from django.test import Client

from core import counts
from organizations.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.core.sample_lists")]
SLOW = "/sample/slow/"
PART = {"HX-Request": "true", "HX-Target": "table"}


@pytest.fixture
def client(region: User, as_user, settings) -> Client:
    client = as_user(region)
    client.get("/sample/people/")  # what is read once per process is not the list's
    settings.PAGE_WAITS, settings.HEAVY_QUERY = 0.01, 0
    return client


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is handed to the worker, who is away."""
    handed: list[dict[str, Any]] = []
    monkeypatch.setattr(counts, "send", lambda task, **given: handed.append(given))
    return handed


def shown(client: Client, **query: Any) -> list[str]:
    return [row.record.username for row in client.get(SLOW, query).context["table"].rows]


def test_a_list_that_takes_long_is_looked_for_by_the_worker(client: Client, sent):
    page = client.get(SLOW)
    text = page.content.decode()
    assert "正在查找" in text
    assert 'hx-trigger="load delay:2s"' in text
    assert "没有记录" not in text
    assert "共 0 条" not in text
    assert "正在查找" in client.get(SLOW, headers=PART).content.decode()
    assert len(sent) == 1, "two readers, one search"
    counts.recount(**sent[0])
    expected = list(User.objects.order_by("organization__path", "username").values_list("username", flat=True))
    assert shown(client) == expected[:3]
    assert shown(client, page=2) == expected[3:6]
    text = client.get(SLOW).content.decode()
    assert f"共 {len(expected)} 条，截至" in text
    assert "正在查找" not in text
    assert len(sent) == 1


def test_each_question_of_each_person_is_one_of_its_own(client: Client, sent, as_user, chifeng: User, settings):
    for query in ({}, {"page": 2}, {"cols": "username"}, {"q": "region"}, {"sort": "username"}, {"sort": "-username"}):
        client.get(SLOW, query)
    assert len(sent) == 4, "pages and columns look for nothing else"
    assert "region" not in str(sent)
    as_user(chifeng).get(SLOW)
    assert len(sent) == 5
    for given in sent:
        counts.recount(**given)
    usernames = sorted(User.objects.values_list("username", flat=True))
    assert shown(client, sort="username") == usernames[:3]
    assert shown(client, sort="-username") == usernames[:-4:-1]
    assert set(shown(as_user(chifeng))) < set(usernames)


def test_rows_are_as_they_are_now_whoever_found_them(client: Client, sent):
    client.get(SLOW, {"q": "chifeng"})
    counts.recount(**sent[0])
    assert shown(client, q="chifeng") == ["chifeng"]
    User.objects.filter(username="chifeng").update(name="新名字")
    assert "新名字" in client.get(SLOW, {"q": "chifeng"}).content.decode()


def test_the_worker_finds_with_the_rights_of_the_person(client: Client, region: User, sent):
    client.get(SLOW)
    region.appointments.update(ends_at="2026-01-01T00:00Z", starts_at="2025-01-01T00:00Z")
    counts.recount(**sent[0])
    assert shown(client) == []


def test_a_busy_machine_is_no_reason_to_put_somebody_off(client: Client, sent, settings):
    settings.PAGE_WAITS, settings.HEAVY_QUERY = 0.19, 10**9  # a row takes 0.02, the list some more
    assert len(shown(client)) == 3
    assert client.get(SLOW).context["tally"].at is None
    assert not sent


def test_a_quick_list_is_never_kept(as_user, region: User, sent, settings):
    client = as_user(region)
    settings.PAGE_WAITS = 60
    before = client.get("/sample/people/").context["tally"]
    User.objects.create(username="aaa", name="新人", organization=region.organization)
    after = client.get("/sample/people/").context["tally"]
    assert (before.at, after.at, after.value.count - before.value.count) == (None, None, 1)
    assert not sent
