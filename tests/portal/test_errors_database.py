"""What the database does on its own account: of two who wait for each other one is refused, and so is text that no text
can be; who waits long for another is told so; whoever holds something and does nothing with it lets go."""

from collections.abc import Callable
from threading import Barrier
from time import sleep

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from core.models import Notice, SavedView
from organizations.models import User
from portal import errors
from tests.organizations.helpers import at_once

BOTH_HOLD_ONE = Barrier(2)


def found(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SavedView.objects.filter(name=request.GET["name"]).count())


def kept(request: HttpRequest) -> HttpResponse:
    Notice.objects.create(recipient=request.user, kind="x", title=request.GET["name"])
    return HttpResponse()


def crossing(request: HttpRequest, first: int, second: int) -> HttpResponse:
    with transaction.atomic():
        SavedView.objects.filter(pk=first).update(query="x=1")
        BOTH_HOLD_ONE.wait(timeout=20)
        SavedView.objects.filter(pk=second).update(query="x=2")
    return HttpResponse()


def changing(request: HttpRequest, pk: int) -> HttpResponse:
    SavedView.objects.filter(pk=pk).update(query="x=1")
    return HttpResponse()


urlpatterns = [
    path("accounts/", include("organizations.signin.urls")),
    path("found/", found),
    path("kept/", kept),
    path("changing/<int:pk>/", changing),
    path("crossing/<int:first>/<int:second>/", crossing),
]
handler400 = errors.bad_request
handler500 = errors.server_error

pytestmark = pytest.mark.urls(__name__)


def client_of(user: User, as_user: Callable[[User], Client]) -> Client:
    client = as_user(user)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("address", ["/found/", "/kept/"])
@pytest.mark.django_db
def test_a_zero_byte_is_a_bad_request(address: str, chifeng: User, as_user: Callable[[User], Client]) -> None:
    response = client_of(chifeng, as_user).get(address, {"name": "名\x00字"})
    assert response.status_code == 400
    assert "请求有误" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_wait_for_each_other_one_is_told_that_nothing_was_done(
    cast: dict[str, User], as_user: Callable[[User], Client]
) -> None:
    one, two = (SavedView.objects.create(user=cast["chifeng"], list_name="x:y", name=name) for name in "甲乙")
    people = [client_of(cast[name], as_user) for name in ("chifeng", "region")]
    orders = [(one.pk, two.pk), (two.pk, one.pk)]
    answers = at_once(
        *[
            lambda client=client, order=order: client.get("/crossing/{}/{}/".format(*order))
            for client, order in zip(people, orders, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "您的操作没有生效" in refused.content.decode()
    assert len(set(SavedView.objects.filter(pk__in=[one.pk, two.pk]).values_list("query", flat=True))) == 2


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_too_long_for_somebody_else_is_told_so(
    cast: dict[str, User], as_user: Callable[[User], Client]
) -> None:
    """What is taken in for minutes holds its rows: a page says so instead of waiting until the browser gives up."""
    view = SavedView.objects.create(user=cast["chifeng"], list_name="x:y", name="甲")
    client = client_of(cast["chifeng"], as_user)
    client.get("/found/", {"name": "甲"})  # signs of life are written before
    with psycopg.connect(**connection.get_connection_params()) as importing, connection.cursor() as cursor:
        importing.execute("UPDATE core_savedview SET name = '乙' WHERE id = %s", [view.pk])
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            answer = client.get(f"/changing/{view.pk}/")
        finally:
            cursor.execute("RESET lock_timeout")
        importing.rollback()
    assert (answer.status_code, answer["X-Portal-Code"], answer["Retry-After"]) == (503, "busy", "10")
    assert "同一条记录正由别人办理" in answer.content.decode()
    assert client.get(f"/changing/{view.pk}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_process_that_stands_still_keeps_nobody_waiting_for_long(cast: dict[str, User]) -> None:
    """Frozen with its machine, or stuck: what it held is free again, and what it had begun is undone."""
    view = SavedView.objects.create(user=cast["chifeng"], list_name="x:y", name="甲")
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("15min",)
    held = Barrier(2)

    def stands_still() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '300ms'")
            SavedView.objects.filter(pk=view.pk).update(name="乙")
            held.wait(timeout=20)
            sleep(1)
            SavedView.objects.filter(pk=view.pk).update(name="丙")

    def comes_later() -> int:
        held.wait(timeout=20)
        return SavedView.objects.filter(pk=view.pk, name="甲").update(query="x=1")

    stuck, served = at_once(stands_still, comes_later)
    assert isinstance(stuck, DatabaseError)
    assert served == 1
