"""What people write into cells of team lists, and what it means. What means nothing raises ``ValueError`` in words."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from teams.models import Category

_SEVERAL = re.compile(r"[、，,;；/\n]+")  # not 和: names end in it (孟和)
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_ASIDE = re.compile(r"[（(][^（）()]*[）)]")
_BRACKETS = str.maketrans("[]【】［］〈〉<>()（）", "〔〕〔〕〔〕〔〕〔〕〔〕〔〕")
_DASHES = re.compile(r"[—–－‐‑−]+")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:\s*[°度]\s*(\d+(?:\.\d+)?)?\s*[′'分]?\s*(\d+(?:\.\d+)?)?\s*[″\"秒]?)?")
_KIND_WORDS = re.compile(r"救援|救生|队|类|专业")


def several(text: str) -> list[str]:
    """The parts of a cell that lists some."""
    return [part.strip() for part in _SEVERAL.split(text) if part.strip()]


def person_name(text: str) -> str:
    """A name without the spaces that set two characters apart (王　明); dots of Mongolian names are one."""
    name = re.sub(r"[•・‧∙．.]", "·", text.strip())
    return re.sub(r"\s+", "", name) if not name.isascii() else re.sub(r"\s+", " ", name)


class People(Widget):
    """Names, several in a cell, each with a telephone number where one stands beside it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[dict[str, str]]:
        return [self._person(part) for part in several(value or "")]

    def _person(self, text: str) -> dict[str, str]:
        found = _PHONE.search(text.replace(" ", "") if text.isascii() else text)
        phone = found.group() if found else ""
        name = person_name(_ASIDE.sub("", text.replace(phone, "")) if phone else _ASIDE.sub("", text))
        name = name.strip("：:-—")
        if not name or any(character.isdigit() for character in name):
            raise ValueError(_("“%(value)s”看不出姓名，请写成“张三 13800000000”这样。") % {"value": text[:30]})
        return {"name": name, "phone": phone}

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return _("、").join(person["name"] for person in value or [])


class Categories(Widget):
    """专业类别, one or several, by name, key or the words people use (水上救援 for 水上救生)."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        return [self._key(part) for part in several(value or "")]

    def _key(self, text: str) -> str:
        known = self._names()
        plain = _plain(text)
        if text in known or plain in known:
            return known.get(text) or known[plain]
        near = {
            key
            for name, key in known.items()
            if len(plain) >= 2 and (plain in name or (len(name) > 1 and name in plain))
        }
        if len(near) == 1:
            return near.pop()
        offered = _("、").join(dict.fromkeys(Category.objects.in_use().values_list("name", flat=True)))
        raise ValueError(
            _("没有“%(value)s”这个专业类别，可以填：%(offered)s。") % {"value": text[:20], "offered": offered}
        )

    def _names(self) -> dict[str, str]:
        if not self._known:
            for category in Category.objects.in_use():
                self._known |= {category.key: category.key, category.name: category.key}
                self._known.setdefault(_plain(category.name), category.key)
        return self._known

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return _("、").join(value or [])


def _plain(text: str) -> str:
    return _KIND_WORDS.sub("", text)


class Coordinate(Widget):
    """One number in degrees, or degrees, minutes and seconds."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        numbers = _degrees(value or "")
        if value and len(numbers) != 1:
            raise ValueError(_("“%(value)s”不是坐标，请写成 42.25781 这样。") % {"value": value[:30]})
        return str(numbers[0]) if numbers else ""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class Coordinates(Widget):
    """Longitude and latitude in one cell, in either order: in this region the one beyond 90 is the longitude."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[str, str] | None:
        if not value:
            return None
        numbers = sorted(_degrees(value))
        if len(numbers) != 2 or not numbers[0] <= 90 < numbers[1]:
            said = _("“%(value)s”不是一对经纬度，请写成 118.88694,42.25781 这样。") % {"value": value[:40]}
            raise ValueError(said)
        return str(numbers[0]), str(numbers[1])

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ", ".join(value or ())


def _degrees(text: str) -> list[Decimal]:
    found = []
    for degrees, minutes, seconds in _NUMBER.findall(text):
        number = Decimal(degrees) + Decimal(minutes or 0) / 60 + Decimal(seconds or 0) / 3600
        found.append(number.quantize(Decimal("0.00001")))
    return found


def document_number(text: str) -> str:
    """文号 with the brackets it should have; everything else is told, not put right."""
    text = re.sub(r"\s+", "", text).translate(_BRACKETS)
    return re.sub(r"〕第", "〕", text)


def phone_number(text: str) -> str:
    return (
        re.sub(r"\s+", "", _DASHES.sub("-", text))
        .replace("(", "")
        .replace(")", "-")
        .replace("（", "")
        .replace("）", "-")
    )


def head_count(text: str) -> str:
    """30人, 约30 → the number; anything else is left as it stands, to be told."""
    found = re.fullmatch(r"约?\s*(\d+)\s*[人名]?(?:左右)?", text)
    return found[1] if found else text


def first_rest(keys: Iterable[str], more: Iterable[str]) -> tuple[str, list[str]]:
    """Main category and the others, each once, from the two columns that name them."""
    every = list(dict.fromkeys([*keys, *more]))
    main = next(iter(keys), "")
    return main, [key for key in every if key != main]
