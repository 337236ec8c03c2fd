"""Numbers the region sets about training: what there is, what is shipped, and where it comes from."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.adjustable import Setting
from core.adjustable import values_of as _values_of
from training.models import TrainingSetting

LESSON = Setting(
    "lesson_minutes", _("一学时"), _("分钟"), 45, 30, 60, _("示例：45 分或 60 分口径都有用的，由自治区定")
)  # fmt: skip
GRACE = Setting(
    "grace_minutes", _("开始后多久以内点到算准时"), _("分钟"), 30, 0, 120,
    _("示例：点名要时间，由自治区定；准时的从开始算时长，晚的从点到时算"),
)  # fmt: skip
SUMMARY = Setting(
    "hand_in_days", _("结束后多少天内报送记录"), _("天"), 15, 1, 90,
    _("示例：未找到统一规定，由自治区定；只提醒，不处理"),
)  # fmt: skip
DUE = Setting("problem_days", _("问题整改的一般期限"), _("天"), 30, 1, 365, _("示例：由自治区定；登记问题时可改"))
SETTINGS = (LESSON, GRACE, SUMMARY, DUE)


def values_of(*settings: Setting) -> list[int]:
    """Several in one query."""
    return _values_of(TrainingSetting, *settings)


def value_of(setting: Setting) -> int:
    return values_of(setting)[0]


def value_rows(setting: Setting) -> QuerySet:
    """What the region set, for who reads it together with more (``core.together``); none: as shipped."""
    return TrainingSetting.objects.filter(pk=setting.key).values_list("value", flat=True)
