"""How often one address may ask. Codes cannot be guessed; numbers with a day could be tried one by one."""

from typing import Any

from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle

from core.history.middleware import client_address


class _ByAddress(SimpleRateThrottle):
    """The API's throttle, counted by the address our own proxy vouches for."""

    def get_cache_key(self, request: HttpRequest, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


class LookThrottle(_ByAddress):
    scope = "verify_look"
    rate = "60/min"


class SearchThrottle(_ByAddress):
    scope = "verify_search"
    rate = "10/min"
