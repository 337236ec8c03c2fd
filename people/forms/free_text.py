"""Free text is read by everybody who sees the record, so numbers that are masked elsewhere do not belong into it."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _

from core.masking import mask_text


def refuse_numbers(form: forms.BaseForm, names: Iterable[str]) -> None:
    """Call in ``clean``: an error at each field that holds a whole ID or mobile number."""
    for name in names:
        value = form.cleaned_data.get(name)
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and mask_text(text) != text for text in texts):
            form.add_error(name, _("这里不要写证件号码和手机号，看到这条记录的人都能看到。"))
