"""Rules for single values of a person, shared by forms, imports and API."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.validators import validate_visible, validate_year

ADULT = 18  # 突发事件应对法(2024) 第39条: members of rescue teams are adults (domain.md §1.3)
validate_mobile = RegexValidator(r"^1[3-9]\d{9}$", _("手机号应为 11 位数字，以 1 开头"))
_NAME = re.compile(r"[^\d<>/\\|{}\[\]@#$%^&*=+~`\"]+")


def validate_person_name(value: str) -> None:
    """Any script, long names, ``·`` between their parts; digits and signs are slips."""
    validate_visible(value)
    if not _NAME.fullmatch(value):
        raise ValidationError(_("姓名里有不该有的数字或符号。"))


def validate_not_future(value: date) -> None:
    validate_year(value)
    if value > timezone.localdate():
        raise ValidationError(_("日期不能晚于今天。"))


def years_before(day: date, years: int) -> date:
    """The same day, ``years`` earlier; 29 February becomes 28."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def is_adult(birth: date, on: date) -> bool:
    return birth <= years_before(on, ADULT)
