"""Forms over tables that an office keeps: entries get their key by themselves, and end instead of being deleted."""

from datetime import date
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionedForm
from core.numbers import next_number


class EndingForm(VersionedForm):
    """For what ends instead of being deleted: a tick sets today, and the day it was first set stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["ended_on"] = forms.BooleanField(
                label=_("停用"), required=False, help_text=_("以后不再供选择，已经用了的不变；随时可以恢复。")
            )
        else:
            self.fields.pop("ended_on", None)

    def clean_ended_on(self) -> date | None:
        if not self.cleaned_data["ended_on"]:
            return None
        return self.instance.ended_on or timezone.localdate()


class KeyedForm(VersionedForm):
    """A new record gets its key by itself: people know it by its name."""

    prefix_of_key = ""

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk:
            return super().save(commit)
        with transaction.atomic():
            number = next_number(f"key-{self.prefix_of_key}")
            self.instance.key = f"{self.prefix_of_key}-{number}"
            self.instance.save(force_insert=True)
        return self.instance
