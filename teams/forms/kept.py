"""Forms of what stands beside the rules: kinds of paper, checks, categories, phrases."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import VersionedForm
from core.reference_forms import EndingForm, KeyedForm
from organizations.models import Organization
from organizations.validators import validate_visible
from teams.filings.checks import Check
from teams.models import Category, CheckSetting, PaperKind, Phrase
from teams.rules.limits import Limit

UNITS = {"civil_check": gettext_lazy("年"), "maintained": gettext_lazy("天")}


class PaperKindForm(KeyedForm):
    prefix_of_key = "paper"

    class Meta:
        model = PaperKind
        fields = ["name", "help", "position"]
        help_texts = {
            "help": gettext_lazy("写在上传的地方，例：加盖公章。"),
            "position": gettext_lazy("小的排在前面。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_visible)


class CategoryForm(EndingForm, KeyedForm):
    prefix_of_key = "category"

    class Meta:
        model = Category
        fields = ["name", "is_graded", "note", "position", "ended_on"]
        help_texts = {
            "is_graded": gettext_lazy("有总会测评标准、参加分级测评的类别。"),
            "position": gettext_lazy("小的排在前面。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_visible)


class CheckForm(VersionedForm):
    """What a check does when it finds something. Checks to which there is only one right answer have no form."""

    class Meta:
        model = CheckSetting
        fields = ["severity", "limit", "source"]
        help_texts = {"source": gettext_lazy("提示旁边引用的规定，填报人和审核人都看得到。")}

    def __init__(self, *args: Any, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if check.limit is None:
            del self.fields["limit"]
        else:
            words = {"unit": UNITS.get(check.key, ""), "limit": check.limit}
            self.fields["limit"].help_text = _("单位：%(unit)s。不填就是 %(limit)s。") % words


class LimitForm(VersionedForm):
    """A number of days after which somebody is reminded."""

    class Meta:
        model = CheckSetting
        fields = ["limit", "source"]
        labels = {"limit": gettext_lazy("天数")}

    def __init__(self, *args: Any, limit: Limit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].help_text = _("不填就是 %(days)d 天。") % {"days": limit.days}


class PhraseForm(EndingForm):
    class Meta:
        model = Phrase
        fields = ["text", "position", "ended_on"]
        help_texts = {"position": gettext_lazy("小的排在前面。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].validators.append(validate_visible)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        there = Phrase.objects.filter(office=self.instance.office, text=text).exclude(pk=self.instance.pk)
        if there.exists():
            raise forms.ValidationError(_("这句常用语已经有了。"))
        return text


class NewPhraseForm(PhraseForm):
    """Where the phrase belongs is chosen once, among the offices whose rules the person keeps."""

    office = forms.ChoiceField(label=gettext_lazy("给谁用"))
    field_order = ["office", "text", "position"]

    def __init__(self, *args: Any, places: list[Organization], shared: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {str(place.pk): place for place in places}
        every = [("", _("全区共用"))] if shared else []
        self.fields["office"].choices = every + [(key, str(place)) for key, place in self._places.items()]  # type: ignore[attr-defined]
        self.fields["office"].required = not shared
        self.fields["office"].widget.is_required = not shared

    def clean_office(self) -> Organization | None:
        self.instance.office = self._places.get(self.cleaned_data["office"])
        return self.instance.office
