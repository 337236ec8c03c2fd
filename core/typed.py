"""What people type, as they mean it: a Chinese keyboard gives full-width characters, and codes are read in groups."""

import re
import unicodedata
from typing import Any

from django import forms

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2000-\u200a\u3000]+")  # not U+202F, which is spelling in Mongolian script
_LATIN = re.compile(r"[A-Za-zÀ-ɏ'’.\-]")


def half_width(text: str) -> str:
    """With the usual letters and digits."""
    return unicodedata.normalize("NFKC", text).strip()


def closed_up(text: str) -> str:
    """The same without blanks between them."""
    return "".join(half_width(text).split())


def joined_name(name: str) -> str:
    """王　明 → 王明; spaces between words of Latin or Mongolian script stay single."""
    joined = ""
    for part in filter(None, _SPACES.split(name)):
        gap = " " if joined and _keeps_space(joined[-1]) and _keeps_space(part[0]) else ""
        joined += gap + part
    return joined


def _keeps_space(character: str) -> bool:
    return bool(_LATIN.fullmatch(character)) or "\u1800" <= character <= "\u18af"


class CodeInput(forms.CharField):
    """A code as an app shows it, in two groups."""

    def to_python(self, value: Any) -> str:
        return closed_up(super().to_python(value) or "")
