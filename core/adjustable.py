"""Numbers the region sets for everybody, each with its default and its source.

A subject app lists its ``Setting``s and has a tracked ``AdjustableNumber``; a setting without a row has its default.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.forms import VersionedForm
from core.models import AdjustableNumber
from core.words import yes_no


@dataclass(frozen=True)
class Setting:
    """One number. :param shipped: the default. :param low, high: the range that may be set."""

    key: str
    label: StrOrPromise
    unit: StrOrPromise
    shipped: int
    low: int
    high: int
    source: StrOrPromise

    @property
    def is_switch(self) -> bool:
        """是 or 否, kept as 1 or 0."""
        return (self.low, self.high) == (0, 1)


def values_of(model: type[AdjustableNumber], *settings: Setting) -> list[int]:
    """The values of several settings, with one query."""
    keys = [setting.key for setting in settings]
    rows = dict(model._default_manager.filter(pk__in=keys).values_list("pk", "value"))
    return [rows.get(setting.key, setting.shipped) for setting in settings]


def lines_of(model: type[AdjustableNumber], settings: Iterable[Setting]) -> list[dict[str, Any]]:
    """What ``generic/_settings.html`` shows; one query."""
    rows: dict[str, Any] = {row.pk: row for row in model._default_manager.all()}
    return [_line(setting, rows.get(setting.key)) for setting in settings]


def _line(setting: Setting, row: Any) -> dict[str, Any]:
    value = row.value if row else setting.shipped
    return {
        "setting": setting,
        "value": yes_no(value) if setting.is_switch else f"{value} {setting.unit}",
        "source": row.source if row else setting.source,
        "shipped": row is None,
    }


class SettingForm(VersionedForm):
    """One number with its source. A subclass says ``Meta.model``."""

    class Meta:
        fields = ["value", "source"]
        help_texts = {"source": gettext_lazy("写在数值旁边，看的人都看得到。例：自治区红十字会2026年第3号通知。")}

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        if setting.is_switch:
            self.fields["value"] = forms.TypedChoiceField(
                label=setting.label, choices=[(0, gettext_lazy("否")), (1, gettext_lazy("是"))], coerce=int,
                widget=forms.RadioSelect,
            )  # fmt: skip
            return
        words = {"low": setting.low, "high": setting.high, "unit": setting.unit}
        self.fields["value"] = forms.IntegerField(  # the column's own limits would be told beside these
            label=self.fields["value"].label, min_value=setting.low, max_value=setting.high,
            help_text=_("%(low)d 至 %(high)d %(unit)s。") % words,
        )  # fmt: skip

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk:
            return super().save(commit)
        self.instance.key = self.setting.key  # the first time it is set
        self.instance.save(force_insert=True)
        return self.instance
