"""Fields of forms that are picked rather than typed."""

from copy import deepcopy
from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext as _

_DASHES = BLANK_CHOICE_DASH[0][1]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")  # each field makes a copy of its own


def days_first(form: forms.BaseForm) -> None:
    """Days are picked, and shown as the picker wants them."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField):
            field.widget = deepcopy(DAY)


def name_blanks(form: forms.BaseForm) -> None:
    """An empty choice says what to do, instead of a row of dashes."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = _("请选择") if field.empty_label == _DASHES else field.empty_label
        elif isinstance(field, forms.TypedChoiceField):
            choices: Any = field.choices
            field.choices = [(value, _("请选择") if label == _DASHES else label) for value, label in choices]
