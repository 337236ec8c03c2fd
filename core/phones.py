"""Telephone numbers as people write them, and the one way they are kept: 13800000000, 0471-1234567."""

import re
import unicodedata
from typing import Any

from django import forms

_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86)?(1[3-9]\d{9})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})(\d{7,8})(?!\d)")
_AREA = re.compile(r"[（(]\s*(0\d{2,3})\s*[）)]\s*[-—–]?\s*")
_GROUPED = re.compile(r"(?<=\d)[\s\-－–—‑](?=\d)")
_BETWEEN = re.compile(r"[、，,;；/／|\n或]+|\s{2,}")
_PLUS = re.compile(r"(?:\+|(?<!\d)(?<!\d[\s\-])00)\s*86[\s\-]*")  # where a number begins
_NOTHING_ELSE = re.compile(r"[\d\s()+\-–—‑]+")
LONGEST_TYPED = 30


def numbers(text: str) -> list[str]:
    """Numbers in the order written. Spaces and hyphens inside a number fall away; two numbers apart by one space stay
    two, because together they are too long to be one."""
    found: list[str] = []
    for piece in _BETWEEN.split(_AREA.sub(r"、\1-", _PLUS.sub("、", text))):
        for part in _apart(piece):
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


class PhoneField(forms.CharField):
    """A telephone number as it is typed, pasted or filled in by a phone: １３８…, 138 0000 0001, +86 138-0000-0001.
    What is more or less than one number is left as it is, for the rule of the model's field to refuse.
    """

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_TYPED, **kwargs)  # the model's own is of the number as it is kept

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        said = unicodedata.normalize("NFKC", text)
        found = numbers(said) if _NOTHING_ELSE.fullmatch(said) else []
        return found[0] if len(found) == 1 else text
