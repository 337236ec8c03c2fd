"""``/health/``: what works and what does not, for people and machines, also when half of it is gone.

Answered before sessions, sign-in and database are touched. Results are kept for a few seconds, so that nobody can load
the worker or the storage by asking often.
"""

import hmac
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_prometheus.exports import ExportToDjangoView
from health_check.checks import Database, Storage

from portal.celery import app as celery_app

logger = logging.getLogger(__name__)


def _broker() -> None:
    """It has to take something: one whose disk or memory is full still answers a ping."""
    with redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1, retry=None
    ) as client:
        client.set("health", "1", ex=60)


def _worker() -> None:
    _broker()  # without it the ping would only wait
    if not celery_app.control.ping(timeout=1.5, limit=1):
        raise TimeoutError("no worker answered")


@dataclass
class Part:
    """One thing the portal needs. ``wrong`` is what people read when it does not work; details go to the log only."""

    name: str
    label: Any
    wrong: Any
    check: Callable[[], None]
    keep: float  # seconds a result is good for

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._works = False

    def works(self) -> bool:
        with self._lock:  # several asking at once share one check
            if time.monotonic() >= self._until:
                self._works = self._look()
                self._until = time.monotonic() + self.keep
            return self._works

    def _look(self) -> bool:
        try:
            self.check()
        except Exception as error:
            logger.warning("health_failed", extra={"part": self.name, "reason": repr(error)})
            return False
        return True


PARTS = (
    Part("database", gettext_lazy("数据库"), gettext_lazy("连不上数据库"), lambda: Database().run(), keep=1),
    Part("broker", gettext_lazy("消息队列"), gettext_lazy("消息队列连不上，或者它的磁盘、内存满了"), _broker, keep=1),
    Part("worker", gettext_lazy("后台任务"), gettext_lazy("没有后台进程应答，导出和提醒会推迟"), _worker, keep=5),
    Part("storage", gettext_lazy("文件存储"), gettext_lazy("文件不能写入或读出"), lambda: Storage().run(), keep=5),
)


def states() -> list[tuple[Part, bool]]:
    with ThreadPoolExecutor(len(PARTS)) as pool:
        return list(zip(PARTS, pool.map(Part.works, PARTS), strict=True))


def health(request: HttpRequest) -> HttpResponse:
    """200 when all parts work, else 503. HTML when a browser asks, JSON for machines."""
    found = states()
    status = 200 if all(works for _part, works in found) else 503
    if "text/html" in request.headers.get("Accept", ""):
        return _no_store(HttpResponse(_render(found, status), status=status))
    checks = {part.name: {"ok": works} | ({} if works else {"error": str(part.wrong)}) for part, works in found}
    answer = {"status": "ok" if status == 200 else "fail", "version": settings.PORTAL_VERSION, "checks": checks}
    return _no_store(JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False}))


def _render(found: list[tuple[Part, bool]], status: int) -> str:
    rows = [
        {"label": part.label, "tone": "ok" if works else "bad", "state": _("正常") if works else part.wrong}
        for part, works in found
    ]
    title = _("系统运行正常") if status == 200 else _("系统有部分不能用")
    context = {
        "rows": rows,
        "title": title,
        "version": settings.PORTAL_VERSION,
        "portal_name": settings.PORTAL_SHORT_NAME,
    }
    return render_to_string("portal/health.html", context)


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics of this process, for this machine itself or with ``Authorization: Bearer $METRICS_TOKEN``."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    # a proxy on this machine also comes from loopback, but says for whom
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    allowed = hmac.compare_digest(given.encode(), token.encode()) if token else local
    return ExportToDjangoView(request) if allowed else HttpResponseNotFound()


class HealthMiddleware:
    """Answers these pages before anything that needs the database or knows host names gets to see the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.views = {"/health/": health, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = self.views.get(request.path) if request.method in ("GET", "HEAD") else None
        return view(request) if view else self.get_response(request)
