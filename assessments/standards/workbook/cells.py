"""What people write into the cells of a table of indicators. What means nothing is a ``ValueError`` in a sentence."""

import re
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import Method
from assessments.standards import measures
from assessments.standards.wording import read_number, read_steps
from core.imports import Choice, Text, YesNo
from core.language import in_chinese

_TICKS = frozenset("★▲☆●■☑*") | {"一票否决", "否决", "否决项", "可不适用", "可以不适用", "不适用"}
VETO = re.compile(r"(?:一票)?否决(?:项|指标)?")  # where others have their points
_BESIDE = re.compile(r"(?:[+＋\-－−]|加)\s*\d")  # 加分项
ADDED = re.compile(r"(?:奖励)?(?:加分|扣分|减分|附加分)(?:项目?|指标)?(?:[（(].*[）)])?")  # where others have a number
_BLANKS = frozenset({"-", "—", "——", "/", "／", "□"})
_BAR = re.compile(r"(?:不超过|不多于|≤|<=|≥|>=|不少于|不低于|至少)?\s*\d+(?:\.\d+)?\s*\D{0,4}")
_AT_MOST = re.compile(r"不超过|不多于|不高于|不大于|≤|<|＜|≦|以内|以下|\d\S{0,3}内\s*$")
_ONE = r"每[^\d扣减两二三四五六七八九十半]{0,6}1?[^\d扣减两二三四五六七八九十半]{0,4}"  # 每两项 is not one
_PER_UNIT = re.compile(
    rf"(?:{_ONE})?(?:扣|减|-|－|−)*\s*(?P<points>\d+(?:[.．]\d+)?\s*分?)(?:\s*[/／]\s*[^\d\s，,；;。]{{1,3}})?"
    r"(?:[，,；;。\s]*(?:(?:直至)?扣完(?:本项分值?)?为止|(?:最多|至多|上限|累计不超过|不超过)扣?(?P<most>\d+)分?))?。?"
)


def one_line(text: str) -> str:
    """What was broken over lines within a cell."""
    return re.sub(r"\s*[\r\n]+\s*", lambda gap: _gap(text, gap), text.strip())


def _gap(text: str, gap: re.Match[str]) -> str:
    sides = text.strip()[gap.start() - 1], text.strip()[gap.end()]
    return " " if all(side.isascii() and side.isalnum() for side in sides) else ""


class OneLine(Text):
    """Text of one line, however the cell breaks it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return one_line(value or "")


class Tick(YesNo):
    """√, 是, ★, 一票否决; empty or a dash is no."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        word = (value or "").strip()
        if word in _TICKS:
            return True
        return super().clean("" if word in _BLANKS else word)


def beside_the_standard(text: str) -> str:
    words = {"value": text[:30]}
    return _("“%(value)s”是加分、扣分：年度考核时逐队登记，不写进标准，这一行请勾选“不导入”。") % words


class Points(Text):
    """10, 10分, （10 分）; nothing is nought."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal:
        text = (value or "").strip()
        if VETO.fullmatch(text):
            return Decimal(0)
        if _BESIDE.match(text):
            raise ValueError(beside_the_standard(text))
        found = read_number(value or "")
        if found is None:
            return Decimal(0)
        return _of_points(found, value)


class PerUnit(Text):
    """每发现 1 处扣 2 分, 0.5分/次, 每次扣1分，扣完为止, 2分/人，最多10分; nothing is None."""

    def __init__(self, points_column: Any = "") -> None:
        super().__init__()
        self.points_column = points_column

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        text = (value or "").strip()
        said = _PER_UNIT.fullmatch(re.sub(r"\s+", "", text))
        if said and said["most"]:
            self._compare(Decimal(said["most"]), (row or {}).get(str(self.points_column), ""))
        found = read_number(said["points"] if said else text)
        return None if found is None else _of_points(found, value)

    @staticmethod
    def _compare(most: Decimal, points: str) -> None:
        """A line is deducted to nothing: no more than its points, and no less."""
        if most != read_number(points):
            words = {"most": most, "points": points.strip() or "0"}
            raise ValueError(_("最多扣 %(most)s 分，分值是 %(points)s：扣分扣到分值为止，请把两个写成一样。") % words)


def _of_points(found: Decimal, value: str) -> Decimal:
    if found > 1000 or found != found.quantize(Decimal("0.01")):
        raise ValueError(_("“%(value)s”不能作分值：最多 1000 分、两位小数。") % {"value": value[:30]})
    return found


class StepsCell(Text):
    """满 80 得 6 分；满 100 得 10 分."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[dict[str, str]]:
        return read_steps(value or "")


class Wanted(Text):
    """The number a conclusion asks, with or without its unit; empty is None."""

    def __init__(self, unit_column: str) -> None:
        super().__init__()
        self.unit_column = unit_column

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        unit = (row or {}).get(self.unit_column, "")
        found = read_number(value or "", unit=unit)
        if found is not None and (found >= 10**12 or found != found.quantize(Decimal("0.01"))):
            raise ValueError(_("“%(value)s”太大，或者小数太多。") % {"value": (value or "")[:30]})
        return found


def asks_at_most(text: str) -> bool:
    """Whether a cell says that less is better: ≤4小时, 6小时以内, 不超过 30 分钟."""
    return bool(_AT_MOST.search(text))


def is_blank(text: str) -> bool:
    """Nothing, or a dash where nothing is asked."""
    return text.strip() in _BLANKS | {"", "无"}


def bar_in(text: str) -> Decimal | None:
    """The number of a cell that says nothing but a number: ≥40人, 不少于 40 人. None of any other words."""
    if not _BAR.fullmatch(text.strip()):
        return None
    try:
        return read_number(text)
    except ValueError:
        return None


class MethodCell(Choice):
    """How points are given, in our words or those people use; empty is told from the rest of the row."""

    def __init__(self) -> None:
        also = {
            "标题": Method.HEADING, "分组": Method.HEADING, "是否": Method.YES_NO, "0/1": Method.YES_NO,
            "有/无": Method.YES_NO, "达标": Method.THRESHOLD, "阈值": Method.THRESHOLD, "数值": Method.THRESHOLD,
            "分级": Method.STEPS, "阶梯": Method.STEPS, "倒扣": Method.DEDUCTION, "扣分制": Method.DEDUCTION,
            "打分": Method.JUDGED, "人工": Method.JUDGED, "人工评分": Method.JUDGED, "专家评分": Method.JUDGED,
        }  # fmt: skip
        super().__init__(Method.choices, {word: str(key.value) for word, key in also.items()})


BY_HAND = ("人工", "手工", "由人填", "人工填报")


class MetricCell(Choice):
    """A metric by its label or name; 人工 and the like is by hand, and so is what comes near none: offices write
    查阅文件 or 现场 under 数据来源. Of a word that comes near some, those are told: there are too many to read."""

    def __init__(self) -> None:
        super().__init__(measures.choices, dict.fromkeys(BY_HAND, ""))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        word = "" if (value or "").strip() in _BLANKS else value or ""
        try:
            return super().clean(word)
        except ValueError as error:
            with in_chinese():
                labels = [str(label) for _key, label in self.choices]
            near = [label for label in labels if label in word or word in label] or get_close_matches(word, labels, 5)
            if not near:
                return ""
            words = {"value": word[:30], "near": "、".join(near[:5])}
            said = _("系统里没有“%(value)s”这个统计数，是不是：%(near)s？由人填的请清空。")
            raise ValueError(said % words) from error
