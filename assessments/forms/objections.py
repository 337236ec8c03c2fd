"""Writing down an objection or appeal, and answering it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import ObjectionOutcome
from assessments.models import Objection
from core.pickers import DAY


class ObjectionForm(forms.ModelForm):
    class Meta:
        model = Objection
        fields = ["raised_by", "phone", "received_on", "what"]
        widgets = {
            "received_on": DAY,
            "what": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, own: str = "", **kwargs: Any) -> None:
        """:param own: name of the team that objects itself; what somebody else said, the team may read, not who."""
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate()
        self.fields["phone"].help_text = _("答复时联系用，页面上遮盖显示。")
        if own:
            self.fields["raised_by"].initial = own
            self.fields["what"].help_text = _("写清对哪一项不服、理由和依据；材料在登记以后上传。")
        else:
            self.fields["raised_by"].help_text = _("单位或者个人，参评队伍看不到。")
            self.fields["what"].help_text = _("写清对哪一项有异议和理由。参评队伍能看到这段文字，不要写提出人的身份。")


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("处理结论"), choices=ObjectionOutcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("处理意见"), max_length=3000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("写明查了什么、依据是什么。结论成立的，要重新评议或者重新审定。"),
    )  # fmt: skip
