"""Numbers the region sets about people: what there is, what is shipped, and where it comes from."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

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


RETENTION = Setting(
    "retention_years", _("离队后保存个人信息"), _("年"), 3, 1, 30,
    _("示例：个人信息保护法第十九条只要求“最短时间”，年数由自治区定"),
)  # fmt: skip
CHECKUP = Setting(
    "checkup_months", _("体检多久以后提醒"), _("个月"), 12, 1, 60, _("示例：未找到统一规定，由自治区定")
)  # fmt: skip
SETTINGS = (RETENTION, CHECKUP)


def value_of(setting: Setting) -> int:
    found = PeopleSetting.objects.filter(pk=setting.key).first()
    return found.value if found else setting.shipped
