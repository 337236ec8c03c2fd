"""Five failed sign-ins lock a name for fifteen minutes (等保 2.0 8.1.4.1 b).

The count is read from the access log, not from a counter, so that it survives a restart of the cache, holds for names
that no account has (a stranger must not learn which do), and the record of who was locked out when is the lock itself.
The sign-in library's limit in the cache stands beside it: it stops guesses that arrive all at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account import app_settings
from allauth.core.internal.ratelimit import get_cache_key, parse_rates
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.audit import record
from core.models import AccessLog
from organizations.models import User

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
UNWRITTEN = "?"  # stands for what cannot be a login name
Kind = AccessLog.Kind


def locked_until(username: str) -> datetime | None:
    """When the lock on ``username`` ends, or None. A password set since then lifts it."""
    name = written(username)
    return None if name == UNWRITTEN else _lock_since(name, _since(name))


def lock_of(user: User) -> datetime | None:
    """The same of an account that was read: one query."""
    return _lock_since(written(user.username), _window(user.password_changed_at))


def _lock_since(name: str, since: datetime) -> datetime | None:
    rows = AccessLog.objects.filter(kind=Kind.LOCKED_OUT, user_name=name, at__gt=since)
    at: datetime | None = rows.order_by("-at").values_list("at", flat=True).first()
    return at + LOCKED_FOR if at else None


def note_failure(request: HttpRequest | None, username: str, *, step: str) -> datetime | None:
    """Record a failed sign-in; the fifth within fifteen minutes locks the name. Returns when the lock ends, if so."""
    name = written(username)
    user = User.objects.select_related("organization").filter(username=name).first()
    who: dict[str, Any] = {"request": request, "user": user, "user_name": name}
    record(Kind.SIGN_IN_FAILED, step=step, **who)
    if name == UNWRITTEN:
        return None  # no account has such a name, and strangers' typing errors must not lock one another out
    since = max(_since(name), _last_lock(name))
    failed = AccessLog.objects.filter(kind=Kind.SIGN_IN_FAILED, user_name=name, at__gt=since).count()
    if failed < FAILURES:
        return None
    record(Kind.LOCKED_OUT, failures=failed, minutes=LOCKED_FOR.seconds // 60, **who)
    return timezone.now() + LOCKED_FOR


def forgive(user: User) -> None:
    """Forget what the cache counted against ``user``; the log keeps it. A new password lifts the lock itself."""
    for rate in parse_rates(app_settings.RATE_LIMITS["login_failed"]):
        if rate.per == "key":  # this kind of limit needs no request to find its counter
            for key in (user.username, f"mfa-auth-user-{user.pk}"):
                cache.delete(get_cache_key(None, app="allauth.account", action="login_failed", rate=rate, key=key))


def message(until: datetime) -> str:
    minutes = max(1, -(-int((until - timezone.now()).total_seconds()) // 60))
    return _(
        "15 分钟内有 %(times)d 次没有登录成功，这个登录名已锁定。"
        "请 %(minutes)d 分钟后（%(at)s）再试；急用请找本单位安全管理员。"
    ) % {
        "times": FAILURES,
        "minutes": minutes,
        "at": f"{localtime(until + timedelta(seconds=59)):%H:%M}",
    }


def written(username: str) -> str:
    """The name as it is written down. What cannot be a login name is often a password in the wrong field: it is not."""
    name = username.strip().lower()
    pattern = User._meta.get_field("username").validators[0].regex  # type: ignore[attr-defined]
    return name if pattern.match(name) else UNWRITTEN


def _since(name: str) -> datetime:
    """From when failures count: fifteen minutes back, or since the password was last set."""
    return _window(User.objects.filter(username=name).values_list("password_changed_at", flat=True).first())


def _window(changed: datetime | None) -> datetime:
    window = timezone.now() - LOCKED_FOR
    return max(window, changed) if changed else window


def _last_lock(name: str) -> datetime:
    rows = AccessLog.objects.filter(kind=Kind.LOCKED_OUT, user_name=name).order_by("-at").values_list("at", flat=True)
    return rows.first() or datetime.min.replace(tzinfo=UTC)
