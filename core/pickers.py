"""Fields of forms that are picked rather than typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

DAY_FORMAT = "%Y-%m-%d"


def days_first(form: forms.BaseForm) -> None:
    """Days are picked, and shown as the picker wants them."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format=DAY_FORMAT)


def name_blanks(form: forms.BaseForm) -> None:
    """An empty choice says what to do, instead of a row of dashes."""
    for field in form.fields.values():
        if isinstance(field, forms.TypedChoiceField):
            choices: Any = field.choices
            field.choices = [(value, label if value else _("请选择")) for value, label in choices]
