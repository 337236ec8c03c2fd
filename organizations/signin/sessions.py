"""Ends idle sessions, and sends people to what they must do first (change a password, set up a second factor).

A page that a person reads or types in tells the portal so (``account_keepalive``); what a page asks for by itself
(progress of a job, new notices) carries ``X-Portal-Background: 1`` and does not count as a sign of life.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.models import AccessLog
from organizations.models import User
from organizations.signin import passwords
from organizations.signin.factors import factor_missing

View = Callable[[HttpRequest], HttpResponse]
SEEN = "seen"  # seconds since 1970 of the last sign of life, in the session
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_background(request: HttpRequest) -> bool:
    """Whether the page asked by itself, without the person."""
    return request.headers.get("X-Portal-Background") == "1"


def wants_part(request: HttpRequest) -> bool:
    """Whether a script asked for a part of a page or for data, which a redirect to a whole page would spoil."""
    headers = request.headers
    if headers.get("HX-Request") == "true":
        return headers.get("HX-Boosted") != "true"
    return wants_json(request) or headers.get("Sec-Fetch-Dest") == "empty"


def wants_json(request: HttpRequest) -> bool:
    headers = request.headers
    accepts = headers.get("Accept", "").startswith("application/json")
    return accepts or "X-Requested-With" in headers or request.path.startswith("/api/")


def page_of(request: HttpRequest) -> str:
    """Local address of the page a request belongs to: for a form the page it stands on, not where it is sent."""
    if request.method in SAFE_METHODS and not wants_part(request):
        return request.get_full_path()
    try:
        came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return "/"
    if came_from.netloc != request.get_host() or came_from.path == resolve_url(settings.LOGIN_URL):
        return "/"
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def sign_in_address(request: HttpRequest, *, ended: str, kept: bool) -> str:
    """The sign-in page, with where to go on and why one is there (``views.ended_notice``)."""
    query = (
        {REDIRECT_FIELD_NAME: page_of(request)} | ({"ended": ended} if ended else {}) | ({"kept": "1"} if kept else {})
    )
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query, safe='/')}"


def sign_in_first(request: HttpRequest, *, ended: str) -> HttpResponse:
    """Sends a page to the sign-in page and answers a script with 401, so that the form in hand stays on the screen."""
    sent = request.method not in SAFE_METHODS
    address = sign_in_address(request, ended=ended, kept=sent)
    if not wants_part(request):
        return HttpResponseRedirect(address)
    detail = (
        _("登录已结束，这次没有提交。填写的内容还在页面上，重新登录后可以继续。")
        if sent
        else _("登录已结束，请重新登录。")
    )
    if wants_json(request):
        return JsonResponse({"code": "signed_out", "detail": detail, "sign_in": address}, status=401)
    part = render_to_string("organizations/_signed_out.html", {"detail": detail, "address": address})
    return HttpResponse(part, status=401)


class IdleMiddleware:
    """Ends a session after ``IDLE_SECONDS`` without a sign of life, never earlier and at most a sixtieth later."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self.step = max(1, settings.IDLE_SECONDS // 60)  # signs of life closer together are not written down

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ended = self._look(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else ""
        response = self.get_response(request)
        asked = _asked_to_sign_in(request, response)
        return response if asked is None else sign_in_first(request, ended=ended or asked)

    def _look(self, request: HttpRequest) -> str:
        """Note the sign of life, or end the session; returns why it has ended, if it has."""
        signed_in_as = request.session.get(SESSION_KEY)
        if signed_in_as is None:
            return "ended" if request.session.is_empty() else ""
        if not request.user.is_authenticated:  # deactivated, or the password was changed elsewhere
            person = User.objects.filter(pk=signed_in_as).select_related("organization").first()
            record(AccessLog.Kind.SIGNED_OUT, request=request, user=person, reason="ended")
            logout(request)
            return "ended"
        now = int(time.time())
        seen = request.session.get(SEEN, now)
        if now - seen > settings.IDLE_SECONDS + self.step:
            record(AccessLog.Kind.SIGNED_OUT, request=request, user=request.user, reason="idle")
            logout(request)
            return "idle"
        if SEEN not in request.session or (now - seen >= self.step and not is_background(request)):
            request.session[SEEN] = now
            _show_in_list(request)
        return ""


def _show_in_list(request: HttpRequest) -> None:
    """Where and when this session was last seen, for the person's list of sessions. The library would write it with
    every request; with every noted sign of life is enough."""
    where = {"ip": get_adapter().get_client_ip(request), "user_agent": request.META.get("HTTP_USER_AGENT", "")[:200]}
    mine = UserSession.objects.filter(session_key=request.session.session_key, user=request.user)
    if not mine.update(last_seen_at=timezone.now(), **where):
        UserSession.objects.create_from_request(request)


def remove_ended() -> int:
    """Remove sessions past their time and their lines in the people's lists; returns how many sessions. A browser that
    is just closed ends none."""
    now = timezone.now()
    removed, _of_each = Session.objects.filter(expire_date__lt=now).delete()
    old = UserSession.objects.filter(last_seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    old.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return removed


def _asked_to_sign_in(request: HttpRequest, response: HttpResponse) -> str | None:
    """None unless the response sends a signed-out person to sign in; then the reason it gives, which may be empty."""
    if response.status_code != 302 or request.user.is_authenticated:
        return None
    target = urlsplit(response["Location"])
    query = parse_qs(target.query)
    if target.path != resolve_url(settings.LOGIN_URL) or REDIRECT_FIELD_NAME not in query:
        return None
    return query.get("ended", [""])[0]


class AccountDutiesMiddleware:
    """Nobody gets past a password that must be changed, or past a second factor that must be set up."""

    ALWAYS = frozenset(
        {
            "account_logout",
            "account_login",
            "account_keepalive",
            "account_reauthenticate",
            "set_language",
            "verify",
            "health",
        }
    )
    PASSWORD = ALWAYS | {"account_change_password"}
    FACTOR = PASSWORD | {"usersessions_list"}

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not user.is_authenticated or name in self.ALWAYS:
            return None
        if why := passwords.due(user):
            return None if name in self.PASSWORD else self._first(request, "account_change_password", why)
        if name in self.FACTOR or name.startswith("mfa_") or not factor_missing(user):
            return None
        return self._first(
            request, "mfa_index", _("管理员登录要用二次验证。请先用手机验证器或安全密钥设置一种，再继续使用。")
        )

    def _first(self, request: HttpRequest, route: str, why: str) -> HttpResponse:
        address = f"{resolve_url(route)}?{urlencode({REDIRECT_FIELD_NAME: page_of(request)}, safe='/')}"
        if wants_part(request):
            return JsonResponse({"code": route, "detail": why, "address": address}, status=403)
        if route == "mfa_index":  # the password page says why by itself
            messages.warning(request, why)
        return HttpResponseRedirect(address)
