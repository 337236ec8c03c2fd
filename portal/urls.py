"""Every route of the product, from the root. Each subject has its own ``urls.py``."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

urlpatterns = [
    path("accounts/", include("organizations.signin.urls")),
    path("", include("core.urls")),
    path("", include("core.verify.urls")),
    path("", include("organizations.urls")),
    path("", include("teams.urls")),
    path("", include("people.urls")),
    path("", include("training.urls")),
    path("", include("assessments.urls")),
    path("audit/", include("organizations.audit.urls")),
    path("api/", include("portal.api_urls")),
    path("", include("portal.health_urls")),
    path("", include("portal.page_urls")),
    path("language/", require_POST(set_language), name="set_language"),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler429 = "portal.errors.too_many_requests"  # asked for by the sign-in library
handler500 = "portal.errors.server_error"
