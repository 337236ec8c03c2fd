"""What people write into the cells of a team list, turned into what the form's fields take.

Only habits of typing are mended here; whether the value is right is decided by ``teams.facts.read`` as on the form.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from core.imports import Choice, Several, Text
from core.phones import numbers, telephone
from people.names import dotted, unstyled
from people.roster.cells import NOTHING
from teams.models import Category

_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff·])\s+(?=[\u3400-\u9fff·])")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,3}|\d{1,3})\s*[、.．]\s*(?=\D)")
_SEPARATORS = re.compile(r"[、，,;；/／|\n]+")
_PERSON = re.compile(r"(?P<name>[^(（\d]+?)\s*[(（]?\s*(?P<phone>1[\d\s-]{10,14}|0\d{2,3}[\s-]?\d{7,8})?\s*[)）]?")
_REMARK = re.compile(r"[（(][^（）()\d]*[）)]")  # 李志强（兼）
_YEAR = re.compile(r"[\[［(（【〈《﹝]\s*((?:19|20)\d{2})\s*[\]］)）】〉》﹞]")
_POINT = re.compile(r"(?<=\d)[．。](?=\d)")  # of a Chinese keyboard
_DEGREES = re.compile(
    r"(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[′'’分]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"”秒]|''|’’)?)?"
)
# Where there is nobody and nothing, forms on paper ask for a word or a stroke.
_EMPTY = (NOTHING - {"0"}) | {"空缺", "暂缺", "缺", "未定", "未配", "未配备", "暂未配备", "未设", "不设", "无人"}
_CATEGORIES: Mapping[str, str] = {
    "赈灾": "relief", "医疗救护": "medical", "医疗救援": "medical", "医疗救助": "medical", "应急供水": "water",
    "公共卫生": "public_health", "卫生": "public_health", "心理救援": "psych", "心理援助": "psych",
    "心理救助": "psych", "搜索救援": "sar", "搜索": "sar", "水上": "aquatic", "水上救援": "aquatic",
    "水域": "aquatic", "水域救援": "aquatic", "救生": "aquatic", "转运": "transfer", "通信": "comms",
    "应急通信": "comms", "应急通讯": "comms", "通信保障": "comms", "通讯保障": "comms", "航空救援": "aviation",
    "无人机": "aviation", "山野": "mountain", "山地": "mountain", "山地搜救": "mountain", "山地救援": "mountain",
    "山岳": "mountain", "山岳救援": "mountain", "山野救援": "mountain", "道路": "road", "公路救援": "road",
}  # fmt: skip


def categories() -> list[tuple[str, str]]:
    return [(category.key, category.name) for category in Category.objects.in_use()]


def says_nothing(text: str) -> bool:
    """Empty, or 无, 暂无, /, —: written where there is nothing to write."""
    word = "".join(_REMARK.sub("", text).split()).strip("。.")
    return word in _EMPTY if word else not text.strip()


def joined(text: str) -> str:
    """Without the spaces that align names of two characters with those of three; 敖特根 Ba stays as it is."""
    return _BETWEEN_CHINESE.sub("", text.strip())


class Name(Text):
    """Of a team; without the number a list gives it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return _NUMBERED.sub("", joined(value or ""))


class PersonName(Text):
    """One name; the dot in Mongolian names is one character, however it was typed. 无 is nobody's name."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        name, _style = unstyled(joined(dotted(value or "")))
        return "" if says_nothing(name) else name


class Kind(Choice):
    """A choice whose words people lengthen: 盟市级队伍, 山野搜救类."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = joined(value or "")
        return super().clean(_shortened(text, self) or text)


class Categories(Several):
    """Several categories; the order counts, for the first is the main one."""

    def __init__(self) -> None:
        super().__init__(categories, also=_CATEGORIES)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        pieces = [piece.strip() for piece in _SEPARATORS.split(value or "")]
        parts = pieces if len(pieces) > 1 else (value or "").split()
        found: list[str] = super().clean("、".join(_shortened(part, self) or part for part in parts if part))
        return found


def _shortened(text: str, widget: Choice) -> str:
    """The known word within a lengthened one."""
    known = {str(label) for _key, label in widget.choices} | {key for key, _label in widget.choices} | {*widget.also}
    for ending in ("", "救援队", "队伍", "救援", "类别", "级别", "队", "类", "级"):
        short = text.removesuffix(ending)
        if short in known:
            return short
    return ""


