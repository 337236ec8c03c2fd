"""Forms of the panel of a grading."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assessments.choices import Method
from assessments.models import Indicator
from assessments.panel.given import check
from assessments.panel.words import of_one, steps_of
from assessments.scoring import Answer, plain
from organizations.validators import validate_text

_ROWS = forms.Textarea(attrs={"rows": 3})


class LeaveForm(forms.Form):
    """Why an assessor leaves the panel."""

    reason = forms.CharField(label=_("原因"), max_length=200, validators=[validate_text], widget=_ROWS)


class DeclareForm(forms.Form):
    """声明无利害关系, by the assessor himself."""

    sure = forms.BooleanField(
        label=_("我与这支队伍没有隶属、任职、雇佣、亲属等可能影响公正评分的关系。"),
        error_messages={"required": _("请勾选声明；有上述关系的，请申请回避。")},
    )


class SettleForm(forms.Form):
    """What one indicator is settled at. Its field follows from how the indicator is scored.

    :ivar answer: after ``is_valid``.
    """

    points = forms.DecimalField(label=_("认定得分"), required=False, max_digits=6, decimal_places=2, min_value=0)
    value = forms.DecimalField(label=_("认定数值"), required=False, max_digits=14, decimal_places=2, min_value=0)
    has = forms.ChoiceField(
        label=_("认定结果"), required=False, choices=[("1", _("有")), ("0", _("没有"))], widget=forms.RadioSelect
    )
    not_applicable = forms.BooleanField(label=_("不适用"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=300, validators=[validate_text], widget=_ROWS)
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        self.indicator = indicator
        self.answer = Answer()
        shown = {Method.JUDGED: "points", Method.YES_NO: "has"}.get(Method(indicator.method), "value")
        for name in {"points", "value", "has"} - {shown}:
            del self.fields[name]
        if not indicator.may_not_apply:
            del self.fields["not_applicable"]
        self.fields[shown].help_text = self._hint(shown)

    def _hint(self, shown: str) -> str:
        if shown == "points":
            return str(_("0 到 %(most)s 分。")) % {"most": plain(self.indicator.points)}
        if shown != "value":
            return ""
        if said := of_one(self.indicator):
            return "；".join(said)
        return "；".join([self.indicator.unit, *steps_of(self.indicator)]).strip("；")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        applies = not cleaned.get("not_applicable")
        has = cleaned.get("has")
        value = cleaned.get("value") if has in (None, "") else forms.DecimalField().clean(has)
        self.answer = Answer(value, cleaned.get("points")) if applies else Answer(not_applicable=True)
        if self.answer == Answer() and not self.errors:
            raise ValidationError(_("请填认定的得分。"))
        check(self.indicator, self.answer)
        return cleaned
