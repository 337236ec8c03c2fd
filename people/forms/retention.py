from django import forms
from django.utils.translation import gettext_lazy as _


class ConfirmForm(forms.Form):
    """The second time of asking."""

    sure = forms.BooleanField(
        label=_("名单我已逐个看过，确认删除这些人的个人信息，知道不能恢复"),
        error_messages={"required": _("请先看过名单，勾选这一项再办。")},
    )
