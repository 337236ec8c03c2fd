"""An indicator's facts as people write them, on pages and in spreadsheets, and read back from there."""

import ast
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Indicator
from assessments.scoring import plain
from assessments.standards.measures import label_of
from core.forms import shown
from core.words import yes_no

_NUMBER = r"\d+(?:\.\d+)?"
_LESS = re.compile(
    r"不超过|不多于|不高于|不大于|(?<!不)(?:少于|低于|小于)|≤|<|＜|≦|以内|以下|不足|不到|\d[^\d，,；;]{0,4}内"
)
_MORE = re.compile(r"不少于|不低于|不小于|以上|≥|>|＞|≧|满|达到|至少|超过|多于|高于|大于")
_Step = tuple[bool | None, Decimal, Decimal]  # whether less is better, from where, points
_BELOW_NOUGHT = re.compile(r"(?<![\d%％])\s*[-－−]\s*\d")
_PIECES, _COMMAS = re.compile(r"[；;\n]+"), re.compile(r"[，,、]+")
_FLAGS = ("more_is_better", "is_veto", "may_not_apply")


def cell(line: Indicator, name: str) -> str:
    """One fact in words."""
    value = getattr(line, name)
    if name == "steps":
        return steps_in_words(value, more_is_better=line.more_is_better)
    if name == "metric":
        return label_of(value) if value else ""
    if name in _FLAGS:
        return yes_no(value)
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value in (None, "") else shown(line, name)


def steps_in_words(steps: Sequence[Mapping[str, str]], *, more_is_better: bool = True) -> str:
    """满 80 得 6 分；满 100 得 10 分."""
    one = _("满 %(start)s 得 %(points)s 分") if more_is_better else _("不超过 %(start)s 得 %(points)s 分")
    return _("；").join(one % {"start": plain(start), "points": plain(points)} for start, points in pairs(steps))


def pairs(steps: Sequence[Mapping[str, str]]) -> list[tuple[Decimal, Decimal]]:
    """(from, points), lowest first."""
    return sorted((Decimal(step["from"]), Decimal(step["points"])) for step in steps)


def stored(steps: Sequence[tuple[Decimal, Decimal]]) -> list[dict[str, str]]:
    """As ``Indicator.steps`` keeps them."""
    return [{"from": plain(start), "points": plain(points)} for start, points in sorted(steps)]


def read_steps(text: str) -> list[dict[str, str]]:
    """Steps as an office writes them, apart by ；, commas or lines: 满80得6分；≥100 得10分. What gives nothing to all
    others, 60 以下 0 分, is no step.

    :raises ValueError: a piece that is not one bar and its points; of 60—80 得 3 分 nobody knows which bar is meant.
    """
    pieces = _said_steps(text)
    falls = _falls(pieces)
    others = None if falls is None else not falls
    return stored([(start, points) for less, start, points in pieces if points or less is None or less != others])


def steps_fall(text: str) -> bool:
    """Whether steps say that less is better: 30 分钟内得 20 分；60 分钟内得 10 分."""
    return bool(_falls(_said_steps(text)))


def _falls(pieces: Sequence[_Step]) -> bool | None:
    """None: the words do not say. :raises ValueError: they say both."""
    said = {less for less, _start, points in pieces if less is not None and points}
    if len(said) > 1:
        raise ValueError(_("分档里有的越多越好，有的越少越好，请只按一个方向写。"))
    said = said or {less for less, _start, _points in pieces if less is not None}
    return said.pop() if len(said) == 1 else None


def _said_steps(text: str) -> list[_Step]:
    found = []
    for piece in (one for part in _PIECES.split(_pointed(text)) for one in _cut(part)):
        if not piece.strip(" 。，,、"):
            continue
        numbers = re.findall(_NUMBER, piece)
        if len(numbers) != 2 or _BELOW_NOUGHT.search(piece):
            raise ValueError(
                _("“%(piece)s”看不出分档，请写成“满 80 得 6 分；满 100 得 10 分”这样。") % {"piece": piece.strip()[:30]}
            )
        less = True if _LESS.search(piece) else False if _MORE.search(piece) else None
        found.append((less, Decimal(numbers[0]), Decimal(numbers[1])))
    return found


def _cut(part: str) -> list[str]:
    """At its commas, where it says several steps: 满80，得6分 is one."""
    return _COMMAS.split(part) if len(re.findall(_NUMBER, part)) > 2 else [part]


def read_number(text: str, *, unit: str = "") -> Decimal | None:
    """10, 10分, （10 分）, 满分10分, ≥40人, 不少于 40 人, 80%; nothing gives None.

    :raises ValueError: not one number.
    """
    bare = re.sub(r"\s+", "", _pointed(text)).strip("（）()。")
    if bare in ("", "-", "—", "——", "/", "／", "无"):
        return None
    pattern = rf"(?:满分|共|计|≥|>=|≤|<=|不少于|不低于|不超过|不多于|至少|扣|每项扣)*({_NUMBER})(.*)"
    if re.fullmatch(rf"[-－−]{_NUMBER}.*", bare):
        raise ValueError(_("“%(value)s”小于 0，请填不小于 0 的数。") % {"value": text.strip()[:30]})
    found = re.fullmatch(pattern, bare)
    if found is None or (found[2] and not _is_unit(found[2], unit)):
        raise ValueError(_("“%(value)s”不是数。") % {"value": text.strip()[:30]})
    try:
        return Decimal(found[1])
    except InvalidOperation as error:
        raise ValueError(_("“%(value)s”不是数。") % {"value": text.strip()[:30]}) from error


def _pointed(text: str) -> str:
    """With the usual decimal point: a Chinese keyboard gives ０．５."""
    return text.replace("．", ".")


_UNITS = (
    "分", "人", "名", "个", "场", "次", "支", "件", "套", "台", "艘", "辆", "顶", "小时", "天", "年", "月", "个月",
    "%", "％", "学时", "人次", "分钟", "秒", "公里", "米", "吨", "h", "min", "km",
    "以上", "及以上", "以内", "以下", "内",
)  # fmt: skip


def _is_unit(rest: str, unit: str) -> bool:
    known = sorted({*_UNITS, *([unit] if unit else [])}, key=len, reverse=True)
    pattern = "|".join(re.escape(one) for one in known)
    return re.fullmatch(f"(?:{pattern})*", rest) is not None


def history_words(bars: Mapping[str, str]) -> dict[str, Any]:
    """Field → what the history says instead of what is stored, which comes to it as the text of the stored value.

    :param bars: conclusion key → name.
    """

    def steps(text: str) -> str:
        try:
            return steps_in_words([ast.literal_eval(one) for one in text.split("、")])
        except (ValueError, SyntaxError, KeyError, TypeError, InvalidOperation):
            return text

    def per_bar(text: str) -> str:
        try:
            values: dict[str, str] = ast.literal_eval(text)
            return _("；").join(f"{bars.get(key, key)} {value}" for key, value in values.items())
        except (ValueError, SyntaxError, AttributeError):
            return text

    return {"steps": steps, "requirements": per_bar, "texts": per_bar, "metric": label_of}
