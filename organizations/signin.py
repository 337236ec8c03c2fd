"""Signing in and the own password: allauth's views and forms with the words and reasons of this office."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from organizations import passwords


def _relabel(form: Any, labels: dict[str, Any]) -> None:
    """Labels above the fields, none inside them: a placeholder vanishes when one needs it."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"login": gettext_lazy("登录名"), "password": gettext_lazy("密码")})
        self.fields["password"].help_text = ""
        # names are lower case; a telephone keyboard starts with a capital
        self.fields["login"].widget.attrs.update(autocapitalize="none", spellcheck="false", autofocus=True)


class OwnPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": gettext_lazy("现在的密码"), "password1": gettext_lazy("新密码")}
        _relabel(self, {**labels, "password2": gettext_lazy("再输一次新密码")})
        self.fields["password1"].help_text = ""

    def clean_password2(self) -> str:
        again: str = self.cleaned_data.get("password2", "")
        if "password1" in self.cleaned_data and again != self.cleaned_data["password1"]:
            raise ValidationError(_("两次输入的新密码不一样。"), code="password_mismatch")
        return again


class PasswordAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, {"password": gettext_lazy("密码")})


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
