"""What the region keeps about people: numbers, ranks."""

from datetime import date
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core import adjustable
from core.forms import VersionedForm
from core.numbers import next_number
from organizations.validators import validate_visible
from people.models import PeopleSetting, Rank


class SettingForm(adjustable.SettingForm):
    class Meta(adjustable.SettingForm.Meta):
        model = PeopleSetting


class RankForm(VersionedForm):
    """A rank ends instead of being deleted: those who hold it keep it."""

    class Meta:
        model = Rank
        fields = ["name", "position", "ended_on"]
        help_texts = {"position": gettext_lazy("小的排在前面。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_visible)
        if self.instance.pk:
            self.fields["ended_on"] = forms.BooleanField(
                label=gettext_lazy("停用"), required=False,
                help_text=gettext_lazy("以后不再供选择，已经授予的不变；随时可以恢复。"),
            )  # fmt: skip
        else:
            del self.fields["ended_on"]

    def clean_ended_on(self) -> date | None:
        return (self.instance.ended_on or timezone.localdate()) if self.cleaned_data["ended_on"] else None

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk:
            return super().save(commit)
        with transaction.atomic():
            self.instance.key = f"rank-{next_number('key-rank')}"
            self.instance.save(force_insert=True)
        return self.instance
