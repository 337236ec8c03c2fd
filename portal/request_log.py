"""One line per request; its id is also in the history of every row the request changes, and on error pages."""

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from core.history.middleware import client_address


class RequestLogMiddleware(RequestMiddleware):
    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request))
