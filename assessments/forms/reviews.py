"""The team's words, the words of a move, adjustments, reading the records anew."""

from copy import deepcopy
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.answers import TEAM, Basis
from assessments.annual.remarks import FILES, commentable
from assessments.annual.section_writing import mark_of
from assessments.annual.sections import LONGEST, Section, section_named, text_of
from assessments.annual.side_by_side import in_words
from assessments.choices import AdjustmentKind
from assessments.models import Adjustment, Review
from core.forms import VersionedForm
from core.move_forms import REMINDER, WordsForm
from core.pickers import DAY
from core.workflow import Move
from organizations.validators import validate_visible

REASONED = {
    "exempt": (gettext_lazy("不参加的原因"), True),
    "reconsider": (gettext_lazy("重新审定的理由"), False),
}


class SectionForm(forms.Form):
    """One section's words; ``seen`` is the sign of what the page was opened with."""

    hide_optional = True
    text = forms.CharField(required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 14}))
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, review: Review, section: Section, words: str = "", **kwargs: Any) -> None:
        text = text_of(review, section.key)
        kwargs["initial"] = {"text": text or words, "seen": mark_of(text)}
        super().__init__(*args, **kwargs)
        self.fields["text"].label = section.title
        self.fields["text"].help_text = section.hint


class ReporterForm(VersionedForm):
    """述职人 and day."""

    hide_optional = True

    class Meta:
        model = Review
        fields = ["reporter", "reported_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reported_on"].widget = deepcopy(DAY)
        self.fields["reported_on"].help_text = _("不填的，报送那一天就是述职日期。")

    def clean_reported_on(self) -> date | None:
        day: date | None = self.cleaned_data["reported_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("日期不能晚于今天。"))
        return day


class MoveForm(WordsForm):
    """A comment; for a return also a remark at each section and line; where a reason is wanted, that."""

    comment_hint = gettext_lazy("总的意见。哪一处要改，写在下面对应的项目里。")
    remarks_title = gettext_lazy("哪几处要改")

    def __init__(self, *args: Any, review: Review, move: Move, basis: Basis, **kwargs: Any) -> None:
        super().__init__(*args, needs_comment=move.needs_comment, **kwargs)
        if move.action in REASONED:
            label, required = REASONED[move.action]
            hint = "" if required else _("有成立的异议或申诉的，可以不写。")
            self.ask_reason(label, required=required, help_text=hint)
        elif move.action == "return_for_changes":
            for name, place in commentable(basis):
                self.ask_remark(name, place, _filled_in(review, name, basis))


def _filled_in(review: Review, name: str, basis: Basis) -> str | None:
    if name == FILES:
        return None
    if section_named(name):
        return text_of(review, name)[:REMINDER]
    indicator = next(one for one in basis.scored if f"i{one.pk}" == name)
    return in_words(indicator, basis.answer(TEAM, indicator))[:REMINDER]


class AdjustmentForm(forms.ModelForm):
    class Meta:
        model = Adjustment
        fields = ["kind", "points", "what", "grounds"]
        help_texts = {
            "points": gettext_lazy("一票否决的不填。"),
            "what": gettext_lazy("因为什么事。"),
            "grounds": gettext_lazy("按哪一条规定、哪一份文件。材料保存后再传。"),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, points = cleaned.get("kind"), cleaned.get("points")
        if kind == AdjustmentKind.VETO:
            cleaned["points"] = None
        elif kind and not points and "points" not in self.errors:
            self.add_error("points", _("加分、扣分要填写分数。"))
        return cleaned


class ReasonForm(forms.Form):
    """A reason, for an act that is not done without one."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200, validators=[validate_visible])
