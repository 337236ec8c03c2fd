"""How often one address may ask. Codes cannot be guessed; numbers with a day could be tried one by one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.throttling import SimpleRateThrottle

from core.history.middleware import client_address


class ByAddress(SimpleRateThrottle):
    """The API's throttle, counted by the address our own proxy vouches for."""

    def get_cache_key(self, request: HttpRequest, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


class LookThrottle(ByAddress):
    scope = "verify_look"
    rate = "60/min"


class SearchThrottle(ByAddress):
    scope = "verify_search"
    rate = "10/min"


def limited(throttle: type[ByAddress], view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A public page that one address may ask for only so often (429), and that search engines leave alone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = throttle()
        if asked.allow_request(request, None):  # type: ignore[arg-type]
            response = view(request, *args, **kwargs)
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(int(asked.wait() or 60) + 1)
        return response

    return guarded
