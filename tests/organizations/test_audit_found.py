"""The timeline where looking takes long: said plainly, found by the worker, shown with its time."""

from typing import Any

import pytest

from core import counts
from organizations.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is handed to the worker, who is away."""
    handed: list[dict[str, Any]] = []
    monkeypatch.setattr(counts, "send", lambda task, **given: handed.append(given))
    return handed


def test_what_takes_long_is_looked_for_by_the_worker(region_audit, as_user, settings, sent):
    client = as_user(region_audit)
    User.objects.filter(username="chifeng").update(name="改过的名字")
    query = {"q": "改过的名字"}
    at_once = client.get("/audit/", query)
    settings.PAGE_WAITS, settings.HEAVY_QUERY = 0.0001, 0
    page = client.get("/audit/", query)
    assert "正在查找" in page.content.decode()
    assert "没有符合条件的记录" not in page.content.decode()
    assert "改过的名字" not in str(sent)
    (given,) = sent
    counts.recount(**given)
    page = client.get("/audit/", query)
    assert [entry for entry, _office in page.context["rows"]] == [entry for entry, _office in at_once.context["rows"]]
    assert page.context["rows"]
    assert "截至" in page.content.decode()
