"""Telephone numbers as people write them, and the one way they are kept: 13800000000, 0471-1234567."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.typed import half_width

_DASH = r"\-－‐‑‒–—―−"
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86)?(1[3-9]\d{9})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})(\d{7,8})(?!\d)")
_AREA = re.compile(rf"[（(]\s*(0\d{{2,3}})\s*[）)]\s*[{_DASH}]?\s*")
_GROUPED = re.compile(rf"(?<=\d)[\s{_DASH}](?=\d)")
_BETWEEN = re.compile(r"[、，,;；/／|\n或]+|\s{2,}")
_PLUS = re.compile(rf"(?:\+|(?<!\d)(?<!\d[\s{_DASH}])00)\s*86[\s{_DASH}]*")  # where a number begins
_NOTHING_ELSE = re.compile(rf"[\d\s()+{_DASH}]+")
_EXTENDED = re.compile(
    rf"\(?(0\d{{2,3}})\)?[{_DASH}]?(\d{{7,8}})\(?(?:[{_DASH}转]|分机|内线|ext\.?)+:?(\d{{1,6}})\)?", re.IGNORECASE
)


def numbers(text: str) -> list[str]:
    """Numbers in the order written. Spaces and hyphens inside a number fall away; two numbers apart by one space stay
    two, because together they are too long to be one."""
    found: list[str] = []
    for piece in _BETWEEN.split(_AREA.sub(r"、\1-", _PLUS.sub("、", text))):
        for part in _apart(piece):
            if extended := _EXTENDED.fullmatch("".join(part.split())):
                found.append(f"{_spelled(extended)}-{extended[3]}")
                continue
            digits = _GROUPED.sub("", part)
            mobile, landline = _MOBILE.search(digits), _LANDLINE.search(digits)
            if mobile:
                found.append(mobile[1])
            elif landline:
                found.append(_spelled(landline))
    return list(dict.fromkeys(found))


def _apart(piece: str) -> list[str]:
    digits = sum(character.isdigit() for character in piece)
    return piece.split() if digits > 13 else [piece]


def _spelled(landline: re.Match[str]) -> str:
    """Area codes of three digits are those of a few large cities."""
    whole = landline[1] + landline[2]
    area = 3 if whole[1] in "12" else 4
    return f"{whole[:area]}-{whole[area:]}"


def telephone(text: str) -> str:
    """The number as it is kept: １３８…, 138 0000 0001, +86 138-0000-0001; 0471-1234567转801 is 0471-1234567-801.
    What is more or less than one number stays as it was typed, for the field's rule to refuse."""
    said = half_width(text)
    extended = _EXTENDED.fullmatch("".join(said.split()))
    if extended:
        return f"{_spelled(extended)}-{extended[3]}"
    found = numbers(said) if _NOTHING_ELSE.fullmatch(said) else []
    return found[0] if len(found) == 1 else text


class TelephoneInput(forms.CharField):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        found = numbers(half_width(text))
        if len(found) > 1:
            words = {"count": len(found), "numbers": _("、").join(found)}
            raise ValidationError(_("这里只填一个电话，写了 %(count)d 个：%(numbers)s。请只留一个。") % words)
        return telephone(text)


class TelephoneField(models.CharField):
    """A column for a telephone number. Its form field has no ``maxlength``: the browser would cut off what is pasted in
    groups before it gets here."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": TelephoneInput, **kwargs, "max_length": None})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # the same to the database
