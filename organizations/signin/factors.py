"""The second factor: who must have one, and what the record says when it changes or fails (等保 2.0 8.1.4.1 d)."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa import app_settings, signals
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.models import AccessLog
from core.typed import CodeInput
from organizations.models import User
from organizations.permissions import access
from organizations.roles import ADMINISTRATORS

REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are no second factor


def factor_required(user: User) -> bool:
    """The three administrators need a second factor where the installation asks for it."""
    return settings.MFA_REQUIRED_FOR_ADMINS and any(held.role in ADMINISTRATORS for held in access(user).held)


def factor_missing(user: User) -> bool:
    return factor_required(user) and not has_factor(user)


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=REAL).exists()


def clear_factors(user: User, *, by: User | None) -> None:
    """Take away every second factor with its recovery codes, because the telephone or the key is lost. The caller asks
    whether this may be done, and sets a new password with it.

    :param by: None for the operator at the server.
    """
    removed, _per_model = Authenticator.objects.filter(user=user).delete()
    if removed:
        record(AccessLog.Kind.SECURITY_CHANGED, request=context.request, user=by, subject=user, what="factors_cleared")


def _code() -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
    return CodeInput(label=_("验证码"), widget=forms.TextInput(attrs=attrs))


class ActivateAppForm(ActivateTOTPForm):
    code = _code()


# The library counts wrong codes in the cache. These ask the lock as well, which holds also while the cache is away.


def _once(form: BaseAuthenticateForm, code: str) -> str:
    """Of an app: the library forgets a used code after its thirty seconds, but takes it for three times as long."""
    seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2)
    used = f"second-factor-used:{form.user.pk}:{code}"
    if form.authenticator.type == Authenticator.Type.TOTP and not cache.add(used, "y", timeout=seconds):
        raise get_mfa_adapter().validation_error("incorrect_code")
    return code


class SecondFactorForm(AuthenticateForm):
    code = _code()

    def clean_code(self) -> str:
        get_adapter().refuse_if_locked(self.user.username)
        return _once(self, super().clean_code())

    def save(self) -> None:
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            self.authenticator.refresh_from_db()  # read before the code was used
            _tell_left(len(self.authenticator.wrap().get_unused_codes()))


def _tell_left(left: int) -> None:
    """With the last one gone, nobody but an administrator lets in who has lost the telephone."""
    said = _("这次用的是备用码，还剩 %(left)d 个。") if left else _("这次用的是最后一个备用码。")
    then = _("换了手机或者备用码不多的，请到“我的账号 › 登录验证”重新设置。")
    messages.warning(context.request, f"{said % {'left': left}}{then}")


class SecondFactorAgainForm(ReauthenticateForm):
    code = _code()

    def clean_code(self) -> str:
        get_adapter().refuse_if_locked(self.user.username)
        return _once(self, super().clean_code())


class SecurityKeyForm(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        adapter = get_adapter()
        adapter.refuse_if_locked(self.user.username)
        try:
            return super().clean_credential()
        except ValidationError:
            adapter.failed(context.request, self.user.username, step="second_factor")
            raise


@receiver(signals.authentication_failed, dispatch_uid="organizations.factor_failed")
def _failed(request: Any, user: User, **kwargs: Any) -> None:
    get_adapter().failed(request, user.username, step="second_factor")


def _changed(what: str) -> Any:
    def note(request: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
        record(AccessLog.Kind.SECURITY_CHANGED, request=request, user=user, what=what, factor=str(authenticator.type))

    return note


FACTOR_ADDED, FACTOR_REMOVED, FACTOR_RESET = (
    _changed("factor_added"),
    _changed("factor_removed"),
    _changed("factor_reset"),
)
signals.authenticator_added.connect(FACTOR_ADDED, dispatch_uid="organizations.factor_added")
signals.authenticator_removed.connect(FACTOR_REMOVED, dispatch_uid="organizations.factor_removed")
signals.authenticator_reset.connect(FACTOR_RESET, dispatch_uid="organizations.factor_reset")
