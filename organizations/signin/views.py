"""Signing in and the own password: the sign-in library's views with the reasons of this office."""

from datetime import timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organizations.signin import passwords


def ended_notice(code: str, *, kept: bool) -> str:
    """Why the sign-in page is shown again, and what became of a form that was just sent."""
    minutes = settings.IDLE_SECONDS // 60
    notices = {
        "idle": _("您有 %(minutes)d 分钟没有操作，为安全起见已自动退出。请重新登录，登录后会回到刚才的页面。")
        % {"minutes": minutes},
        "ended": _("上一次登录已经失效：可能在别处退出、改过密码，或者账号已停用。请重新登录。"),
    }
    notice = notices.get(code, "")
    if kept:
        notice += _("刚才填写的内容没有提交，已保存在这个浏览器里，登录后会自动填回，请核对后再提交。")
    return notice


class SignInView(LoginView):
    """Context: ``notice`` (why one is here again, may be empty) and ``kept`` (a form waits in the browser)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = self.request.GET.get("kept") == "1"
        notice = ended_notice(self.request.GET.get("ended", ""), kept=kept)
        return super().get_context_data(**kwargs) | {"notice": notice, "kept": kept}


class OwnPasswordView(PasswordChangeView):
    """Context: ``why`` (the reason when the change is forced, else empty) and ``rules`` (list of sentences)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"why": passwords.due(self.request.user), "rules": password_validators_help_texts()}
        return super().get_context_data(**kwargs) | words

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        reauthenticate_by_password(self.request)  # typed a moment ago: the second factor may be set without it
        return response


class OwnSessionsView(ListUserSessionsView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # a session that nobody used for so long ends with its next request: nobody is signed in there any more
        since = timezone.now() - timedelta(seconds=settings.IDLE_SECONDS)
        alive = [one for one in context["sessions"] if one.is_current() or one.last_seen_at > since]
        return context | {"sessions": alive, "session_count": len(alive)}


@method_decorator([login_required, reauthentication_required(app="allauth.mfa")], name="dispatch")
class OwnAppView(ActivateTOTPView):
    """Also to a new telephone: the new app takes the place of the old one in one step. The library would have the old
    one given up first, which an administrator, who must keep a factor, may not. Context: ``replacing``."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super(ActivateTOTPView, self).dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"replacing": self._apps().exists()}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        for old in self._apps():
            delete_and_cleanup(self.request, old)  # its recovery codes as well, where there is no key: made anew
        return super().form_valid(form)

    def _apps(self) -> QuerySet[Authenticator]:
        return Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP)


class RemoveKeyView(RemoveWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        # the library asks this for codes from an app, not for keys
        adapter = get_mfa_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            raise PermissionDenied(adapter.error_messages["cannot_delete_authenticator"])
        return super().form_valid(form)


@require_POST
@login_required
def keep_alive(request: HttpRequest) -> HttpResponse:
    """The person is still there (typing in a long form); the request itself counts as a sign of life."""
    return HttpResponse(status=204)
