"""One line per request; its id is also in the history of every row the request changes, and on error pages."""

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from core.history.middleware import client_address


class RequestLogMiddleware(RequestMiddleware):
    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request))

    @classmethod
    def bind_user_id(cls, request: HttpRequest) -> None:
        """Who it is needs the database. When that is away it is asked once, not again for the line about the error."""
        if getattr(request, "user_unknown", False):
            return
        try:
            RequestMiddleware.bind_user_id(request)
        except (OperationalError, InterfaceError):
            request.user_unknown = True  # type: ignore[attr-defined]
            raise
