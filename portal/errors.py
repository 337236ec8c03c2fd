"""Error pages in plain Chinese: what happened, what was kept, what to do. None of them needs the database.

Strangers get 404 (which records nothing), insiders without the right 403 with the reason of ``core.decisions`` (which
is recorded), a move somebody else was quicker with 409.
"""

import sys
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from psycopg.errors import (
    DeadlockDetected,
    ExclusionViolation,
    LockNotAvailable,
    UniqueViolation,
    UntranslatableCharacter,
)

from core.audit import record
from core.integrity import FIRST
from core.models import AccessLog
from core.workflow import MoveNotAllowed
from organizations.signin.sessions import SAFE_METHODS, page_of, sign_in_first, wants_json
from portal import outage

logger = structlog.get_logger(__name__)
_NO_REASON = ("", "PermissionDenied")


def page(request: HttpRequest, status: int, *, code: str, detail: Any = "", **context: Any) -> HttpResponse:
    """The page of ``status``, or the same as JSON for a script. Rendered without request: no menu, no queries.

    The header ``X-Portal-Code`` tells ``code`` to htmx, which gets the page.
    """
    told = {"X-Portal-Code": code}
    if wants_json(request):
        return JsonResponse({"code": code, "detail": str(detail)}, status=status, headers=told)
    shown = {
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
        "sent_from": _sent_from(request),
    }
    return HttpResponse(render_to_string(f"{status}.html", shown | context), status=status, headers=told)


def _sent_from(request: HttpRequest) -> str:
    """The page whose form was sent, or nothing."""
    if request.method in SAFE_METHODS:
        return ""
    try:
        came_from = page_of(request)
    except DisallowedHost:  # what this very page tells of
        return ""
    return "" if came_from == "/" else "/" + came_from.lstrip("/\\")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return page(request, 413, code="too_large", detail=_("提交的内容太大，没有接收。"))
    return page(request, 400, code="bad_request", detail=_("提交的内容不完整或被改动过，没有办理。"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.user.is_authenticated:
        return sign_in_first(request, ended="")
    given: Any = "" if str(exception) in _NO_REASON else exception.args[0]
    record(AccessLog.Kind.REFUSED, request=request, subject=request.path, reason=given, method=request.method)
    reason = str(given)
    detail = reason or _("您没有做这件事的权限。")
    return page(request, 403, code="permission", detail=detail, exception=reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404, code="not_found", detail=_("没有这个页面，或者您不能查看。"))


def conflict(request: HttpRequest, message: Any) -> HttpResponse:
    return page(request, 409, code="state", detail=message, message=message)


def busy(request: HttpRequest) -> HttpResponse:
    """Somebody has been at the same record for longer than a page waits: an import of thousands, or a process that
    hangs. As 503, so that what saves itself tries again."""
    answer = page(request, 503, code="busy", detail=_("这条记录正由别人办理，请过一会儿再试。"), busy=True)
    answer["Retry-After"] = "10"
    return answer


def too_many_requests(request: HttpRequest) -> HttpResponse:
    answer = page(request, 429, code="rate", detail=_("操作太频繁，请过一会儿再试。"))
    answer["Retry-After"] = "60"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Also reached by errors in the middleware; an outage of the database there is told as one."""
    error = sys.exc_info()[1]
    if error is not None and outage.is_outage(error):
        return outage.note(request, error)
    return page(request, 500, code="error", detail=_("系统出错，这次没有办理。"))


# Forms of those who are not signed in, and need not be.
WITHOUT_SIGN_IN = ("/accounts/login", "/join/", "/verify/")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent after signing out leads to sign-in; one from before signing in again says what to do. Both are kept
    in the browser."""
    if not request.user.is_authenticated and not request.path.startswith(WITHOUT_SIGN_IN):
        return sign_in_first(request, ended="ended")
    detail = _("页面已过期，没有提交。填写的内容还在，请刷新页面后再提交一次。")
    return page(request, 403, code="csrf", detail=detail, csrf=True)


def answer_for(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The page for an error that a view let through, or None for Django's own way."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected):
        # the database let the other one through, and undid all of this one's
        return conflict(request, FIRST)
    if isinstance(error, IntegrityError) and isinstance(error.__cause__, UniqueViolation | ExclusionViolation):
        # of what two sent at once, or one twice, where no form says it; the values stay out of the log
        logger.warning("twice_at_once", path=request.path, constraint=error.__cause__.diag.constraint_name)
        return conflict(request, FIRST)
    if isinstance(error, OperationalError) and isinstance(error.__cause__, LockNotAvailable):
        return busy(request)
    if outage.is_outage(error):
        return outage.note(request, error)
    if isinstance(error, DataError) and _holds_zero(error):
        return bad_request(request, error)
    if isinstance(error, MoveNotAllowed):
        if error.code == "permission":
            return permission_denied(request, PermissionDenied(error.message))
        return conflict(request, error.message)
    return None


def _holds_zero(error: DataError) -> bool:
    """What was sent has a zero byte in it, which no text of the database can hold. No browser sends one, and forms
    refuse it by themselves; this is for what is read beside a form."""
    return isinstance(error.__cause__, UntranslatableCharacter) or "NUL (0x00)" in str(error)


class WrongMethodMiddleware:
    """An address that only takes forms, opened by itself (after an error, from the address bar), is no blank page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        answer = page(request, 405, code="method", detail=_("这个地址只用来提交，不能直接打开。"))
        answer["Allow"] = response["Allow"]
        return answer
