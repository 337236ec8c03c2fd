"""Head facts and conclusions of a draft, on one page; publishing, withdrawing."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Grade, Purpose
from assessments.forms.rows import NamedCells, wrong_cells
from assessments.models import Standard
from assessments.scoring import plain
from assessments.standards.drafting import opened, write_bars
from assessments.standards.lines import BARS, bars_of
from core.forms import VersionedForm, WholeForm
from core.numbers import next_number
from core.pickers import DAY, days_first
from organizations.roles import Level
from organizations.validators import validate_visible
from teams.models import Category

SPARE = 2  # empty rows at the end
MOST = 12
_OFFICES = [("", gettext_lazy("不限")), *((one.value, one.label) for one in (Level.REGION, Level.LEAGUE))]
# What the versions of a standard have in common, and is said once.
OF_CODE = ("purpose", "scheme", "category", "specialty")


def _points(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=6, decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )  # fmt: skip


class BarLine(NamedCells):
    """One conclusion; a line without a name is none. ``key``: its grade, or what it was given when first saved."""

    position = forms.IntegerField(label=gettext_lazy("次序"), required=False, min_value=0, max_value=999)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    name = forms.CharField(label=gettext_lazy("档次"), max_length=20, required=False, validators=[validate_visible])
    min_total = _points(gettext_lazy("总分不低于"))
    min_public = _points(gettext_lazy("公共科目不低于"))
    min_professional = _points(gettext_lazy("专业科目不低于"))
    organiser = forms.ChoiceField(label=gettext_lazy("组织测评的机构"), required=False, choices=_OFFICES)
    gone = forms.BooleanField(label=gettext_lazy("删去"), required=False)

    @property
    def counts(self) -> bool:
        return bool(self.cleaned_data.get("name")) and not self.cleaned_data.get("gone")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        points = [cleaned.get(name) for name in ("min_total", "min_public", "min_professional")]
        if cleaned.get("gone"):
            self._errors: Any = {}  # what is thrown away need not be right
        elif any(one is not None for one in points) and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("请填档次名称，或者勾“删去”。"))
        return cleaned


BarLines = forms.formset_factory(BarLine, extra=SPARE, max_num=MOST, validate_max=True, absolute_max=MOST + 10)


class StandardForm(WholeForm):
    """A draft's head facts with its conclusions; a new standard's head facts alone, if its conclusions are left out."""

    class Meta:
        model = Standard
        fields = [
            "name", "purpose", "scheme", "publisher", "category", "specialty", "document_number", "valid_from",
            "valid_until", "validity_months", "civil_only", "is_sample", "note",
        ]  # fmt: skip
        help_texts = {
            "category": gettext_lazy("分级测评标准按专业类别各有一项；年度考核、队员能力测评可以不选。"),
            "specialty": gettext_lazy("应急管理部门的标准才选。"),
            "document_number": gettext_lazy("例：内红赈发〔2024〕19号"),
            "valid_from": gettext_lazy("可以发布时再填。"),
            "validity_months": gettext_lazy("结论从办结起多少个月内有效；长期有效的不填。"),
            "civil_only": gettext_lazy("其他登记方式的队伍显示“不适用”，不算未达标。"),
            "is_sample": gettext_lazy("不是发布主体印发的，请勾选。"),
            "note": gettext_lazy("依据、修订了什么。"),
        }

    SECTIONS = (
        (gettext_lazy("是什么标准"), ("name", "purpose", "scheme", "publisher", "category", "specialty")),
        (gettext_lazy("依据和期限"), ("document_number", "valid_from", "valid_until", "validity_months")),
        (gettext_lazy("其他"), ("civil_only", "is_sample", "note")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)
        category: Any = self.fields["category"]
        category.queryset, category.empty_label = Category.objects.in_use(), _("不限类别")
        if self.instance.number > 1:
            for name in OF_CODE:
                del self.fields[name]
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and field.widget.__class__ is forms.Textarea:
                field.widget.attrs["rows"] = 4

    @cached_property
    def lines(self) -> Any:
        there = [] if self.instance.pk is None else bars_of(self.instance.conclusions.all())
        if not there and self.instance.pk is None:
            there = [{"name": label, "key": key} for key, label in Grade.choices]
        shown = [{name: plain(value) if isinstance(value, Decimal) else value for name, value in bar.items()}
                 for bar in there]  # fmt: skip
        initial = [{"position": number * 10, **bar} for number, bar in enumerate(shown, 1)]
        return BarLines(self.data if self.is_bound else None, initial=initial, prefix="bars")

    @property
    def wrong_cells(self) -> list[forms.BoundField]:
        return wrong_cells(self.lines)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.lines.is_valid():
            said = [str(error) for error in self.lines.non_form_errors()]
            self.add_error(None, said or [_("结论档次里有内容需要改正，请看标红的行。")])
        elif len({bar["name"] for bar in self._typed()}) < len(self._typed()):
            self.add_error(None, _("有两个档次同名。"))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            if self.instance.pk is None:
                self.instance.code = f"standard-{next_number('standard')}"
                standard = super().save(commit)
            else:
                opened(self.instance)
                standard = super().save(commit)
            write_bars(standard, self._keyed(standard))
        return standard

    def _typed(self) -> list[dict[str, Any]]:
        """In the order typed; a new line without a number comes last."""
        lines = [(line.cleaned_data, place) for place, line in enumerate(self.lines) if line.counts]
        ordered = sorted(lines, key=lambda pair: (pair[0].get("position") or 10_000, pair[1]))
        return [{name: line.get(name) for name in BARS} for line, _place in ordered]

    def _keyed(self, standard: Standard) -> list[dict[str, Any]]:
        """With the keys requirements are kept under: those there are, of a grading the grade in the name, else new."""
        bars = self._typed()
        there = set(standard.conclusions.values_list("key", flat=True))
        grades = {_bare(label): key for key, label in Grade.choices}
        for bar in bars:
            if standard.purpose == Purpose.GRADING:
                bar["key"] = grades.get(_bare(bar["name"]), bar["key"])
            elif bar["key"] not in there:
                bar["key"] = ""
        taken = [bar["key"] for bar in bars]
        for place, bar in enumerate(bars):
            if not bar["key"] or bar["key"] in taken[:place]:
                bar["key"] = next(key for n in range(1, 99) if (key := f"r{n}") not in taken and key not in there)
                taken[place] = bar["key"]
        return bars


def _bare(text: Any) -> str:
    return str(text).replace(" ", "")


class PublishForm(forms.Form):
    """From when the version counts, and what becomes of those published before."""

    valid_from = forms.DateField(label=gettext_lazy("生效日期"))
    former = forms.ChoiceField(label=gettext_lazy("以前的版本"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, standard: Standard, earlier: Sequence[Standard], **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": standard.valid_from or timezone.localdate()}
        super().__init__(*args, **kwargs)
        days_first(self)
        field: Any = self.fields["former"]
        if not earlier:
            del self.fields["former"]
            return
        names = _("、").join(_("第 %(number)s 版") % {"number": one.number} for one in earlier)
        field.required = True
        field.choices = [
            ("end", _("%(names)s到新版生效的前一天失效") % {"names": names}),
            ("keep", _("%(names)s不变，和新版同时有效") % {"names": names}),
        ]
        field.help_text = _("系统不会自己改以前版本的失效日期，由您在这里定；已经按以前版本开始的测评和考核不变。")

    @property
    def former_until(self) -> date | None:
        """The last day of the versions before, if they are to end."""
        ends = self.cleaned_data.get("former") == "end"
        return self.cleaned_data["valid_from"] - timedelta(days=1) if ends else None

    def facts(self) -> dict[str, Any]:
        return {"valid_from": self.cleaned_data["valid_from"], "former_until": self.former_until}


class UntilForm(VersionedForm):
    """When a published version ends; everything else of it is frozen."""

    class Meta:
        model = Standard
        fields = ["valid_until"]
        widgets = {"valid_until": DAY}
        help_texts = {"valid_until": gettext_lazy("从这一天的次日起不再供选用；清空就是长期有效。")}

    def clean_valid_until(self) -> date | None:
        day: date | None = self.cleaned_data["valid_until"]
        if day is not None and self.instance.valid_from is not None and day < self.instance.valid_from:
            raise forms.ValidationError(_("失效日期不能早于生效日期。"))
        return day


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("停用原因"), max_length=200, validators=[validate_visible],
        help_text=gettext_lazy("例：印发了新的标准。会写进变更记录。"),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return {"comment": self.cleaned_data["reason"], "reason": self.cleaned_data["reason"]}
