"""Forms of runs."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.models import Campaign
from assessments.running.beginning import day_doubts
from core.forms import AskingForm
from core.pickers import DAY
from organizations.validators import validate_year


class RunStartForm(AskingForm):
    hide_optional = True
    dated = forms.DateField(
        label=_("成文日期"),
        validators=[validate_year],
        widget=DAY,
        help_text=_("印在每份报告上。和上次相同的日期，内容没有变化的报告沿用上次的文件；换了日期，全部重新生成。"),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("dated")
        if day:
            again = gettext("请核对；没有错的，再按一次就开始。")
            self.ask(f"{day}", day_doubts(self.campaign, day), again)
        return cleaned
