"""Beginning an application, and its first section."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Grade
from assessments.gradings.starting import Offer, last_of
from assessments.models import Grading, Standard
from core.forms import VersionedForm
from core.workflow import MoveNotAllowed
from teams.models import Team


class BeginForm(forms.Form):
    """Which standard and which grade; only standards the team may apply under are offered."""

    standard = forms.ModelChoiceField(
        label=gettext_lazy("测评标准"), queryset=Standard.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    applied_grade = forms.ChoiceField(
        label=gettext_lazy("申请等级"), choices=Grade.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("1 级最高。结果可能低于申请的等级，不会高于它。"),
    )  # fmt: skip
    reuse = forms.BooleanField(
        label=gettext_lazy("带出上次申请填的内容（证明材料要重新上传）"), required=False, initial=True
    )

    def __init__(self, *args: Any, team: Team, offers: list[Offer], again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.offers = {offer.standard.pk: offer for offer in offers if offer.decision}
        field: Any = self.fields["standard"]
        field.queryset = Standard.objects.filter(pk__in=self.offers)
        field.choices = [(pk, str(offer.standard)) for pk, offer in self.offers.items()]
        if not again:
            del self.fields["reuse"]

    def clean(self) -> dict[str, Any]:
        """Duplicates are said here, before anything is written."""
        cleaned = super().clean() or {}
        standard, grade = cleaned.get("standard"), cleaned.get("applied_grade")
        if standard is None:
            return cleaned
        open_one = self.offers[standard.pk].open_one
        if open_one is not None:
            words = {"one": open_one, "state": open_one.get_state_display()}
            text = _("按这项标准已经有一件没有办结的申请（%(one)s，%(state)s），请接着办那一件。")
            self.add_error("standard", text % words)
        if grade and not standard.conclusions.filter(key=grade).exists():
            self.add_error("applied_grade", _("这项标准没有这个等级。"))
        return cleaned

    def source(self) -> Grading | None:
        """What was said last time, where it is to come along."""
        if not self.cleaned_data.get("reuse"):
            return None
        return last_of(self.team, self.cleaned_data["standard"])


class BasicsForm(VersionedForm):
    """等级、说明、联系人; anything may be missing."""

    hide_optional = True

    class Meta:
        model = Grading
        fields = ["applied_grade", "contact", "statement"]
        widgets = {"statement": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, grades: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["applied_grade"]
        field.choices = [("", _("请选择")), *grades]
        field.required = False
        self.fields["contact"].help_text = _("初核和现场测评时找谁。")
        self.fields["statement"].help_text = _("队伍概况、准备情况、对照标准的自我评价。")

    def check_locked(self, locked: Grading) -> None:
        MoveNotAllowed.unless(locked.can_edit(self.own))
