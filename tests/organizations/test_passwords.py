"""Password rules: ten characters, three kinds, not one of the last five, at most ninety days old."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AccessLog
from organizations.models import PasswordRecord, User
from organizations.signin import passwords
from tests.filling import PASSWORD

CHANGE = "/accounts/password/change/"
NEW = "Caoyuan-2027-x"
pytestmark = pytest.mark.django_db


def change(client: Client, new: str, old: str = PASSWORD, again: str | None = None) -> Any:
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": again or new})


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Duan-12ab", "password_too_short"),
        ("zhiyouxiaoxie1", "password_kinds"),
        ("1357924680135", "password_kinds"),
        ("Password123", "password_too_common"),
        ("Chifeng-2026", "password_too_similar"),
        (PASSWORD, "password_reused"),
    ],
)
def test_weak_passwords_are_refused(chifeng: User, password: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, chifeng)
    assert code in [error.code for error in refused.value.error_list]


@pytest.mark.parametrize("password", ["Xilin-Gol-88", "内蒙古大草原Abc1", "lower-case-7 x"])
def test_three_kinds_of_ten_characters_pass(chifeng: User, password: str) -> None:
    validate_password(password, chifeng)


def test_the_last_five_are_refused_the_sixth_is_not(chifeng: User) -> None:
    first, *others = [f"Caoyuan-{number}-x" for number in range(1000, 1006)]
    for password in (first, *others):
        passwords.set_password(chifeng, password)
    for password in others:
        with pytest.raises(ValidationError):
            validate_password(password, chifeng)
    validate_password(first, chifeng)
    assert PasswordRecord.objects.filter(user=chifeng).count() == 6


def test_change_keeps_this_session_ends_the_others_and_is_recorded(as_user: Any, chifeng: User) -> None:
    here, elsewhere = as_user(chifeng), as_user(chifeng)
    assert change(here, NEW).status_code == 302
    assert here.get(reverse("usersessions_list")).status_code == 200
    out = elsewhere.get(reverse("usersessions_list"))
    assert out["Location"] == "/accounts/login/?next=/accounts/sessions/&ended=ended"
    chifeng.refresh_from_db()
    assert chifeng.check_password(NEW)
    assert PasswordRecord.objects.get(user=chifeng).password == chifeng.password
    row = AccessLog.objects.filter(kind="security_changed").latest("id")
    assert (row.user, row.detail, NEW in str(row.__dict__)) == (chifeng, {"what": "password"}, False)


def test_change_shows_what_is_wrong(as_user: Any, chifeng: User) -> None:
    client = as_user(chifeng)
    assert "现在的密码不对" in change(client, NEW, old="wrong-Wrong-1").content.decode()
    assert "不能与最近 5 次" in change(client, PASSWORD).content.decode()
    assert "两次输入的新密码不一样" in change(client, NEW, again="something-Else-1").content.decode()
    chifeng.refresh_from_db()
    assert chifeng.check_password(PASSWORD)


def test_an_old_password_must_be_changed_first(as_user: Any, chifeng: User) -> None:
    User.objects.filter(pk=chifeng.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    client = as_user(chifeng)
    sessions = reverse("usersessions_list")
    assert client.get(sessions)["Location"] == f"{CHANGE}?next={sessions}"
    assert "密码已用满 90 天" in client.get(CHANGE).content.decode()
    part = client.get(sessions, headers={"HX-Request": "true"})
    assert (part.status_code, part.json()["code"]) == (403, "account_change_password")
    change(client, NEW)
    assert client.get(sessions).status_code == 200


def test_ninety_days_are_not_too_old(as_user: Any, chifeng: User) -> None:
    User.objects.filter(pk=chifeng.pk).update(password_changed_at=timezone.now() - timedelta(days=89))
    assert as_user(chifeng).get(reverse("usersessions_list")).status_code == 200


def test_who_must_change_may_still_leave(as_user: Any, chifeng: User) -> None:
    once = passwords.reset_password(chifeng)
    client = Client()
    client.post("/accounts/login/", {"login": "chifeng", "password": once})
    assert "一次性密码" in client.get(CHANGE).content.decode()
    assert client.post(reverse("account_keepalive")).status_code == 204
    assert client.post(reverse("account_logout"))["Location"] == "/accounts/login/"


def test_a_one_time_password_meets_the_rules_ends_sessions_and_is_not_kept_readable(
    as_user: Any, chifeng: User
) -> None:
    client = as_user(chifeng)
    once = passwords.reset_password(chifeng)
    assert client.get(reverse("usersessions_list")).status_code == 302
    validate_password(passwords.one_time_password(), chifeng)
    chifeng.refresh_from_db()
    assert (chifeng.must_change_password, chifeng.check_password(once)) == (True, True)
    assert once not in str(chifeng.__dict__)


def test_one_time_passwords_are_easy_to_read_and_differ() -> None:
    made = [passwords.one_time_password() for _number in range(50)]
    assert len(set(made)) == 50
    assert not set("0Oo1lI") & set(itertools.chain.from_iterable(made))


def test_change_attempts_are_limited(as_user: Any, chifeng: User) -> None:
    client = as_user(chifeng)
    codes = [change(client, NEW, old="wrong-Wrong-1").status_code for _number in range(11)]
    assert codes == [200] * 10 + [429]


def test_sessions_are_listed_and_the_others_can_be_ended(chifeng: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(chifeng)
        client.get(reverse("usersessions_list"))
    page = here.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == UserSession.objects.filter(user=chifeng).count() == 2
    here.post(reverse("usersessions_list"))
    assert here.get(reverse("usersessions_list")).status_code == 200
    assert elsewhere.get(reverse("usersessions_list")).status_code == 302


def test_after_a_change_the_second_factor_is_set_without_the_password_again(client: Client, chifeng: User) -> None:
    client.post("/accounts/login/", {"login": chifeng.username, "password": PASSWORD})
    factor = reverse("mfa_activate_totp")
    assert client.get(factor).url.startswith(reverse("account_reauthenticate"))  # it could be anybody at the desk
    change(client, NEW)
    assert client.get(factor).status_code == 200
