"""The wording of a consent while it is a draft."""

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import ConsentText


class ConsentTextForm(forms.ModelForm):
    class Meta:
        model = ConsentText
        fields = ["title", "body", "is_required"]
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}
        help_texts = {
            "body": _(
                "写明处理者和联系方式、目的、方式、种类、保存期限、本人的权利和撤回的办法（个人信息保护法第十七条）。"
            ),
            "is_required": _("只有没有它就不能管理队籍的才勾选；健康、肖像这类要能单独不同意（第十六、二十九条）。"),
        }
