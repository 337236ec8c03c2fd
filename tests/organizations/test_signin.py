"""Signing in: by name and password, five failures lock, the record says who, and nothing tells which names exist."""

import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pgtrigger
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from core.models import AccessLog
from organizations.models import User
from organizations.signin import lockout, passwords
from tests.filling import PASSWORD

LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.django_db


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": name, "password": password}, **extra)


def fail(client: Client, name: str, times: int) -> Any:
    for _i in range(times):
        response = sign_in(client, name, "wrong-Wrong-1")
    return response


def acts(name: str) -> list[str]:
    return list(AccessLog.objects.filter(user_name=name).order_by("id").values_list("kind", flat=True))


def code_now(offset: int = 0) -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time())) + offset))


def age_log(minutes: float) -> None:
    """Make every row of the access log older; the trigger that forbids it is stepped over for the test alone."""
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=1))
    with pgtrigger.ignore("core.AccessLog:no_update"):
        for row in AccessLog.objects.all():
            AccessLog.objects.filter(pk=row.pk).update(at=row.at - timedelta(minutes=minutes))


def test_right_password_signs_in_and_is_recorded(client: Client, chifeng: User) -> None:
    response = sign_in(client, "chifeng", REMOTE_ADDR="10.1.2.3")
    assert (response.status_code, response["Location"]) == (302, "/")
    row = AccessLog.objects.latest("id")
    assert (row.kind, row.user, row.address) == ("signed_in", chifeng, "10.1.2.3")
    assert row.office == chifeng.organization.path
    assert client.session["_auth_user_id"] == str(chifeng.pk)


def test_name_is_found_in_capitals_and_with_spaces(client: Client, chifeng: User) -> None:
    assert sign_in(client, " Chifeng ").status_code == 302


def test_next_leads_on_and_never_out(client: Client, chifeng: User) -> None:
    inside = client.post(LOGIN, {"login": "chifeng", "password": PASSWORD, "next": "/offices/?q=松山"})
    assert unquote(inside["Location"]) == "/offices/?q=松山"
    outside = Client().post(LOGIN, {"login": "chifeng", "password": PASSWORD, "next": "https://evil.example/"})
    assert outside["Location"] == "/"


def test_failure_does_not_tell_whether_the_name_exists(client: Client, chifeng: User) -> None:
    known, unknown = fail(client, "chifeng", 1), fail(Client(), "nobody-here", 1)
    assert known.context["form"].errors == unknown.context["form"].errors
    assert "登录名或密码不对" in str(known.context["form"].errors)
    assert acts("chifeng") == acts("nobody-here") == ["sign_in_failed"]


def test_a_password_typed_as_name_is_not_written_down(client: Client, db: None) -> None:
    sign_in(client, "Geheim!2024", "x")
    row = AccessLog.objects.latest("id")
    assert (row.user_name, "Geheim" in str(row.detail)) == ("?", False)


@pytest.mark.parametrize("name", ["chifeng", "nobody-here"])
def test_five_failures_lock_for_fifteen_minutes_and_say_so(client: Client, cast: Any, name: str) -> None:
    assert "已锁定" not in fail(client, name, 4).content.decode()
    fifth = fail(client, name, 1).content.decode()
    assert "这个登录名已锁定" in fifth
    assert "15 分钟后" in fifth
    assert acts(name) == ["sign_in_failed"] * 5 + ["locked_out"]
    refused = sign_in(client, name)
    assert (refused.status_code, "已锁定" in refused.content.decode()) == (200, True)
    assert acts(name)[-1] == "locked_out"


def test_the_lock_holds_without_the_cache_and_for_other_addresses(client: Client, chifeng: User) -> None:
    fail(client, "chifeng", 5)
    cache.clear()
    elsewhere = Client()
    assert "这个登录名已锁定" in sign_in(elsewhere, "chifeng", REMOTE_ADDR="10.9.9.9").content.decode()
    assert elsewhere.get("/")["Location"].startswith(LOGIN)


def test_the_lock_ends_by_itself(client: Client, chifeng: User) -> None:
    fail(client, "chifeng", 5)
    age_log(14.9)
    assert lockout.locked_until("chifeng")
    age_log(0.2)
    cache.clear()  # its counters end at the same time
    assert sign_in(client, "chifeng").status_code == 302


def test_failures_far_apart_do_not_lock(client: Client, chifeng: User) -> None:
    fail(client, "chifeng", 4)
    age_log(16)
    cache.clear()
    fail(client, "chifeng", 4)
    assert sign_in(client, "chifeng").status_code == 302


