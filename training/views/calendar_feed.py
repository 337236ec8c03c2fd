"""日历订阅: the page on which a feed is begun and ended, and the feed itself, which asks nobody to sign in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.documents.qr import qr_svg
from core.methods import form_page
from core.verify.limits import ByAddress, limited
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from training.calendar import feed as feeds


@form_page
@login_required
def subscribe(request: SignedIn) -> HttpResponse:
    """The address is shown in the answer to the act that makes it, and never again; that page read again shows it."""
    link = ""
    if request.method == "POST":
        if request.POST.get("action") == "end":
            if feeds.end(request.user):
                messages.success(request, _("订阅已停用，原来的地址不能再读取。"))
            return redirect("training:calendar_subscribe")
        key = feeds.begin(request.user, request.POST.get("ask", ""))
        if not key:
            messages.error(request, _("这是以前的页面，那个地址已经停用。要新的地址，请再按一次。"))
            return redirect("training:calendar_subscribe")
        link = settings.PORTAL_ORIGIN + reverse("training:calendar_feed", args=[key])
    context = {
        "title": _("日历订阅"),
        "feed": feeds.of_user(request.user),
        "link": link,
        "qr": qr_svg(link) if link else "",
        "ask": get_random_string(32),
        "sees_calendar": Right.VIEW_TRAINING in access(request.user),
        "coming": feeds.COMING,
    }
    answer = render(request, "training/calendar_subscribe.html", context)
    if link:
        answer["Cache-Control"] = "no-store"
    return answer


class FeedThrottle(ByAddress):
    """Calendar programs ask every few minutes at the most; an office has one address for all of them."""

    scope = "calendar_feed"
    rate = "60/min"


@require_safe
def _feed(request: HttpRequest, key: str) -> HttpResponse:
    found = feeds.find(key)
    if found is None:
        raise Http404
    feeds.note_reading(found)
    slots = feeds.slots_of(found.user)
    tag = feeds.etag(slots)
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = HttpResponse(feeds.written(slots), content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="training.ics"'
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


feed = limited(FeedThrottle, _feed)
