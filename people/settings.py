"""Numbers the region sets about people: what there is, what is shipped, and where it comes from."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.decisions import Decision
from organizations.models import Organization, User
from organizations.permissions import can
from organizations.roles import Level, Right
from people.models import PeopleSetting


@dataclass(frozen=True)
class Setting:
    """:param shipped: the value until the region sets another; :param low, high: what may be set."""

    key: str
    label: StrOrPromise
    unit: StrOrPromise
    shipped: int
    low: int
    high: int
    source: StrOrPromise

    @property
    def is_switch(self) -> bool:
        """是 or 否, kept as 1 or 0."""
        return (self.low, self.high) == (0, 1)


RETENTION = Setting(
    "retention_years", _("离队后保存个人信息"), _("年"), 3, 1, 30,
    _("示例：个人信息保护法第十九条只要求“最短时间”，年数由自治区定"),
)  # fmt: skip
CHECKUP = Setting(
    "checkup_months", _("体检多久以后提醒"), _("个月"), 12, 1, 60, _("示例：未找到统一规定，由自治区定")
)  # fmt: skip
AUTOMATIC = Setting(
    "anonymise_automatic", _("满保存年限的自动匿名化"), "", 0, 0, 1,
    _("不自动的，由核验单位看过名单再办。匿名化以后不能恢复"),
)  # fmt: skip
SETTINGS = (RETENTION, AUTOMATIC, CHECKUP)


def may_manage(user: User) -> Decision:
    """Whether the person may change what the region keeps about people."""
    own = user.organization
    region = own if own.level == Level.REGION else Organization.objects.filter(level=Level.REGION).order_by("path")[0]
    return can(user, Right.MANAGE_RULES, region)


def values_of(*settings: Setting) -> list[int]:
    """Several in one query."""
    rows = dict(PeopleSetting.objects.filter(pk__in=[setting.key for setting in settings]).values_list("pk", "value"))
    return [rows.get(setting.key, setting.shipped) for setting in settings]


def value_of(setting: Setting) -> int:
    return values_of(setting)[0]
