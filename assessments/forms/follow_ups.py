"""后续动作: writing one down, reporting on it, saying that it is done."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import CarriedOutBy, FollowUpKind
from assessments.follow_ups.registering import places_for
from assessments.models import FollowUp
from core.forms import WholeForm
from core.pickers import DAY
from core.workflow import MoveNotAllowed
from organizations.validators import validate_text
from teams.validators import validate_not_future


class _Written(forms.ModelForm):
    """What is to be done, and until when."""

    class Meta:
        model = FollowUp
        fields = ["kind", "what", "due_on"]
        widgets = {"due_on": DAY, "what": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "what": gettext_lazy("写明做什么、做到什么程度。"),
            "due_on": gettext_lazy("限期整改必须填写，其他的可以不填；到期前后会提醒。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == FollowUpKind.RECTIFY and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("限期整改要填写期限。"))
        return cleaned


class FollowUpForm(_Written, WholeForm):
    """``instance.review`` is set."""

    class Meta(_Written.Meta):
        fields = ["kind", "what", "responsible", "due_on"]
        help_texts = {**_Written.Meta.help_texts, "responsible": gettext_lazy("由它报告落实情况。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["responsible"]
        field.queryset = places_for(self.instance.review)
        field.label_from_instance = lambda place: place.name
        if not self.instance.pk:
            self.initial["responsible"] = self.instance.review.organization_id

    def check_locked(self, locked: FollowUp) -> None:
        if not locked.is_open:
            raise MoveNotAllowed("state", _("已经了结，不能再改。"))


class FollowUpsForm(_Written):
    """The same for several teams."""

    who = forms.ChoiceField(
        label=gettext_lazy("落实单位"), choices=CarriedOutBy, help_text=gettext_lazy("由它报告落实情况。")
    )

    field_order = ["kind", "what", "who", "due_on"]


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label=gettext_lazy("落实情况"), max_length=500, validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("做了什么、现在怎样；材料在上一页上传，可以不传。"),
    )  # fmt: skip


class DoneForm(forms.Form):
    """The day; what was done in own words, where nobody reported."""

    done_on = forms.DateField(label=gettext_lazy("完成日期"), widget=DAY, validators=[validate_not_future])

    def __init__(self, *args: Any, one: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("done_on", timezone.localdate())
        if not one.outcome:
            self.fields["outcome"] = forms.CharField(
                label=_("落实情况"), max_length=500, validators=[validate_text],
                widget=forms.Textarea(attrs={"rows": 4}), help_text=_("还没有人报告，请写明落实情况。"),
            )  # fmt: skip


class WordsForm(forms.Form):
    """A reason, or what is still wanted."""

    words = forms.CharField(max_length=200, validators=[validate_text], widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
