"""Values as a person reads them, in the language of whoever reads: on pages, in histories, in exports."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def yes_no(value: object) -> str:
    return _("是") if value else _("否")


def moment(instant: datetime | None, *, seconds: bool = False) -> str:
    """An instant in the portal's time zone; None is empty."""
    return timezone.localtime(instant).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M") if instant else ""


def in_words(value: Any) -> str:
    """Any value; None is empty, several are joined."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"  # 30, also where the column keeps 30.00
    if isinstance(value, list | tuple | set):
        return _("、").join(force_str(item) for item in value)
    return force_str(value)


def field_in_words(field: Field, value: Any) -> str:
    """A model field's value: the label where it has choices."""
    choices = _choices(field)
    return str(choices.get(value, value)) if choices else in_words(value)


@cache
def _choices(field: Field) -> dict[Any, Any]:
    """Django lays them flat anew each time they are asked for."""
    return dict(field.flatchoices)


def for_json(value: Any) -> Any:
    """The value, or its text where JSON has no such kind: for what is stored beside an act as its details."""
    return value if isinstance(value, str | int | float | bool | list | dict | type(None)) else str(value)


def due_in_words(days: int) -> str:
    """How near a limit is: “剩 2 天”, “今天到期”, “超期 3 天”."""
    if days < 0:
        return late_in_words(-days)
    return ngettext("剩 %(days)d 天", "剩 %(days)d 天", days) % {"days": days} if days else _("今天到期")


def late_in_words(days: int) -> str:
    return ngettext("超期 %(days)d 天", "超期 %(days)d 天", days) % {"days": days}


def waited_in_words(days: int) -> str:
    """How long something has lain with somebody."""
    return ngettext("已等 %(days)d 天", "已等 %(days)d 天", days) % {"days": days} if days else _("今天报来")
