"""What people type, as they mean it: a Chinese keyboard gives full-width characters, and codes are read in groups."""

import unicodedata
from typing import Any

from django import forms


def half_width(text: str) -> str:
    """With the usual letters and digits."""
    return unicodedata.normalize("NFKC", text).strip()


def closed_up(text: str) -> str:
    """The same without blanks between them."""
    return "".join(half_width(text).split())


class CodeInput(forms.CharField):
    """A code as an app shows it, in two groups."""

    def to_python(self, value: Any) -> str:
        return closed_up(super().to_python(value) or "")
