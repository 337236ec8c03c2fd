"""What people type, as they mean it: a Chinese keyboard gives full-width characters, and numbers are read in groups."""

import re
import unicodedata
from typing import Any

from django import forms
from django.db import models

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1\d{10})")


def half_width(text: str) -> str:
    """With the usual letters and digits."""
    return unicodedata.normalize("NFKC", text).strip()


def closed_up(text: str) -> str:
    """The same without blanks between them."""
    return "".join(half_width(text).split())


def telephone(text: str) -> str:
    """A mobile number as its eleven digits, a landline with one hyphen; anything else is left to the field's rule."""
    text = closed_up(text).translate(_DASHES)
    mobile = _COUNTRY.sub("", text.replace("-", ""))
    return mobile if re.fullmatch(r"1\d{10}", mobile) else text


class TelephoneInput(forms.CharField):
    def to_python(self, value: Any) -> str:
        return telephone(super().to_python(value))


class TelephoneField(models.CharField):
    """A column for a telephone number. Its form field has no ``maxlength``: the browser would cut off what is pasted in
    groups before it gets here."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": TelephoneInput, **kwargs, "max_length": None})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # the same to the database


class CodeInput(forms.CharField):
    """A code as an app shows it, in two groups."""

    def to_python(self, value: Any) -> str:
        return closed_up(super().to_python(value))
