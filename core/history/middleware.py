"""Sets who, from where and in which request for every change that the request makes."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware as BaseHistoryMiddleware
from structlog.contextvars import get_contextvars


def client_address(request: HttpRequest) -> str:
    """The caller's address: the connection's, or what the last trusted proxy says it was.

    ``TRUSTED_PROXIES`` counts the proxies we run ourselves; headers a client adds before them are not believed.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return request.META.get("REMOTE_ADDR", "") or ""


class HistoryMiddleware(BaseHistoryMiddleware):
    """Adds name, office, address and request id to what the library records."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        user = request.user if getattr(request, "user", None) and request.user.is_authenticated else None
        return {
            "user": user.pk if user else None,
            "user_name": str(user) if user else "",
            "office": user.office_path if user else "",
            "url": request.path,
            "address": client_address(request),
            "request": get_contextvars().get("request_id") or str(uuid4()),
        }
