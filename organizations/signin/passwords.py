"""Password rules of 等保 2.0 8.1.4.1 a: kinds of characters, no reuse, maximum age.

There is no reset by mail: many accounts have no address, and a mailbox is a weaker lock than the office. Who forgot a
password gets a one-time one from the office's security administrator and must change it at the first sign-in.
"""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import PasswordRecord, User
from organizations.signin import lockout

_KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
# without characters that are read wrongly from paper or over the telephone: 0 O o, 1 l I
_CAPITALS, _SMALL, _DIGITS = "ABCDEFGHJKMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789"


# Django's own Chinese is partly missing and says 你; these say it in the portal's words.


class LengthValidator(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return self.get_help_text()

    def get_help_text(self) -> str:
        return _("密码至少 %(length)d 个字符。") % {"length": self.min_length}


class NotLikeNameValidator(UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return self.get_help_text()

    def get_help_text(self) -> str:
        return _("密码不能与登录名、姓名等相似。")


class NotCommonValidator(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return self.get_help_text()

    def get_help_text(self) -> str:
        return _("不能用常见的密码。")


class CharacterKindsValidator:
    """At least ``kinds`` of: small letters, capitals, digits, other characters."""

    def __init__(self, kinds: int = 3) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: User | None = None) -> None:
        if sum(bool(re.search(pattern, password)) for pattern in _KINDS) < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return _("密码要含大写字母、小写字母、数字、符号中的至少 %(kinds)d 种。") % {"kinds": self.kinds}


class NotReusedValidator:
    """Not one of the last ``last`` passwords, the present one among them."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        recorded = PasswordRecord.objects.filter(user=user).values_list("password", flat=True)[: self.last]
        used = dict.fromkeys([user.password, *recorded])  # each hash is slow to check, so check it once
        if any(check_password(password, old) for old in list(used)[: self.last] if old):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def get_help_text(self) -> str:
        return _("不能与最近 %(last)d 次用过的密码相同。") % {"last": self.last}


@transaction.atomic
def set_password(user: User, password: str, *, must_change: bool = False) -> None:
    """Set a password that has been validated, and remember its hash against reuse. Ends the person's other sessions and
    any lock from failures before.

    :param must_change: the person has to choose another one at the next sign-in.
    """
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    PasswordRecord.objects.create(user=user, password=user.password)
    lockout.forgive(user)


def one_time_password() -> str:
    """Four groups such as ``Kmta-7743-pwqr-Hu9x``: meets the rules, easy to read out, 80 bits."""
    groups = ["".join(secrets.choice(_SMALL + _DIGITS + _CAPITALS) for _i in range(4)) for _g in range(3)]
    groups.append("".join(secrets.choice(alphabet) for alphabet in (_CAPITALS, _SMALL, _DIGITS, _DIGITS)))
    return "-".join(groups)


def reset_password(user: User) -> str:
    """Give ``user`` a one-time password and return it, to be shown once.

    The caller asks ``permissions.can`` first; the change itself is in the account's history.
    """
    password = one_time_password()
    set_password(user, password, must_change=True)
    return password


def due(user: User) -> str:
    """Why ``user`` has to change the password now, in plain words; empty when there is no need."""
    if user.must_change_password:
        return _("这是安全管理员设的一次性密码，请先改成自己的密码。")
    limit = timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
    if timezone.now() - user.password_changed_at > limit:
        return _("密码已用满 %(days)d 天，请先改密码。") % {"days": limit.days}
    return ""
