"""The sign-in library's forms with the words of this office."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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