class Phone(Text):
    """138 0000 1234, +86 138-0000-1234, 0476－1234567, 04761234567, 0476-1234567转801."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return telephone(value or "")


class Code(Text):
    """A credit code: without spaces and in capitals."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return re.sub(r"[\s-]+", "", value or "").upper()


class Number(Text):
    """30, 30人, 约 30 名, 30.0."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return re.sub(r"^约\s*|(?:\.0+)?\s*[人名年]?(?:以?度)?$", "", (value or "").strip())


class DocumentNumber(Text):
    """Other brackets around the year become 〔〕, 第 goes; everything else is for the rule to judge."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return _YEAR.sub(r"〔\1〕", re.sub(r"\s+", "", value or "")).replace("〕第", "〕")


class Coordinate(Text):
    """42.25781, 42。25781, 42.25781°N, 东经118.88694, 42°15′28″, 42°15.467′; to about a metre."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        written = _POINT.sub(".", (value or "").strip())
        text = re.sub(r"^(?:北纬|东经|[NE])\s*|\s*[NE]$", "", written)
        found = _DEGREES.fullmatch(text)
        try:
            if found:
                minutes = Decimal(found[2] or 0) + Decimal(found[3] or 0) / 60
                return _metre(Decimal(found[1]) + minutes / 60)
            return _metre(Decimal(text.rstrip("°度 "))) if text else ""
        except InvalidOperation:
            return written


class Coordinates(Text):
    """Longitude and latitude in one cell, in either order: in this region the one beyond 90 is the longitude."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = (value or "").strip()
        parts = [part for part in re.split(r"[,，;；、/\s]+(?=[\dNE北东])", text) if part]
        numbers = [Coordinate().clean(part) for part in parts]
        try:
            latitude, longitude = sorted((number for number in numbers if number), key=Decimal)
            if not Decimal(latitude) <= 90 < Decimal(longitude):
                raise ValueError
        except (ValueError, InvalidOperation) as error:
            if not text:
                return []
            said = _("“%(value)s”不是一对经纬度，请写成 118.88694,42.25781 这样。") % {"value": text[:40]}
            raise ValueError(said) from error
        return [latitude, longitude]


def _metre(value: Decimal) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".") if value.is_finite() and abs(value) < 1000 else str(value)


class People(Text):
    """Names in one cell, a telephone number may stand behind each: 李四（13800000000）、王五.

    The dot in Mongolian names is one character, however it was typed.
    """

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[dict[str, str]]:
        people: list[dict[str, str]] = []
        for part in _parts(dotted((value or "").strip())):
            if says_nothing(part):
                continue
            if people and (more := _bare_numbers(part)):
                if not people[-1]["phone"] and len(more) == 1:  # 李四/13800000000
                    people[-1]["phone"] = more[0]
                    continue
                raise _two_numbers(people[-1]["name"], [people[-1]["phone"], *more])
            people.append(_person(part))
        return people


def _bare_numbers(text: str) -> list[str]:
    """Numbers that stand in a part without a name: they go on from the person before."""
    return [] if re.search(r"[^\d\s()（）+－-]", text) else numbers(text)


def _two_numbers(name: str, found: list[str]) -> ValueError:
    words = {"name": name, "numbers": _("、").join(number for number in found if number)}
    return ValueError(_("“%(name)s”后面的电话只写一个，现在是：%(numbers)s。请只留一个。") % words)


def _parts(text: str) -> list[str]:
    if _SEPARATORS.search(text):
        return [part.strip() for part in _SEPARATORS.split(text)]
    if re.search(r"[\d(（]", text):
        return [text]
    parts: list[str] = []
    for piece in text.split():
        if parts and len(parts[-1]) == 1:
            parts[-1] += piece  # 张　三: one name, spread to the width of three characters
        else:
            parts.append(piece)
    return parts


def _person(text: str) -> dict[str, str]:
    text = _REMARK.sub("", text)
    found = _PERSON.fullmatch(text)
    if found is None:
        if len(several := numbers(text)) > 1:
            raise _two_numbers(re.split(r"[\d(（+]", text)[0].strip()[:30], several)
        if re.search(r"\d", text):
            raise ValueError(_("看不懂“%(text)s”，请只写姓名，或写成：李志强（13800000000）。") % {"text": text[:30]})
        return {"name": unstyled(joined(text))[0], "phone": ""}
    return {"name": unstyled(joined(found["name"]))[0], "phone": Phone().clean(found["phone"] or "")}


def typed(value: Any) -> Any:
    """What a cell was read as, the way a payload holds it."""
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else value
