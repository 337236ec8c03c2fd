"""Numbers of days the region keeps beside the checks: after how long somebody is reminded."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from teams.models import CheckSetting


@dataclass(frozen=True)
class Limit:
    """:param days: as shipped; ``CheckSetting`` decides."""

    key: str
    label: StrOrPromise
    days: int


LIMITS = (
    Limit("drift", _("队长、副队长等变化后，多少天内报备案"), 30),
    Limit("escalate", _("超过办理时限多少天后，告诉上级"), 5),
)


def days_of(key: str) -> int:
    """The limit in force."""
    shipped = next(limit.days for limit in LIMITS if limit.key == key)
    kept = CheckSetting.objects.filter(pk=key).values_list("limit", flat=True).first()
    return shipped if kept is None else kept
