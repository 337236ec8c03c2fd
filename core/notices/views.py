"""The person's own notices. Looking at the list changes nothing; opening one, or saying so, marks it read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.keys import key
from core.lists.paging import CappedPaginator
from core.models import Notice

PER_PAGE = 30


@require_safe
@login_required
def notice_list(request: HttpRequest) -> HttpResponse:
    unread_only = request.GET.get("show") != "all"
    rows = Notice.objects.visible_to(request.user)
    paginator = CappedPaginator(rows.unread() if unread_only else rows, PER_PAGE)
    number = request.GET.get("page", "1")
    page = paginator.page(paginator.nearest(int(number) if number.isdecimal() and len(number) < 9 else 1))
    tabs = [
        {"label": _("未读"), "url": request.path, "active": unread_only},
        {"label": _("全部"), "url": f"{request.path}?show=all", "active": not unread_only},
    ]
    context = {
        "title": _("通知"),
        "notices": page.object_list,
        "page_obj": page,
        "tabs": tabs,
        "unread_only": unread_only,
    }
    return render(request, "core/notice_list.html", context)


@require_POST
@login_required
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark read and go to where the matter is dealt with. Safe to press twice."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("core:notice_list")


@require_POST
@login_required
def notice_read_all(request: HttpRequest) -> HttpResponse:
    """Mark read what was on the page: a notice that came in meanwhile stays unread."""
    newest = key(request.POST.get("newest", ""))
    rows = Notice.objects.visible_to(request.user).unread()
    count = 0 if newest is None else rows.filter(pk__lte=newest).update(read_at=timezone.now())
    messages.success(request, _("%(count)d 条通知已标为已读。") % {"count": count})
    return redirect("core:notice_list")
