"""The details of an act of the access log in words. What is not known here is shown as it was written."""

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS = {
    "step": _("哪一步"),
    "reason": _("原因"),
    "methods": _("登录方式"),
    "failures": _("失败次数"),
    "minutes": _("锁定分钟"),
    "rows": _("行数"),
    "format": _("格式"),
    "full": _("未遮盖"),
    "shown": _("内容"),
    "method": _("请求方式"),
    "what": _("事项"),
    "factor": _("验证方式"),
    "days": _("保存天数"),
    "before": _("早于"),
    "list": _("列表"),
    "sha256": _("校验值"),
    "of": _("属于"),
    "team": _("救援队"),
    "file": _("文件名"),
    "new": _("新增"),
    "changed": _("更新"),
    "taken": _("撤回"),
    "left": _("没有撤回"),
    "watched": _("在页面上播放"),
    "attachment": _("附件编号"),
    "document": _("文书编号"),
    "activity": _("活动编号"),
    "item": _("导入编号"),
    "job": _("任务编号"),
}
VALUES = {
    "password": _("密码"),
    "second_factor": _("二次验证"),
    "reauthenticate": _("再次验证身份"),
    "inactive": _("账号已停用"),
    "idle": _("长时间没有操作"),
    "ended": _("登录已失效"),
    "mfa": _("二次验证"),
    "totp": _("手机验证器"),
    "webauthn": _("安全密钥"),
    "recovery_codes": _("备用码"),
    "factor_added": _("增加二次验证"),
    "factor_removed": _("删除二次验证"),
    "factor_reset": _("重新生成备用码"),
    "factors_cleared": _("清除二次验证"),
    True: _("是"),
    False: _("否"),
}


def details(detail: dict[str, Any]) -> list[dict[str, Any]]:
    """``label`` and ``value`` of each, in the order they were written."""
    return [
        {"label": LABELS.get(key, key), "value": _shown(value)}
        for key, value in detail.items()
        if value not in ("", None)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return _("、").join(_shown(item) for item in value)
    if isinstance(value, dict):
        return _("；").join(_("：").join([str(key), _shown(item)]) for key, item in value.items())
    if isinstance(value, bool | str):
        return str(VALUES.get(value, value))
    return str(value)