def test_a_one_time_password_lifts_the_lock_and_must_be_changed(client: Client, chifeng: User) -> None:
    fail(client, "chifeng", 5)
    once = passwords.reset_password(chifeng)
    assert sign_in(client, "chifeng", once).status_code == 302
    assert client.get("/")["Location"] == "/accounts/password/change/?next=/"


def test_whom_one_asks_to_lift_the_lock_sees_it_and_how(client: Client, chifeng: User, cast: Any, as_user: Any) -> None:
    page = reverse("organizations:user_detail", args=[chifeng.pk])
    assert "锁定到" not in as_user(cast["region-security"]).get(page).content.decode()
    fail(client, "chifeng", 5)
    assert "锁定到" in as_user(cast["region-security"]).get(page).content.decode()
    assert (
        "锁定到" not in as_user(cast["region-audit"]).get(page).content.decode()
    )  # reads, and can do nothing about it
    passwords.reset_password(chifeng)
    assert "锁定到" not in as_user(cast["region-security"]).get(page).content.decode()


def test_failures_before_a_password_of_ones_own_count_no_more(client: Client, chifeng: User) -> None:
    fail(client, "chifeng", 3)
    passwords.set_password(chifeng, "Caoyuan-2026-xin")
    fail(client, "chifeng", 4)
    assert sign_in(client, "chifeng", "Caoyuan-2026-xin").status_code == 302


