"""The public side of joining: the form behind a link or QR code, and the page to follow an application. No sign-in."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.documents.qr import qr_svg
from core.verify.limits import ByAddress, limited
from core.workflow import MoveNotAllowed
from people.forms.joining import JoinForm
from people.joining.accepting import APPLICATION
from people.joining.applying import Closed, apply, followed, is_repeat, require_open, withdraw_repeat
from people.models import Application, ConsentText, Invitation

SECTIONS = (
    (gettext_lazy("本人"), ("name", "id_type", "id_number", "gender", "birth", "ethnicity", "political")),
    (gettext_lazy("联系方式"), ("mobile", "division", "address", "employer", "occupation")),
    (gettext_lazy("紧急联系人"), ("emergency_name", "emergency_relation", "emergency_phone")),
    (gettext_lazy("特长和尺码"), ("skills", "clothes_size", "shoe_size")),
    (gettext_lazy("健康"), ("health_declared_on",)),
)

STALE = gettext_lazy(
    "这个页面打开得太久了，还没有提交；填的内容都在，请再按一次“提交报名”。"
    "还是这样的，请在手机浏览器里打开链接，并允许使用 Cookie。"
)


class ReadThrottle(ByAddress):
    """Many read and apply through one network at a recruiting table."""

    scope = "join_read"
    rate = "240/min"


class SendThrottle(ByAddress):
    """As many as a recruiting table sees in a minute; who tries numbers one by one learns nothing anyway."""

    scope = "join_send"
    rate = "20/min"


def _page(request: HttpRequest, key: str) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.select_related("organization"), key=key)
    try:
        if request.method == "POST":
            return _sent(request, invitation)
        require_open(invitation)
        return _form(request, invitation, _bound(None))
    except Closed as closed:
        context = {"title": _("报名已经结束"), "invitation": invitation, "reason": closed.reason}
        return render(request, "people/join_closed.html", context, status=410)


def _bound(data: Any) -> JoinForm:
    return JoinForm(data, texts=list(ConsentText.objects.published().order_by("-is_required", "kind")))


def _received(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = _bound(request.POST)
    is_old = bool(_Believed(_nothing).process_view(request, _nothing, (), {}))
    if is_old:
        form.add_error(None, STALE)
    if not form.is_valid():
        require_open(invitation)
        return _form(request, invitation, form, status=403 if is_old else 400)
    application = apply(invitation, form.facts(), form.agreed(), sheet=form.sheet_key)
    return redirect(f"{reverse('people:join_follow', args=[application.follow_key])}?sent=1")


_sent = limited(SendThrottle, _received)


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class _Believed(CsrfViewMiddleware):
    """Says whether the page was opened in this browser, instead of refusing: what somebody typed on a telephone is
    nowhere else."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _form(request: HttpRequest, invitation: Invitation, form: JoinForm, status: int = 200) -> HttpResponse:
    context = {
        "title": _("%(team)s报名") % {"team": invitation.organization.short_name},
        "invitation": invitation,
        "form": form,
        "sections": [{"title": title, "fields": [form[name] for name in names]} for title, names in SECTIONS],
        "consents": [{"text": text, "field": form[f"consent_{text.kind}"]} for text in form.texts],
    }
    return render(request, "people/join.html", context, status=status)


join = csrf_exempt(  # asked in _received
    never_cache(
        sensitive_post_parameters()(require_http_methods(["GET", "HEAD", "POST"])(limited(ReadThrottle, _page)))
    )
)
join.__doc__ = "The form of one invitation; a kind page when it takes nobody any more."


def _follow(request: HttpRequest, follow_key: str) -> HttpResponse:
    """How the application stands; the applicant may withdraw it."""
    rows = Application.objects.select_related("organization")
    application = get_object_or_404(rows, follow_key=follow_key)
    address = reverse("people:join_follow", args=[follow_key])
    if request.method == "POST":
        return _withdrawn(request, application, address)
    link = settings.PORTAL_ORIGIN + address
    standing = followed(application)
    fresh = "sent" in request.GET and standing.waits  # the address with it is what people keep
    context = {
        "title": _("报名已收到") if fresh else _("报名进度"),
        "application": application,
        "standing": standing,
        "fresh": fresh,
        "link": link,
        "qr": qr_svg(link) if fresh else "",
    }
    return render(request, "people/join_follow.html", context)


def _withdrawn(request: HttpRequest, application: Application, address: str) -> HttpResponse:
    if request.POST.get("action") != "withdraw":
        raise Http404
    if is_repeat(application):
        if followed(application).waits:
            withdraw_repeat(application)
        return redirect(address)
    with suppress(MoveNotAllowed):  # decided meanwhile, or pressed twice: the page says how it stands
        APPLICATION.perform(application, "withdraw", by=None)
    return redirect(address)


join_follow = never_cache(require_http_methods(["GET", "HEAD", "POST"])(limited(ReadThrottle, _follow)))
