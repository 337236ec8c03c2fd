"""What the region keeps about people: numbers, ranks."""

from typing import Any

from django.utils.translation import gettext_lazy

from core import adjustable
from core.reference_forms import EndingForm, KeyedForm
from organizations.validators import validate_visible
from people.models import PeopleSetting, Rank


class SettingForm(adjustable.SettingForm):
    class Meta(adjustable.SettingForm.Meta):
        model = PeopleSetting


class RankForm(EndingForm, KeyedForm):
    """A rank ends instead of being deleted: those who hold it keep it."""

    prefix_of_key = "rank"

    class Meta:
        model = Rank
        fields = ["name", "position", "ended_on"]
        help_texts = {"position": gettext_lazy("小的排在前面。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_visible)
