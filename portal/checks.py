"""What a deployment gets wrong is refused at start: by ``manage.py check --deploy --database default``, which
``bin/run`` runs first, and again by the web process itself, which may have been started without it."""

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.db import DatabaseError, connections

from core.audit.retention import LEAST_DAYS

TAG = "portal"
LEAST_KEY = 32


@register(TAG, Tags.security)
def production_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if settings.SECRET_KEY_IS_DEFAULT or len(settings.SECRET_KEY) < LEAST_KEY:
        found.append(
            Error("正式运行要有自己的密钥。", hint="设置 DJANGO_SECRET_KEY，至少 32 位随机字符。", id="portal.E001")
        )
    found += _data_keys()
    if not settings.PORTAL_ORIGIN.startswith("https://"):
        found.append(
            Error("正式运行必须用 HTTPS。", hint="把 PORTAL_ORIGIN 设成公开地址，以 https:// 开头。", id="portal.E002")
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(Error("没有写明本系统的域名。", hint="在 ALLOWED_HOSTS 里写域名，不能用 *。", id="portal.E003"))
    if settings.SECURE_PROXY_SSL_HEADER is None:
        hint = "前面有负责 HTTPS 的代理（nginx）时设 TRUST_PROXY_TLS=1，否则会一直重定向。"
        found.append(Warning("没有说明 HTTPS 由谁负责。", hint=hint, id="portal.W001"))
    if not settings.OWN_SERVICES:
        hint = "设置 DATABASE_URL 和 REDIS_URL，用单独维护和备份的数据库。"
        found.append(Warning("正在使用内嵌的数据库或消息队列。", hint=hint, id="portal.W002"))
    return found


def _data_keys() -> list[CheckMessage]:
    """ID numbers and health data need a key that is not the one for signing: the two are changed on other occasions,
    and one that leaks must not open the other."""
    keys = [str(key) for key in settings.DATA_KEYS]
    hint = "设置 DATA_KEYS，每个至少 32 位随机字符，不同于 DJANGO_SECRET_KEY，另行妥善保管。"
    if not keys or min(map(len, keys)) < LEAST_KEY:
        return [Error("正式运行要有单独的数据密钥。", hint=hint, id="portal.E006")]
    if settings.SECRET_KEY in keys or len(set(keys)) < len(keys):
        return [Error("数据密钥与别的密钥相同。", hint=hint, id="portal.E007")]
    return []


@register(TAG, Tags.security)
def retention(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.AUDIT_RETENTION_DAYS >= LEAST_DAYS:
        return []
    hint = f"网络安全法第二十一条要求日志至少留存六个月：AUDIT_RETENTION_DAYS 不小于 {LEAST_DAYS}。"
    return [Error("操作记录保存的天数太短。", hint=hint, id="portal.E004")]


@register(TAG, Tags.database)
def demo_accounts(app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION or "default" not in (databases or []):
        return []
    from organizations.models import User  # checks are registered before the models are there

    try:
        present = User.objects.filter(is_demo=True).exists()
    except DatabaseError:
        connections["default"].close()
        return [Warning("数据库连不上或还没有建表，没能检查演示账号。", id="portal.W003")]
    if not present:
        return []
    hint = "演示账号的密码是公开的。正式运行请用新的空数据库。"
    return [Error("数据库里有演示账号。", hint=hint, id="portal.E005")]


def refuse_unsafe_start() -> None:
    """:raises SystemExit: with the reasons in plain words, when a check of this module finds an error."""
    errors = [message for message in run_checks(tags=[TAG], databases=["default"]) if message.is_serious()]
    if errors:
        lines = [f"  {message.id} {message.msg} {message.hint}" for message in errors]
        sys.stderr.write("\n".join(["系统没有启动：", *lines, ""]))
        raise SystemExit(3)
