"""Every route of the product, from the root. Each subject has its own ``urls.py``."""

from importlib.util import find_spec

from django.urls import include, path


def _there(route: str, module: str) -> list:
    # while the parts are being built side by side; goes before landing
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    return [path(route, include(module))] if found else []


urlpatterns = [
    *(_there("accounts/", "organizations.signin_urls") or [path("accounts/", include("allauth.urls"))]),
    *_there("", "core.urls"),
    *_there("", "core.verify.urls"),
    *_there("", "organizations.urls"),
    *_there("audit/", "organizations.audit.urls"),
    *_there("api/", "portal.api_urls"),
    *_there("", "portal.health_urls"),
    *_there("", "portal.page_urls"),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler429 = "portal.errors.too_many_requests"  # asked for by the sign-in library
handler500 = "portal.errors.server_error"
