"""Forms of runs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.validators import validate_year


class RunStartForm(forms.Form):
    hide_optional = True
    dated = forms.DateField(
        label=_("成文日期"),
        validators=[validate_year],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("印在每份报告上。和上次相同的日期，内容没有变化的报告沿用上次的文件；换了日期，全部重新生成。"),
    )
