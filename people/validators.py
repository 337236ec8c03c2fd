"""Rules for single values of a person, shared by forms, imports and API."""

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organizations.validators import validate_visible, validate_year

CHILD = 14  # the law speaks of children below it (个人信息保护法 第28、31条); among rescuers most likely a slip
ADULT = 18  # 突发事件应对法(2024) 第39条: members of rescue teams are adults
validate_mobile = RegexValidator(r"^1[3-9]\d{9}$", _("手机号应为 11 位数字，以 1 开头"))
_SYMBOLS = {"So", "Sk", "Sc", "Sm", "Co", "Cn"}  # emoji and the like
_NAME = re.compile(r"[^\d<>/\\|{}\[\]@#$%^&*=+~`\":：]+")


def validate_person_name(value: str) -> None:
    """Any script, long names, ``·`` between their parts; digits and signs are slips."""
    validate_visible(value)
    if not _NAME.fullmatch(value) or any(unicodedata.category(character) in _SYMBOLS for character in value):
        raise ValidationError(_("姓名里有不该有的数字或符号。"))


def validate_not_future(value: date) -> None:
    validate_year(value)
    if value > timezone.localdate():
        raise ValidationError(_("日期不能晚于今天。"))


def months_after(day: date, months: int) -> date:
    """The same day of a later (or, with a negative number, earlier) month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def term_end(begins: date, months: int) -> date:
    """The last day of a term of so many months: the day before the same day, or, where that month has no such day,
    its last."""
    same = months_after(begins, months)
    return same if same.day < begins.day else same - timedelta(days=1)


def years_before(day: date, years: int) -> date:
    """The same day, ``years`` earlier; 29 February becomes 28. No calendar begins before the year 1."""
    return months_after(day, -12 * years) if day.year > years else date.min


def is_adult(birth: date, on: date) -> bool:
    return birth <= years_before(on, ADULT)


def young(birth: date, on: date) -> str:
    """What is told of a member who is no adult, empty of others. It keeps nobody out."""
    if is_adult(birth, on):
        return ""
    if birth <= years_before(on, CHILD):
        return gettext("未满 18 周岁，不能参加出动。")
    return gettext("不满 14 周岁，不能参加出动；请核对证件号码和出生日期是不是抄错了。")