def test_too_many_failures_from_one_address_are_refused(client: Client, cast: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/15m/ip,5/15m/key"}
    for number in range(3):
        fail(client, f"guess-{number}", 1)
    assert "次数太多" in sign_in(client, "chifeng").content.decode()


def test_too_many_requests_get_the_429_page(client: Client, cast: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip", "login_failed": None}
    codes = [fail(client, "chifeng", 1).status_code for _i in range(3)]
    assert codes == [200, 200, 429]
    page = fail(client, "chifeng", 1)
    assert "操作太频繁" in page.content.decode()
    assert page["Retry-After"] == "60"


def test_a_forged_forwarded_address_is_not_believed(client: Client, chifeng: User) -> None:
    sign_in(client, "chifeng", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="8.8.8.8")
    assert AccessLog.objects.latest("id").address == "10.1.2.3"
    assert UserSession.objects.get(user=chifeng).ip == "10.1.2.3"


def test_behind_our_proxy_log_and_library_agree_on_the_address(client: Client, chifeng: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    sign_in(client, "chifeng", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="8.8.8.8, 10.7.7.7")
    assert AccessLog.objects.latest("id").address == UserSession.objects.get(user=chifeng).ip == "10.7.7.7"


def close(user: User) -> None:
    user.is_active, user.deactivated_at, user.deactivated_reason = False, timezone.now(), "调离"
    user.save()


def test_a_closed_account_is_told_so_only_with_the_right_password(client: Client, chifeng: User) -> None:
    close(chifeng)
    assert sign_in(client, "chifeng")["Location"] == reverse("account_inactive")
    assert AccessLog.objects.latest("id").detail == {"step": "inactive"}
    assert "_auth_user_id" not in client.session
    wrong = fail(Client(), "chifeng", 1)
    assert "登录名或密码不对" in wrong.content.decode()


def test_a_closed_account_is_out_at_the_next_request(client: Client, chifeng: User) -> None:
    sign_in(client, "chifeng")
    close(chifeng)
    response = client.get(reverse("usersessions_list"))
    assert response["Location"] == "/accounts/login/?next=/accounts/sessions/&ended=ended"
    assert "上一次登录已经失效" in client.get(response["Location"]).content.decode()
    row = AccessLog.objects.latest("id")
    assert (row.kind, row.user, row.detail) == ("signed_out", chifeng, {"reason": "ended"})


def test_signing_out_is_recorded_and_needs_a_post(client: Client, chifeng: User) -> None:
    sign_in(client, "chifeng")
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout"))["Location"] == LOGIN
    assert acts("chifeng")[-1] == "signed_out"


@pytest.mark.parametrize(
    "route",
    ["account_signup", "account_email", "account_reset_password", "account_set_password", "mfa_login_webauthn",
     "account_confirm_login_code", "mfa_trust"],
)  # fmt: skip
def test_unused_routes_are_not_there(route: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(route)


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/"])
def test_unused_addresses_are_not_found(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


# -- the second factor --------------------------------------------------------------------------------


@pytest.fixture
def with_code(chifeng: User) -> User:
    TOTP.activate(chifeng, SECRET)
    return chifeng


def test_a_code_is_asked_for_and_signs_in(client: Client, with_code: User) -> None:
    assert sign_in(client, "chifeng")["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("mfa_authenticate"), {"code": code_now()}).status_code == 302
    assert AccessLog.objects.latest("id").detail == {"methods": ["password", "mfa"]}


def test_a_code_is_taken_in_groups_and_full_width(client: Client, with_code: User) -> None:
    sign_in(client, "chifeng")
    code = code_now().translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert client.post(reverse("mfa_authenticate"), {"code": f" {code[:3]} {code[3:]}"}).status_code == 302


def test_a_key_is_offered_to_those_who_have_one(client: Client, with_code: User) -> None:
    sign_in(client, "chifeng")
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "webauthn" not in page, "neither the button nor the script that looks for it"


def test_a_lost_telephone_is_cleared_with_the_password(
    client: Client, with_code: User, as_user: Any, cast: Any
) -> None:
    RecoveryCodes.activate(with_code)
    security = as_user(User.objects.get(username="region-security"))
    address = reverse("organizations:user_password", args=[with_code.pk])
    security.post(address)
    assert Authenticator.objects.filter(user=with_code).count() == 2
    password = security.post(address, {"without_factors": "on"}).context["password"]
    row = AccessLog.objects.filter(kind="security_changed").latest("id")
    assert (row.user_name, row.subject, row.detail) == ("region-security", with_code.name, {"what": "factors_cleared"})
    assert sign_in(client, "chifeng", password)["Location"] == "/"


def test_the_operator_lets_the_last_administrator_in_again(region_security: User, client: Client) -> None:
    TOTP.activate(region_security, SECRET)
    call_command("reset_sign_in", "region-security", stdout=(said := io.StringIO()))
    password = re.search(r"一次性密码：(\S+)（", said.getvalue())[1]
    assert sign_in(client, "region-security", password)["Location"] == "/"
    row = AccessLog.objects.get(kind="security_changed")
    assert (row.user, row.subject, row.detail) == (None, region_security.name, {"what": "factors_cleared"})
    with pytest.raises(CommandError, match="没有这个登录名"):
        call_command("reset_sign_in", "nobody")


def test_a_code_is_good_once(client: Client, with_code: User) -> None:
    code = code_now()
    for browser in (client, Client()):
        sign_in(browser, "chifeng")
        last = browser.post(reverse("mfa_authenticate"), {"code": code})
    assert (last.status_code, "已经用过" in last.content.decode()) == (200, True)


def test_a_code_typed_slowly_counts_and_is_good_once_all_the_same(
    client: Client, with_code: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TOTP, "_mark_code_used", lambda self, code: True)  # the library has forgotten it meanwhile
    code = code_now()  # of the thirty seconds before these
    for browser in (client, Client()):
        sign_in(browser, "chifeng")
        last = browser.post(reverse("mfa_authenticate"), {"code": code})
    assert client.session["_auth_user_id"] == str(with_code.pk)
    assert (last.status_code, "已经用过" in last.content.decode()) == (200, True)


def test_wrong_codes_lock_the_name(client: Client, with_code: User) -> None:
    sign_in(client, "chifeng")
    for _i in range(5):
        last = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "已锁定" in last.content.decode()
    assert acts("chifeng") == ["sign_in_failed"] * 5 + ["locked_out"]
    cache.clear()
    assert "已锁定" in client.post(reverse("mfa_authenticate"), {"code": code_now()}).content.decode()
    assert "已锁定" in sign_in(Client(), "chifeng").content.decode()


def test_a_recovery_code_signs_in_once(client: Client, with_code: User) -> None:
    code = RecoveryCodes.activate(with_code).get_unused_codes()[0]
    for browser in (client, Client()):
        sign_in(browser, "chifeng")
        last = browser.post(reverse("mfa_authenticate"), {"code": code})
    assert (client.session.get("_auth_user_id"), last.status_code) == (str(with_code.pk), 200)


def test_who_signs_in_with_recovery_codes_hears_how_many_are_left(client: Client, with_code: User) -> None:
    codes = RecoveryCodes.activate(with_code).get_unused_codes()
    for left, code in enumerate(reversed(codes)):
        sign_in(client := Client(), "chifeng")
        if left == 1:
            wrong = client.post(reverse("mfa_authenticate"), {"code": codes[-1]}).content.decode()
            assert "备用码每个只能用一次" in wrong
            assert "联系本单位的安全管理员清除二次验证" in wrong
        client.post(reverse("mfa_authenticate"), {"code": code})
        rest = len(codes) - 1 - left
        assert (f"还剩 {rest} 个" if rest else "最后一个备用码") in client.get("/", follow=True).content.decode()


def test_secrets_are_not_readable_in_the_database(with_code: User) -> None:
    stored = Authenticator.objects.get(user=with_code)
    assert SECRET not in str(stored.data)
    assert TOTP(stored).validate_code(code_now())


def test_setting_up_a_code_asks_for_the_password_again_and_is_recorded(
    client: Client, chifeng: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client, "chifeng")
    page = client.get(reverse("mfa_activate_totp"))
    assert page["Location"].startswith(reverse("account_reauthenticate"))
    client.post(page["Location"], {"password": PASSWORD})
    form = client.get(reverse("mfa_activate_totp")).context["form"]
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(form.secret, counter))
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    rows = AccessLog.objects.filter(kind="security_changed", user=chifeng)
    assert {row.detail["what"] for row in rows} >= {"factor_added"}
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 200


def test_wrong_password_again_is_recorded_and_counts(client: Client, chifeng: User) -> None:
    sign_in(client, "chifeng")
    page = client.post(reverse("account_reauthenticate"), {"password": "wrong-Wrong-1"})
    assert "密码不对" in page.content.decode()
    assert AccessLog.objects.latest("id").detail == {"step": "reauthenticate"}


def test_a_key_is_offered_with_a_challenge(client: Client, chifeng: User) -> None:
    sign_in(client, "chifeng")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_add_webauthn"))
    options = page.context["js_data"]["creation_options"]["publicKey"]
    assert (options["rp"]["name"], options["user"]["name"]) == ("内蒙古红十字应急救援队管理平台", "chifeng")
    assert options["challenge"]


def test_administrators_must_set_one_up_where_it_is_asked(client: Client, region_security: User, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR_ADMINS = True
    sign_in(client, "region-security")
    assert client.get("/")["Location"] == "/accounts/2fa/?next=/"
    page = client.get(reverse("mfa_index"))
    assert "管理员登录要用二次验证" in page.content.decode()
    TOTP.activate(region_security, SECRET)
    assert client.get(reverse("usersessions_list")).status_code == 200
    assert client.get("/").status_code != 302


def test_others_need_none(client: Client, chifeng: User, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR_ADMINS = True
    sign_in(client, "chifeng")
    assert client.get("/").status_code != 302


def test_administrators_keep_their_last_factor(client: Client, region_security: User, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR_ADMINS = True
    client.force_login(region_security)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    TOTP.activate(region_security, SECRET)
    page = client.post(reverse("mfa_deactivate_totp"))
    assert "必须保留一种二次验证" in page.content.decode()
    assert Authenticator.objects.filter(user=region_security, type="totp").exists()
    Authenticator.objects.filter(user=region_security).delete()
    key = Authenticator.objects.create(user=region_security, type="webauthn", data={"name": "密钥", "credential": {}})
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 403
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_an_administrator_moves_to_a_new_telephone_in_one_step(
    client: Client, region_security: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MFA_REQUIRED_FOR_ADMINS = True
    client.force_login(region_security)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    TOTP.activate(region_security, SECRET)
    RecoveryCodes.activate(region_security)
    assert reverse("mfa_activate_totp") in client.get(reverse("mfa_deactivate_totp")).content.decode()
    page = client.get(reverse("mfa_activate_totp"))
    assert "旧手机上的验证器随即停用" in page.content.decode()
    client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert TOTP(Authenticator.objects.get(user=region_security, type="totp")).validate_code(code_now())
    counter = next(iter(yield_hotp_counters_from_time()))
    new = format_hotp_value(hotp_value(page.context["form"].secret, counter))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": new})
    own = TOTP(Authenticator.objects.get(user=region_security, type="totp"))
    assert not own.validate_code(code_now())
    assert own.validate_code(new)
    told = [row.detail["what"] for row in AccessLog.objects.filter(kind="security_changed", user=region_security)]
    assert {"factor_removed", "factor_added"} <= set(told)


def test_a_refused_sign_in_says_so_and_not_that_something_was_not_saved(db: None) -> None:
    page = Client().post("/accounts/login/", {"login": "nobody", "password": "wrong"}).content.decode()
    assert "没有登录成功" in page
    assert "还没有保存" not in page
