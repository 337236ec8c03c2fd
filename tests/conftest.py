"""The fixed cast, and a database that is the same for every test whichever ran before it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase

from core.memory import settle
from organizations.models import Organization, User
from organizations.signin.sessions import SEEN
from portal.celery import app
from tests.filling import fill
from tests.restoring import Kept

FOR_EVER = 1 << 62  # seconds


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes never name a test: files made with a random key or date would be other tests for each worker."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with whole portals to start while the other has nothing to do."""
    items.sort(key=lambda item: 0 if item.get_closest_marker("ops") else 1 if item.get_closest_marker("long") else 2)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        fill()
        kept = Kept(connection)
    app.loader.import_default_modules()  # run here instead of by a worker, a task has to be known here
    settle(50_000)  # as a web process does; to look everything through again and again costs 7 %
    TransactionTestCase._fixture_teardown = lambda case: kept.restore()  # instead of emptying every table


@pytest.fixture(autouse=True)
def _fresh_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a count takes long enough to be kept for a while; then the next reading asks one query less."""
    monkeypatch.setattr("core.counts.SLOW", float("inf"))
    monkeypatch.setattr("portal.todo.SLOW", float("inf"))


@pytest.fixture(autouse=True)
def _clean_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits and counters of one test must not reach the next."""
    yield
    cache.clear()


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> dict[str, User]:
    """All demo people by username."""
    return {user.username: user for user in User.objects.filter(is_demo=True).select_related("organization")}


def _person(username: str) -> Callable[..., User]:
    @pytest.fixture(name=username.replace("-", "_"))
    def person(cast: dict[str, User]) -> User:
        return cast[username]

    return person


region = _person("region")
region_security = _person("region-security")
region_audit = _person("region-audit")
region_system = _person("region-system")
leader = _person("leader")
chifeng = _person("chifeng")
songshan = _person("songshan")
captain = _person("captain")
member = _person("member")
assessor = _person("assessor")
baotou = _person("baotou")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A signed-in client of a person. The user is read again per request, as in real life.

    The session alone is made: what signing in writes besides, and the first sign of life, are another test's matter and
    took a fifteenth of the time of all tests. Nobody is away for too long, whatever day a test plays on.
    """

    def sign_in(user: User) -> Client:
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY], session[SEEN] = user.get_session_auth_hash(), FOR_EVER
        session.create()
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return sign_in


@pytest.fixture
def office(cast: dict[str, User]) -> Callable[[str], Organization]:
    """An organization by its code."""
    return lambda code: Organization.objects.get(code=code)
