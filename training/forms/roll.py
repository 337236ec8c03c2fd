"""Forms of the roll: minutes put right, marks settled, the paper roll."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from training.choices import MarkKind
from training.models import Attendance


class CorrectForm(forms.Form):
    minutes_set = forms.IntegerField(
        label=_("更正后的时长（分钟）"), min_value=0, max_value=24 * 60, required=False,
        help_text=_("留空就按点名算，取消原来的更正。"),
    )  # fmt: skip
    set_reason = forms.CharField(
        label=_("理由"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：签到表上写的是 11:30 离开。和理由一起留在记录里。"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, attendance: Attendance, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "minutes_set": attendance.minutes_set, "set_reason": attendance.set_reason, "version": attendance.version,
        }  # fmt: skip
        super().__init__(*args, **kwargs)


class _Clock(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class PaperForm(forms.Form):
    """What stands below the list of the sheet; its lines are read by ``training.views.roll_paper``.

    :param at_host: only the host's keepers count people who are nobody's members.
    """

    rest = forms.ChoiceField(
        label=_("没有选、也没有点过的人"), required=False,
        choices=[("", _("其余不变")), (MarkKind.ARRIVED, _("其余都到")), (MarkKind.ABSENT, _("其余都缺席"))],
        widget=forms.Select(attrs={"aria-label": _("没有选、也没有点过的人")}),
    )  # fmt: skip
    all_from = forms.TimeField(label=pgettext_lazy("roll", "到"), required=False, widget=_Clock)
    all_to = forms.TimeField(label=_("离开"), required=False, widget=_Clock)
    names = forms.CharField(
        label=_("名单外签到的人"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一个姓名，按参加队伍的名册对上并放进名单（待定）。重名的在姓名后面空一格写队名。"),
    )  # fmt: skip
    count_outside = forms.BooleanField(
        label=_("名册里找不到的姓名是外单位人员，按人数计入“其他参加人数”"), required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput(attrs={"data-once-key": ""}))

    def __init__(self, *args: Any, at_host: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not at_host:
            del self.fields["count_outside"]

    def for_all(self, end: str) -> str:
        """:param end: ``from`` or ``to``."""
        time = self.cleaned_data[f"all_{end}"]
        return f"{time:%H:%M}" if time else ""

    def typed_names(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self.cleaned_data["names"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))
