"""The words and facts that go with a move of a grading."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Grade
from assessments.gradings.conditions import best_result
from assessments.models import Grading, TeamGrade
from assessments.panel.sheet import sheet_of
from assessments.publicity.days import least_said
from core.pickers import DAY
from organizations.validators import validate_visible, validate_year

_USUAL = 7  # days of publicity that are proposed


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class MoveForm(forms.Form):
    """A comment. Subclasses ask for the facts of their move; ``facts`` is what goes into ``perform`` beside it."""

    comment = forms.CharField(label=gettext_lazy("意见"), max_length=1000, required=False, widget=_text(4))
    asks: tuple[str, ...] = ()

    def __init__(self, *args: Any, grading: Grading, needs_comment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grading = grading
        self.fields["comment"].required = needs_comment
        self.fields["comment"].error_messages["required"] = _("请写明理由或者意见。")

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.asks}


class ReturnForm(MoveForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = _("总的意见。哪一项要改，在“填报”页对应的指标下面写。")
        if self.grading.claims.exclude(comment="").exists():
            self.fields["comment"].initial = _("请按各项意见修改后重新报送。")


class OnSiteForm(MoveForm):
    site_on = forms.DateField(label=gettext_lazy("现场测评日期"), validators=[validate_year], widget=DAY)
    site_place = forms.CharField(
        label=gettext_lazy("现场测评地点"), max_length=200, validators=[validate_visible],
        help_text=gettext_lazy("写到能找到，例如“红山水库训练基地”。"),
    )  # fmt: skip
    field_order = ("site_on", "site_place", "comment")
    asks = ("site_on", "site_place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site_on"].initial = self.grading.site_on
        self.fields["site_place"].initial = self.grading.site_place


class PubliciseForm(MoveForm):
    """The result and the opinion of the deliberation, and how long it is public."""

    result = forms.ChoiceField(label=gettext_lazy("评议结果"), choices=Grade.choices, widget=forms.RadioSelect)
    deliberation = forms.CharField(label=gettext_lazy("评议意见"), max_length=3000, widget=_text(6))
    public_from = forms.DateField(label=gettext_lazy("公示起"), widget=DAY)
    public_until = forms.DateField(label=gettext_lazy("公示止"), widget=DAY)
    field_order = ("result", "deliberation", "public_from", "public_until")
    asks = ("result", "deliberation", "public_from", "public_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["comment"]
        best, today = best_result(self.grading, sheet_of(self.grading)), timezone.localdate()
        there = self.grading.standard.conclusions.values_list("key", "name")
        field: Any = self.fields["result"]
        field.choices = [(key, name) for key, name in there if key in Grade.values and best and key >= best]
        field.initial = best
        field.help_text = _("不能高于申请的等级，也不能高于评分达到的档次。")
        self.fields["deliberation"].initial = self.grading.deliberation
        self.fields["public_from"].initial = today
        self.fields["public_until"].initial = today + timedelta(days=_USUAL - 1)
        self.fields["public_from"].help_text = _("已经在别处公示过的，填当时的日期。")
        self.fields["public_until"].help_text = least_said()


class GrantForm(MoveForm):
    document_number = forms.CharField(
        label=gettext_lazy("定级文件文号"), max_length=60, required=False, validators=[validate_visible],
        help_text=gettext_lazy("例：内红赈发〔2026〕8号。没有单独发文的不填。"),
    )  # fmt: skip
    asks = ("document_number",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["comment"]
        former = TeamGrade.objects.filter(grading=self.grading).first()
        if former is not None and former.document_number:  # granted before, then deliberated again
            field = self.fields["document_number"]
            field.initial = former.document_number
            field.help_text = _("上次定级时填的。另外发了文的，改成新的文号。")


FORMS: dict[str, type[MoveForm]] = {
    "return_for_changes": ReturnForm,
    "begin_on_site": OnSiteForm,
    "publicise": PubliciseForm,
    "grant": GrantForm,
}


def asks_first(action: str, *, needs_comment: bool) -> bool:
    """Whether a page comes before the move."""
    return needs_comment or action in FORMS


def form_of(action: str) -> type[MoveForm]:
    return FORMS.get(action, MoveForm)
