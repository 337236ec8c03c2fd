"""Numbers the region sets about people: what there is, what is shipped, and where it comes from."""

from django.utils.translation import gettext_lazy as _

from core.adjustable import Setting
from core.adjustable import values_of as _values_of
from people.models import PeopleSetting

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


def values_of(*settings: Setting) -> list[int]:
    """Several in one query."""
    return _values_of(PeopleSetting, *settings)


def value_of(setting: Setting) -> int:
    return values_of(setting)[0]
