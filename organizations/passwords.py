"""Password rules of 等保 2.0 8.1.4.1 a as domain.md §8.1 reads them: kinds of characters, no reuse, maximum age."""

import re

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organizations.models import PasswordRecord, User


class CharacterKindsValidator:
    """At least ``kinds`` of: small letters, capitals, digits, other characters."""

    def __init__(self, kinds: int = 3) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: User | None = None) -> None:
        found = sum(bool(re.search(pattern, password)) for pattern in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
        if found < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return _("密码要含大写字母、小写字母、数字、符号中的至少 %(kinds)d 种。") % {"kinds": self.kinds}


class NotReusedValidator:
    """Not one of the last ``last`` passwords."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        used = [user.password, *PasswordRecord.objects.filter(user=user).values_list("password", flat=True)[: self.last]]
        if any(check_password(password, old) for old in used if old):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def get_help_text(self) -> str:
        return _("不能与最近 %(last)d 次用过的密码相同。") % {"last": self.last}
