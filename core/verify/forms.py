"""What a person holding a paper can type: its code, or its number with its day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.documents.codes import CODE, typed_code
from core.pickers import DAY


class LookupForm(forms.Form):
    hide_optional = True  # either way will do, so no field is marked
    code = forms.CharField(
        label=_("核验码"),
        required=False,
        max_length=200,
        help_text=_("印在文件二维码旁，16 位，例：K7MQ-4CDF-GHJK-MNPQ。大小写和横线不限。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    number = forms.CharField(
        label=_("编号"), required=False, max_length=60, help_text=_("没有核验码时填写，和出具日期一起核对。")
    )
    issued_on = forms.DateField(label=_("出具日期"), required=False, widget=DAY)

    def clean_code(self) -> str:
        code = typed_code(self.cleaned_data["code"])
        if code and not CODE.fullmatch(code):
            raise forms.ValidationError(_("核验码应为 16 位，请对照文件重新输入。"))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("code") and not (data.get("number") and data.get("issued_on")):
            raise forms.ValidationError(_("请输入核验码；没有核验码的，请同时输入编号和出具日期。"))
        return data
