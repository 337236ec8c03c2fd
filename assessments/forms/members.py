"""Forms of members' assessments: beginning some, day and assessors of one, taking one back."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.models import MemberAssessment, Standard
from core.forms import VersionedForm
from core.pickers import days_first
from core.workflow import MoveNotAllowed
from organizations.validators import validate_visible
from people.forms.free_text import refuse_numbers
from people.validators import validate_not_future

ASSESSORS_HELP = _("写姓名，几个人的用顿号隔开；由单位测评的写单位。")


class BeginForm(forms.Form):
    """What the sheets have in common. Day and assessors may be filled in later."""

    standard = forms.ModelChoiceField(Standard.objects.none(), label=_("测评标准"), empty_label=_("请选择"))
    assessed_on = forms.DateField(label=_("测评日期"), required=False, validators=[validate_not_future])
    assessors = forms.CharField(
        label=_("测评人"), required=False, max_length=200, validators=[validate_visible], help_text=ASSESSORS_HELP
    )

    def __init__(self, *args: Any, standards: QuerySet[Standard], **kwargs: Any) -> None:
        found = list(standards)
        self.has_standards = bool(found)
        first = found[0].pk if len(found) == 1 else None
        kwargs["initial"] = {"assessed_on": timezone.localdate(), "standard": first, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["standard"].queryset = standards  # type: ignore[attr-defined]
        days_first(self)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        day, standard = cleaned.get("assessed_on"), cleaned.get("standard")
        if day and standard and not Standard.objects.in_force(day).filter(pk=standard.pk).exists():
            self.add_error("assessed_on", _("这项标准在这一天还没有生效，或者已经失效。"))
        refuse_numbers(self, ["assessors"])
        return cleaned


class MemberAssessmentForm(VersionedForm):
    """Day and assessors of one, while it is open."""

    class Meta:
        model = MemberAssessment
        fields = ["assessed_on", "assessors"]
        help_texts = {"assessors": ASSESSORS_HELP}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days_first(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        day, standard = cleaned.get("assessed_on"), self.instance.standard
        if day and (day < standard.valid_from or (standard.valid_until and day > standard.valid_until)):
            self.add_error("assessed_on", _("这项标准在这一天还没有生效，或者已经失效。"))
        refuse_numbers(self, ["assessors"])
        return cleaned

    def check_locked(self, locked: Any) -> None:
        if locked.finished_at is not None:
            raise MoveNotAllowed("state", str(_("测评已经完成，不能再改。")))


class MemberTakeBackForm(forms.Form):
    reason = forms.CharField(
        label=_("作废原因"), max_length=200, validators=[validate_visible],
        help_text=_("例：评分有误，重新测评。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        refuse_numbers(self, ["reason"])
        return self.cleaned_data
