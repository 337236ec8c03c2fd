"""Which language a page is in: Chinese, unless the person chose otherwise here, whatever the browser asks for.

Office computers with an English system would otherwise get English pages from a portal whose papers are Chinese. Stands
first among the middleware that answers people, so that the pages of an outage follow the choice too.
"""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real

KNOWN = frozenset(code for code, _name in settings.LANGUAGES)


class LanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        for code in KNOWN:
            _remember(code)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = asked if asked in KNOWN else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]  # as Django's own middleware sets it
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


def _remember(code: str) -> None:
    """Keep what messages read in a language. Chinese stands in no catalogue: those of all apps are looked through each
    time, for the message and again for its plural, a thousand times a page."""
    catalogue = trans_real.translation(code)
    if not hasattr(catalogue.gettext, "cache_info"):
        catalogue.gettext = lru_cache(maxsize=20_000)(catalogue.gettext)  # type: ignore[method-assign]
