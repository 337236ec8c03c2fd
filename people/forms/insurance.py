"""Forms of policies and of the people they insure."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import WholeForm
from core.imports.books import read_book
from core.imports.views import SHEETS, UploadForm
from core.pickers import DAY
from organizations.models import Organization
from organizations.validators import validate_visible, validate_year
from people import name_list
from people.models import Policy
from people.papers.insuring import change_dates, check_dates, following


class PolicyForm(WholeForm):
    class Meta:
        model = Policy
        fields = [
            "organization", "kind", "insurer", "number", "holder", "death_amount", "medical_amount", "starts_on",
            "ends_on", "note",
        ]  # fmt: skip
        labels = {"starts_on": _("保障起"), "ends_on": _("保障止")}
        widgets = {"starts_on": DAY, "ends_on": DAY}
        help_texts = {
            "organization": _("哪支队伍或哪个机构的人由它保障；登记后不再改。"),
            "kind": _("算作“在保”的是人身意外伤害保险和雇主责任保险（志愿服务条例第十七条）。"),
            "holder": _("保险单上的投保人，与登记单位不同时填写。"),
            "ends_on": _("保障的最后一天，照保险单填写。"),
        }

    def __init__(self, *args: Any, places: QuerySet[Organization] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("note",):
            self.fields[name].validators.append(validate_visible)
        if self.instance.pk:
            del self.fields["organization"]
        else:
            self.fields["organization"].queryset = places  # type: ignore[attr-defined]
            self.fields["organization"].empty_label = _("请选择")  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Any:
        """:raises ValidationError: covers would lie outside the new dates."""
        with transaction.atomic():
            if self.instance.pk:
                change_dates(self.instance, self.cleaned_data["starts_on"], self.cleaned_data["ends_on"])
            return super().save(commit)


class RenewForm(forms.Form):
    """The policy that follows: what is new about it, and nothing else."""

    number = forms.CharField(label=_("新保单号"), max_length=60, validators=[validate_visible])
    starts_on = forms.DateField(label=_("保障起"), validators=[validate_year], widget=DAY)
    ends_on = forms.DateField(label=_("保障止"), validators=[validate_year], widget=DAY)

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": following(policy), **kwargs})


class EndForm(forms.Form):
    on = forms.DateField(label=_("保障的最后一天"), initial=timezone.localdate, widget=DAY)
    reason = forms.CharField(
        label=_("原因"), max_length=100, validators=[validate_visible], help_text=_("例：退队、退保、登记有误。")
    )


class CoverDatesForm(forms.Form):
    """From when to when people are insured; offered are the policy's own days."""

    starts_on = forms.DateField(label=_("保障起"), widget=DAY)
    ends_on = forms.DateField(label=_("保障止"), widget=DAY)

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        offered = {"starts_on": policy.starts_on, "ends_on": policy.ends_on}
        super().__init__(*args, **{"initial": offered, **kwargs})
        self.policy = policy

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            check_dates(self.policy, cleaned["starts_on"], cleaned["ends_on"])
        return cleaned


class CoverListForm(CoverDatesForm, UploadForm):
    """A list from the insurer's paper: pasted, or a sheet."""

    names = forms.CharField(
        label=_("名单"), required=False, max_length=200_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "data-no-keep": ""}),
        help_text=_("一行一个人：姓名、证件号码，或两样都写。从 Excel 里复制粘贴就行。"),
    )  # fmt: skip
    field_order = ["names", "file", "starts_on", "ends_on"]
    lines: list[name_list.Line]
    unseen: Sequence[str] = ()  # hidden sheets of the file: nobody on them is added

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False
        self.fields["file"].label = _("或者上传表格")
        self.fields["file"].help_text = SHEETS

    def clean_file(self) -> Any:
        return super().clean_file() if self.cleaned_data.get("file") else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.lines = name_list.lines_of(cleaned.get("names", ""))
        if cleaned.get("file"):
            self.lines += self._read(cleaned["file"])
        if not self.lines and not self.errors:
            self.add_error("names", _("请粘贴名单，或者上传表格。"))
        return cleaned

    def _read(self, file: Any) -> list[name_list.Line]:
        try:
            sheets, self.unseen = read_book(file, self.media_type)
        except ValidationError as error:
            self.add_error("file", error)
            return []
        filled = [sheet for sheet in sheets if sheet.rows]
        return [
            line
            for sheet in filled
            for line in name_list.lines_in(
                [[cell.text for cell in row] for row in sheet.rows], sheet.name if len(filled) > 1 else ""
            )
        ]
