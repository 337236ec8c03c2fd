"""Fields of forms that are picked rather than typed."""

from django import forms

DAY_FORMAT = "%Y-%m-%d"


def days_first(form: forms.BaseForm) -> None:
    """Days are picked, and shown as the picker wants them."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format=DAY_FORMAT)
