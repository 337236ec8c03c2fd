"""A page that writes a row and queues a task in one transaction, and one that reads, beside sign-in and health."""

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from core.models import SavedView
from core.queue import send_after_commit


@csrf_exempt
@login_required
@transaction.atomic
def write(request: HttpRequest) -> HttpResponse:
    SavedView.objects.create(user=request.user, list_name="outage", name=request.POST["name"])
    send_after_commit("core.send_reminders")
    return HttpResponse(status=201)


@login_required
def read(request: HttpRequest) -> HttpResponse:
    cache.set("seen", 1)
    return HttpResponse(SavedView.objects.filter(user=request.user).count())


urlpatterns = [
    path("accounts/", include("organizations.signin.urls")),
    path("", include("portal.health_urls")),
    path("language/", set_language, name="set_language"),  # the sign-in page offers it
    path("write/", write),
    path("read/", read),
]
handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler429 = "portal.errors.too_many_requests"
handler500 = "portal.errors.server_error"
