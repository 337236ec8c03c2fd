"""What the sign-in library asks of us: nobody signs up, every step is recorded, five failures lock, words are plain."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal.httpkit import clean_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import encryption
from core.audit import record
from core.history.middleware import client_address
from core.models import AccessLog
from organizations.models import User
from organizations.signin import lockout, passwords
from organizations.signin.factors import factor_required

Kind = AccessLog.Kind
# What the library says after an act, by the name of its template. What is not here (a greeting) is not said.
MESSAGES = {
    "account/messages/logged_out.txt": _("您已退出登录。"),
    "account/messages/password_changed.txt": _("密码已修改，其他设备上的登录已退出。"),
    "mfa/messages/totp_activated.txt": _("手机验证器已开启。"),
    "mfa/messages/totp_deactivated.txt": _("手机验证器已关闭。"),
    "mfa/messages/recovery_codes_generated.txt": _("备用码已生成，请打印或抄下。"),
    "mfa/messages/webauthn_added.txt": _("安全密钥已登记。"),
    "mfa/messages/webauthn_removed.txt": _("安全密钥已删除。"),
    "usersessions/messages/sessions_logged_out.txt": _("其他设备上的登录已退出。"),
}
# How one shows again that it is oneself, by the library's name of the way.
WAYS = {
    "reauthenticate": _("输入密码"),
    "mfa_reauthenticate": _("输入验证码或备用码"),
    "mfa_reauthenticate:webauthn": _("使用安全密钥"),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("登录名或密码不对。15 分钟内输错 5 次，这个登录名会锁定 15 分钟。"),
        "incorrect_password": _("密码不对。"),
        "enter_current_password": _("现在的密码不对。"),
        "incorrect_code": _("验证码不对，或者已经用过。"),
        "too_many_login_attempts": _("失败的次数太多，请 15 分钟后再试。"),
        "same_as_current": _("新的要和现在的不一样。"),
        "rate_limited": _("操作太快，请稍等一分钟再试。"),
    }

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if message is None and message_template:
            message = str(MESSAGES.get(message_template, ""))
        if message:
            super().add_message(request, level, extra_tags=extra_tags, message=message)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # The same address as in the history. One that is no address (a socket without peer) is written as unknown.
        return clean_client_ip(client_address(request)) or "0.0.0.0"  # noqa: S104 - "unknown", nothing listens there

    def set_password(self, user: User, password: str) -> None:
        passwords.set_password(user, password)
        record(Kind.SECURITY_CHANGED, request=context.request, user=user, what="password")

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        return [{**way, "description": WAYS[way["id"]]} for way in super().get_reauthentication_methods(user)]

    # -- signing in ----------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # by name alone: the portal may be reached under several addresses, and ``lockout.forgive`` has no request
        return lockout.written(credentials.get("username", ""))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self.refuse_if_locked(credentials.get("username", ""))
        super().pre_authenticate(request, **credentials)

    def refuse_if_locked(self, username: str) -> None:
        """:raises ValidationError: saying until when, while ``username`` is locked."""
        until = lockout.locked_until(username)
        if until:
            raise ValidationError(lockout.message(until), code="locked")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        step = "reauthenticate" if request.user.is_authenticated else "password"
        self.failed(request, credentials.get("username", ""), step=step)

    def failed(self, request: HttpRequest, username: str, *, step: str) -> None:
        """Record a failure; the one that locks the name says so at once."""
        until = lockout.note_failure(request, username, step=step)
        if until:
            raise ValidationError(lockout.message(until), code="locked")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        record(Kind.SIGN_IN_FAILED, request=request, user=user, user_name=user.username, step="inactive")
        return super().respond_user_inactive(request, user)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        methods = [item["method"] for item in request.session.get("account_authentication_methods", [])]
        record(Kind.SIGNED_IN, request=request, user=user, methods=methods)

    def logout(self, request: HttpRequest) -> None:
        record(Kind.SIGNED_OUT, request=request, user=request.user)
        super().logout(request)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对，或者已经用过。请看手机上现在显示的 6 位数字；备用码每个只能用一次。"),
        "cannot_delete_authenticator": _(
            "管理员必须保留一种二次验证，请先添加另一种再删除这一种；换手机的，直接在新手机上开启。"
        ),
        "cannot_generate_recovery_codes": _("请先设置二次验证，再生成备用码。"),
    }

    # A stolen backup must not hold everybody's second factor.
    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def _get_user_identifier(self, user: Any) -> str:
        return user.get_username()  # shown in the person's authenticator app

    def _get_site_name(self) -> str:
        return str(settings.PORTAL_NAME)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("安全密钥 %(number)d") % {"number": count + 1})

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if authenticator.type == Authenticator.Type.RECOVERY_CODES or not factor_required(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
