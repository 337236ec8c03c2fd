"""Grades of other authorities, recorded from their papers; the end of a grade."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Scheme
from assessments.models import TeamGrade
from assessments.standards.applicable import keys_of
from core.forms import WholeForm
from core.pickers import DAY
from teams.models import Category, Team


class ExternalGradeForm(WholeForm):
    """What the certificate or the decision says."""

    class Meta:
        model = TeamGrade
        fields = [
            "scheme", "category", "specialty", "grade", "issuer", "certificate_no", "document_number", "granted_on",
            "valid_until",
        ]  # fmt: skip
        widgets = {"granted_on": DAY, "valid_until": DAY}

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        usable = Category.objects.in_use() | Category.objects.filter(pk__in=keys_of(team))
        category.queryset = usable.order_by("position", "key")
        category.empty_label = _("（不按类别）")
        self.fields["category"].help_text = _("红十字会的测评按类别，应急管理部门的测评按专业，选其中一个。")
        self.fields["issuer"].help_text = _("照证书或者文件写，例如“内蒙古自治区应急管理厅”。")
        self.fields["document_number"].help_text = _("公布结果的文件的文号。")
        self.fields["valid_until"].help_text = _("证书没有写有效期的不填。")
        if not self.instance.pk:
            self.initial["scheme"] = self.initial.get("scheme") or Scheme.EMERGENCY

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        scheme, specialty, category = (cleaned.get(name) for name in ("scheme", "specialty", "category"))
        if scheme == Scheme.EMERGENCY and not specialty and "specialty" not in self.errors:
            self.add_error("specialty", _("应急管理部门的测评请选择专业。"))
        if scheme == Scheme.RED_CROSS and category is None and "category" not in self.errors:
            self.add_error("category", _("红十字会的测评请选择类别。"))
        if scheme == Scheme.RED_CROSS and specialty:
            self.add_error("specialty", _("红十字会的测评不分应急管理部门的专业，请不要选。"))
        if not self.errors:
            self._check_once(cleaned)
        return cleaned

    def _check_once(self, cleaned: dict[str, Any]) -> None:
        """One certificate is one grade, whether it came from here or was recorded."""
        names = ("scheme", "category", "specialty", "grade", "granted_on")
        rows = TeamGrade.objects.filter(
            team=self.instance.team, ended_on=None, **{name: cleaned[name] for name in names}
        )
        if rows.exclude(pk=self.instance.pk).exists():
            self.add_error(
                "granted_on", _("本队同一天定的这个等级已经登记过，不用再登记；登记错的，到那一条里修改或者注销。")
            )


class CancelForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("注销日期"), widget=DAY)
    reason = forms.CharField(
        label=gettext_lazy("注销原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请写明注销的原因。")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("注销日期不能晚于今天。"))
        return day
