"""The team that tests about people keep the roster of."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from organizations.models import Organization, User
from tests.teams import builders


@pytest.fixture(scope="module")
def _filed(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[int | None]:
    """Its key. Made once for a module, as the world of the permission matrix is: each test's transaction lies within
    this one. Where a test of the module commits there is no such transaction, and each test makes its own."""
    if any(_commits(item) for item in request.session.items if item.path == request.path):
        yield None
        return
    with django_db_blocker.unblock(), transaction.atomic():
        cast = {user.username: user for user in User.objects.filter(is_demo=True).select_related("organization")}
        made = _team_of(cast)
        with django_db_blocker.block():
            yield made.pk
        transaction.set_rollback(True)


def _commits(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(marked and marked.kwargs.get("transaction"))  # type: ignore[attr-defined]


def _team_of(cast: dict[str, User]) -> Organization:
    """A filed team of 松山区."""
    office = Organization.objects.get(code="150404")
    return builders.filed(cast["songshan"], office, cast["region"]).organization


@pytest.fixture
def place(_filed: int | None, cast: dict[str, User]) -> Organization:
    return Organization.objects.get(pk=_filed) if _filed else _team_of(cast)
