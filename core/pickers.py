"""Fields of forms that are picked rather than typed."""

from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext as _

_DASHES = BLANK_CHOICE_DASH[0][1]
DAY_FORMAT = "%Y-%m-%d"


def days_first(form: forms.BaseForm) -> None:
    """Days are picked, and shown as the picker wants them."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format=DAY_FORMAT)


def name_blanks(form: forms.BaseForm) -> None:
    """An empty choice says what to do, instead of a row of dashes."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = _("请选择") if field.empty_label == _DASHES else field.empty_label
        elif isinstance(field, forms.TypedChoiceField):
            choices: Any = field.choices
            field.choices = [(value, _("请选择") if label == _DASHES else label) for value, label in choices]
