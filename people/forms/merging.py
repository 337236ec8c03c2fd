"""The form beside the two records: which value wins, and how one knows that they are one person."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.merging.twins import Line
from people.models import Person

_SIDES = (("kept", _("保留的")), ("ceased", _("并入的")))


class MergeForm(forms.Form):
    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    ceased_version = forms.IntegerField(widget=forms.HiddenInput)
    document_reason = forms.CharField(
        label=_("为什么一个人有两份证件"), max_length=100, required=False,
        help_text=_("例：换过护照；其中一份抄错。没有选用的号码作为原证件保留，以后用它也能查到这个人。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("怎么知道是同一个人"), max_length=200, help_text=_("例：已与本人核对；两支队伍都确认。")
    )

    def __init__(self, *args: Any, lines: Sequence[Line], kept: Person, ceased: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["kept_version"].initial = kept.version
        self.fields["ceased_version"].initial = ceased.version
        if not any(line.name == "document" and line.open for line in lines):
            del self.fields["document_reason"]
        else:
            self.fields["document_reason"].required = True
        for line in lines:
            if line.open:
                self.fields[f"take_{line.name}"] = forms.ChoiceField(
                    label=line.label, choices=_SIDES, initial="kept", widget=forms.RadioSelect
                )

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its two inputs, where there is something to choose."""
        return [{"line": line, "sides": list(self[f"take_{line.name}"]) if line.open else None} for line in self.lines]

    @property
    def taken(self) -> list[str]:
        """Parts that come from the record that ceases."""
        return [line.name for line in self.lines if not line.open or self.cleaned_data[f"take_{line.name}"] == "ceased"]

    @property
    def versions(self) -> tuple[int, int]:
        return self.cleaned_data["kept_version"], self.cleaned_data["ceased_version"]
