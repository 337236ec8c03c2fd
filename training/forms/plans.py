"""Forms of the plans of the year and their items."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import VersionedForm, WholeForm
from core.pickers import days_first
from organizations.models import Organization
from organizations.validators import validate_text, validate_visible, validate_year
from teams.validators import validate_document_number
from training.choices import ActivityKind
from training.models import Course, Plan, PlanItem

MONTHS = [(number, gettext_lazy("%(n)d 月") % {"n": number}) for number in range(1, 13)]
OF_KIND = {ActivityKind.DRILL: ("form", "scope"), ActivityKind.TRAINING: ("training_kind", "course")}


class PlanBeginForm(forms.Form):
    """Whose plan, of which year, from nothing or from the last one."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("单位"), empty_label=gettext_lazy("请选择")
    )
    year = forms.IntegerField(label=gettext_lazy("年度"), validators=[MinValueValidator(2020), MaxValueValidator(2100)])
    copy = forms.BooleanField(
        label=gettext_lazy("照搬上一份计划的项目"), required=False,
        help_text=gettext_lazy("名称、次数、月份都带过来，取消了的不带；带过来以后照样可以改。"),
    )  # fmt: skip

    def __init__(self, *args: Any, places: QuerySet[Organization], initial: dict[str, Any], **kwargs: Any) -> None:
        today = timezone.localdate()
        # at the end of a year people write the next one's plan
        kwargs["initial"] = {"year": today.year + (today.month >= 11), **initial}
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = places  # type: ignore[attr-defined]


class PlanForm(VersionedForm):
    """印发: document, day, requirements."""

    class Meta:
        model = Plan
        fields = ["document_no", "issued_on", "note"]
        help_texts = {
            "document_no": gettext_lazy("例：赤红发〔2026〕3号。没有发文的不填。"),
            "note": gettext_lazy("全年的总体安排和要求。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)
        self.fields["document_no"].validators.append(validate_document_number)
        self.fields["issued_on"].validators.append(validate_year)
        self.fields["note"].validators.append(validate_text)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("document_no") and not cleaned.get("issued_on") and "issued_on" not in self.errors:
            self.add_error("issued_on", _("填了文号，还要填印发日期。"))
        return cleaned


class PlanItemForm(WholeForm):
    """One line of a plan. The kind is chosen before and stays; only what belongs to it is asked."""

    first_month = forms.TypedChoiceField(label=gettext_lazy("从几月"), choices=MONTHS, coerce=int, initial=1)
    last_month = forms.TypedChoiceField(label=gettext_lazy("到几月"), choices=MONTHS, coerce=int, initial=12)

    class Meta:
        model = PlanItem
        fields = [
            "name", "form", "scope", "training_kind", "course", "times", "first_month", "last_month", "people",
            "note", "position",
        ]  # fmt: skip
        help_texts = {
            "times": gettext_lazy("全年一共几次。"),
            "people": gettext_lazy("各次加起来的人次；没有定的不填。"),
            "position": gettext_lazy("小的排在前面。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, names in OF_KIND.items():
            if kind != self.instance.kind:
                for name in names:
                    del self.fields[name]
        if "course" in self.fields:
            field: Any = self.fields["course"]
            field.queryset = Course.objects.filter(Q(ended_on=None) | Q(pk=self.instance.course_id))
            field.empty_label = _("不定")
        self.fields["note"].validators.append(validate_visible)
        self.fields["people"].validators.append(MaxValueValidator(1_000_000))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first_month"), cleaned.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", _("到几月不能早于从几月。"))
        if not self.instance.pk and not self.errors:
            names = ("name", "times", "first_month", "last_month")
            same = self.instance.plan.items.filter(kind=self.instance.kind, ended_at=None)
            if same.filter(**{name: cleaned[name] for name in names}).exists():
                self.add_error("name", _("计划里已经有这个项目，次数和月份也一样。要多办几次的，改它的次数。"))
        return cleaned
