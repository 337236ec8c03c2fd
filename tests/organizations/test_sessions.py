"""Idle sessions end after thirty minutes; a form in hand is not lost by it, and scripts are told with 401."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from core.models import AccessLog
from organizations.models import Appointment, User
from organizations.signin import sessions
from organizations.tasks import close_unused, housekeeping

PAGE = "/accounts/sessions/"
KEEPALIVE = "/accounts/keepalive/"
HOST = "http://testserver"
pytestmark = pytest.mark.django_db


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Signed in with all that signing in writes: here the sessions are what is looked at."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def client(as_user: Any, chifeng: User) -> Client:
    signed_in = as_user(chifeng)
    assert signed_in.get(PAGE).status_code == 200
    return signed_in


def idle(client: Client, minutes: float) -> None:
    session = client.session
    session[sessions.SEEN] = int(time.time() - minutes * 60)
    session.save()


def test_a_page_after_31_minutes_leads_to_sign_in_and_back(client: Client) -> None:
    idle(client, 31)
    response = client.get(f"{PAGE}?x=1")
    assert response["Location"] == "/accounts/login/?next=/accounts/sessions/%3Fx%3D1&ended=idle"
    assert "您有 30 分钟没有操作" in client.get(response["Location"]).content.decode()
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


def test_29_minutes_are_fine_and_start_the_clock_again(client: Client) -> None:
    idle(client, 29)
    began = int(time.time())
    assert client.get(PAGE).status_code == 200
    assert client.session[sessions.SEEN] >= began


def test_the_end_is_recorded_with_the_person(client: Client, chifeng: User) -> None:
    idle(client, 31)
    client.get(PAGE)
    row = AccessLog.objects.latest("id")
    assert (row.kind, row.user, row.detail) == ("signed_out", chifeng, {"reason": "idle"})


def test_requests_a_page_makes_by_itself_do_not_keep_it_alive(client: Client) -> None:
    idle(client, 29)
    assert client.get(PAGE, headers={"X-Portal-Background": "1"}).status_code == 200
    assert time.time() - client.session[sessions.SEEN] > 28 * 60
    idle(client, 31)
    background = {"X-Portal-Background": "1", "HX-Request": "true"}
    assert client.get(PAGE, headers=background).status_code == 401


def test_keepalive_counts_and_is_a_post(client: Client) -> None:
    idle(client, 29)
    assert client.get(KEEPALIVE).status_code == 405
    idle(client, 29)
    began = int(time.time())
    assert client.post(KEEPALIVE).status_code == 204
    assert client.session[sessions.SEEN] >= began


def test_keepalive_after_the_end_says_401(client: Client) -> None:
    idle(client, 31)
    response = client.post(KEEPALIVE, headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response.json()["code"]) == (401, "signed_out")


def test_a_form_sent_after_the_end_comes_back_to_its_page_and_says_it_is_kept(client: Client) -> None:
    idle(client, 31)
    response = client.post(PAGE, {"note": "x"}, headers={"Referer": f"{HOST}/requests/new/?team=7"})
    assert response["Location"] == "/accounts/login/?next=/requests/new/%3Fteam%3D7&ended=idle&kept=1"
    text = client.get(response["Location"]).content.decode()
    assert "没有提交，已保存在这个浏览器里" in text


def test_the_same_without_a_valid_form_token(client: Client, chifeng: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    idle(client, 31)
    response = strict.post(PAGE, headers={"Referer": f"{HOST}/requests/new/"})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/requests/new/")
    assert response["Location"].endswith("kept=1")


@pytest.mark.parametrize("referer", ["https://evil.example/x", "", "http://[", f"{HOST}/accounts/login/?next=/x"])
def test_a_form_from_nowhere_comes_back_to_the_start(client: Client, referer: str) -> None:
    idle(client, 31)
    response = client.post(PAGE, headers={"Referer": referer})
    assert response["Location"] == "/accounts/login/?next=/&ended=idle&kept=1"


def test_htmx_gets_a_part_and_json_gets_json(client: Client) -> None:
    idle(client, 31)
    headers = {"HX-Request": "true", "HX-Current-URL": f"{HOST}/users/?q=x"}
    part = client.post(PAGE, headers=headers)
    assert part.status_code == 401
    assert "data-signed-out" in part.content.decode()
    assert "next=/users/%3Fq%3Dx" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Redirect" not in part
    data = client.get(PAGE, headers={"Accept": "application/json"})
    assert (data.status_code, data.json()["code"]) == (401, "signed_out")


def test_a_session_ended_elsewhere_is_told(client: Client, chifeng: User) -> None:
    Session.objects.all().delete()
    response = client.get(PAGE)
    assert response["Location"] == "/accounts/login/?next=/accounts/sessions/&ended=ended"


def test_a_first_visit_is_not_told_anything(db: None) -> None:
    assert Client().get(PAGE)["Location"] == "/accounts/login/?next=/accounts/sessions/"


def test_signs_of_life_close_together_are_written_once(client: Client) -> None:
    idle(client, 0.2)
    stamp = client.session[sessions.SEEN]
    client.get(PAGE)
    assert client.session[sessions.SEEN] == stamp


def test_the_list_of_sessions_knows_where_and_when(client: Client, chifeng: User) -> None:
    idle(client, 5)
    client.get(PAGE, REMOTE_ADDR="10.3.3.3", HTTP_USER_AGENT="Firefox")
    seen = UserSession.objects.get(user=chifeng)
    assert (seen.ip, seen.user_agent) == ("10.3.3.3", "Firefox")


def test_a_person_without_duty_can_sign_in_and_out(as_user: Any, chifeng: User) -> None:
    Appointment.objects.filter(user=chifeng).update(ends_at=timezone.now())
    client = as_user(chifeng)
    assert client.get(PAGE).context["session_count"] == 1
    assert client.get("/").context["tasks"] == []
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_accounts_unused_for_ninety_days_are_closed(cast: dict[str, User]) -> None:
    now = timezone.now()
    User.objects.update(last_login=now, created_at=now - timedelta(days=400))
    old = now - timedelta(days=91)
    User.objects.filter(username__in=["baotou", "region-security"]).update(last_login=old)
    User.objects.filter(username="songshan").update(last_login=None)
    User.objects.filter(username="chifeng").update(last_login=now - timedelta(days=89))
    assert close_unused() == 2
    closed = set(User.objects.filter(is_active=False).values_list("username", flat=True))
    assert closed == {"baotou", "songshan"}
    baotou = User.objects.get(username="baotou")
    assert baotou.deactivated_reason == "90 天没有登录"
    assert not Appointment.objects.in_force().filter(user=baotou).exists()
    assert close_unused() == 0


def test_the_list_leaves_out_where_nobody_has_been_for_thirty_minutes(
    as_user: Any, client: Client, chifeng: User
) -> None:
    as_user(chifeng).get(PAGE)
    assert client.get(PAGE).context["session_count"] == 2
    others = UserSession.objects.exclude(session_key=client.session.session_key)
    others.update(last_seen_at=timezone.now() - timedelta(minutes=31))
    assert client.get(PAGE).context["session_count"] == 1


def test_sessions_of_closed_browsers_are_removed_once_their_time_is_over(as_user: Any, client: Client) -> None:
    kept, (closed, long_ago) = (
        client.session.session_key,
        [as_user(User.objects.get(username=name)) for name in ("baotou", "leader")],
    )
    for each in (closed, long_ago):
        each.get(PAGE)
    past = timezone.now() - timedelta(hours=13)
    Session.objects.filter(session_key=closed.session.session_key).update(expire_date=past)
    UserSession.objects.exclude(session_key=kept).update(last_seen_at=past)

    housekeeping()

    left = {kept, long_ago.session.session_key}
    assert set(Session.objects.values_list("session_key", flat=True)) == left
    assert set(UserSession.objects.values_list("session_key", flat=True)) == left


def test_no_cache_keeps_what_was_made_for_one_person(client: Client, chifeng: User) -> None:
    for page in ("/", "/users/", "/api/accounts/"):
        assert client.get(page)["Cache-Control"] == "private, no-cache"
