"""What is looked at before a standard is published: what cannot be published, and what should be looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import Grade, Method, Purpose, Scheme, Subject
from assessments.models import Conclusion, Indicator, Standard
from assessments.scoring import plain
from assessments.standards.lines import label
from assessments.standards.measures import find, unit_of
from assessments.standards.tree import MOST_DEPTH, Sums, nodes, sums

HUNDRED = Decimal(100)
# A line that denies, answered by 有 or 没有, is answered the wrong way round sooner or later.
_DENIES = ("没有", "未", "无安全", "无责任", "无重大", "无违")


@dataclass(frozen=True)
class Finding:
    """:ivar blocks: keeps from publishing. :ivar at: the indicator it is about. :ivar tree: about the indicators as a
    whole; with neither it is about head facts or conclusions."""

    text: str
    blocks: bool
    at: Indicator | None = None
    tree: bool = False


def check(
    standard: Standard,
    indicators: Sequence[Indicator] | None = None,
    conclusions: Sequence[Conclusion] | None = None,
) -> list[Finding]:
    """Everything found, what blocks first.

    :param indicators, conclusions: where they have been read already.
    """
    lines = list(standard.indicators.all() if indicators is None else indicators)
    bars = list(standard.conclusions.all() if conclusions is None else conclusions)
    found = [*_head(standard), *_bars(standard, bars, sums(lines)), *_tree(lines)]
    for line in lines:
        found += _line(standard, line, bars)
    return sorted(found, key=lambda one: not one.blocks)


def _head(standard: Standard) -> Iterator[Finding]:
    grading = standard.purpose == Purpose.GRADING
    if grading and standard.category_id is None:
        yield Finding(_("分级测评标准没有选适用类别，队伍不能按它申请。"), blocks=True)
    if grading and standard.validity_months is None:
        yield Finding(_("没有写结论有效期，发的等级证书上没有有效至。"), blocks=False)
    if standard.scheme == Scheme.EMERGENCY and not standard.specialty:
        yield Finding(_("应急管理部门的标准没有选专业。"), blocks=False)
    if standard.is_sample:
        yield Finding(_("这一版标着“示例”，正式使用前请换成印发的标准，并去掉标记。"), blocks=False)
    elif not standard.document_number:
        yield Finding(_("没有写文号。"), blocks=False)
    if standard.valid_from is None:
        yield Finding(_("还没有生效日期，发布时要填。"), blocks=False)


def _bars(standard: Standard, bars: Sequence[Conclusion], full: Sums) -> Iterator[Finding]:
    if not bars:
        yield Finding(_("还没有结论档次。"), blocks=True)
    of_subject = {
        "min_total": full.total, "min_public": full.public, "min_professional": full.professional,
    }  # fmt: skip
    for place, bar in enumerate(bars):
        words: dict[str, Any] = {"bar": bar.name}
        if standard.purpose == Purpose.GRADING and bar.key not in Grade.values:
            yield Finding(_("档次“%(bar)s”不是 1 级、2 级、3 级中的一个。") % words, blocks=True)
        if all(getattr(bar, name) is None for name in of_subject):
            if place < len(bars) - 1:
                yield Finding(_("档次“%(bar)s”没有合格线，又不是最后一档，谁都会得到它。") % words, blocks=True)
            continue
        for name, most in of_subject.items():
            least = getattr(bar, name)
            words |= {"label": label(bar, name), "most": plain(most)}
            if least is not None and least > most and full.lines:
                words["least"] = plain(least)
                yield Finding(
                    _("档次“%(bar)s”的%(label)s %(least)s 分，超过了满分 %(most)s 分，没有队伍能达到。") % words,
                    blocks=True,
                )
            below = [getattr(one, name) for one in bars[place + 1 :]]
            if least is not None and any(other is not None and other > least for other in below):
                yield Finding(_("档次“%(bar)s”的%(label)s比后面的档次还低，请核对次序。") % words, blocks=False)


def _tree(lines: Sequence[Indicator]) -> Iterator[Finding]:
    full = sums(lines)
    if not full.lines:
        yield Finding(_("还没有评分的指标。"), blocks=True, tree=True)
    elif full.total != HUNDRED:
        words: dict[str, Any] = {"points": plain(full.total)}
        yield Finding(_("各项分值合计 %(points)s 分，不是 100 分。") % words, blocks=False, tree=True)
    for node in nodes(lines):
        line = node.indicator
        words = {"code": line.code}
        if node.is_heading and not node.height:
            yield Finding(_("%(code)s 是分组标题，下面没有指标。") % words, blocks=True, at=line)
        if node.is_heading and line.points:
            yield Finding(_("%(code)s 是分组标题，它自己的分值不算。") % words, blocks=False, at=line)
        if not node.is_heading and node.height:
            yield Finding(_("%(code)s 自己评分，下面又有指标，分会算两次。") % words, blocks=True, at=line)
        if node.depth > MOST_DEPTH:
            yield Finding(_("%(code)s 的层次太深，最多四层。") % words, blocks=False, at=line)


def _line(standard: Standard, line: Indicator, bars: Sequence[Conclusion]) -> Iterator[Finding]:
    if line.method != Method.HEADING:
        yield from _points(line)
        yield from _metric(standard, line)
        yield from _method(line, bars)
    keys = {bar.key for bar in bars}
    strange = sorted((set(line.requirements) | set(line.texts)) - keys)
    if strange:
        words = {"code": line.code, "keys": _("、").join(strange)}
        yield Finding(_("%(code)s 对没有的档次提了要求：%(keys)s。") % words, blocks=True, at=line)


def _points(line: Indicator) -> Iterator[Finding]:
    if not line.points and not line.is_veto:
        yield Finding(_("%(code)s 没有分值，也不是一票否决。") % {"code": line.code}, blocks=True, at=line)
    if line.subject not in Subject.values:
        yield Finding(_("%(code)s 没有选科目。") % {"code": line.code}, blocks=True, at=line)


def _metric(standard: Standard, line: Indicator) -> Iterator[Finding]:
    words: dict[str, Any] = {"code": line.code}
    if not line.metric:
        return
    metric = find(line.metric)
    if metric is None:
        words["metric"] = line.metric
        yield Finding(_("%(code)s 自动取数的“%(metric)s”系统里没有。") % words, blocks=True, at=line)
        return
    if line.method == Method.JUDGED:
        yield Finding(_("%(code)s 由人评分，自动取的数不影响得分。") % words, blocks=False, at=line)
    elif metric.only_now and standard.purpose == Purpose.ANNUAL:
        text = _("%(code)s 自动取的数只有今天的，没有考核截止日那一天的，考核时由人填。")
        yield Finding(text % words, blocks=False, at=line)
    unit = unit_of(line.metric)
    if line.unit and unit and line.unit != unit:
        words |= {"unit": line.unit, "other": unit}
        yield Finding(_("%(code)s 的单位是“%(unit)s”，自动取的数是“%(other)s”。") % words, blocks=False, at=line)


def _method(line: Indicator, bars: Sequence[Conclusion]) -> Iterator[Finding]:
    if line.method == Method.STEPS:
        yield from _steps(line)
    elif line.method == Method.DEDUCTION and not line.per_unit:
        yield Finding(_("%(code)s 没有写每项扣几分。") % {"code": line.code}, blocks=True, at=line)
    elif line.method == Method.DEDUCTION and line.per_unit > line.points and not line.is_veto:
        words = {"code": line.code, "each": plain(line.per_unit), "full": plain(line.points)}
        yield Finding(_("%(code)s 每项扣 %(each)s 分，比分值 %(full)s 分还多。") % words, blocks=False, at=line)
    elif line.method == Method.THRESHOLD:
        yield from _threshold(line, bars)
    elif line.method == Method.YES_NO and line.more_is_better and line.name.startswith(_DENIES):
        text = _("%(code)s 写成“没有……”，又用“有”“没有”来答，容易答反：请去掉“没有”，不勾“数值越大越好”。")
        yield Finding(text % {"code": line.code}, blocks=False, at=line)


def _steps(line: Indicator) -> Iterator[Finding]:
    words: dict[str, Any] = {"code": line.code, "full": plain(line.points)}
    pairs = sorted((Decimal(step["from"]), Decimal(step["points"])) for step in line.steps)
    if not pairs:
        yield Finding(_("%(code)s 还没有分档。") % words, blocks=True, at=line)
        return
    best = max(points for _start, points in pairs)
    if best > line.points:
        words["best"] = plain(best)
        yield Finding(_("%(code)s 有一档给 %(best)s 分，超过分值 %(full)s 分。") % words, blocks=True, at=line)
    elif best < line.points:
        yield Finding(_("%(code)s 没有一档能得满分 %(full)s 分。") % words, blocks=False, at=line)
    given = [points for _start, points in (pairs if line.more_is_better else reversed(pairs))]
    if any(one >= other for one, other in pairwise(given)):
        yield Finding(_("%(code)s 有一档更好的数值反而没有更多的分。") % words, blocks=False, at=line)


def _threshold(line: Indicator, bars: Sequence[Conclusion]) -> Iterator[Finding]:
    words: dict[str, Any] = {"code": line.code}
    named = [bar for bar in bars if not _is_rest(bar)]
    if not line.requirements:
        yield Finding(_("%(code)s 按数值达标评分，还没有写各档的数值。") % words, blocks=True, at=line)
        return
    missing = [bar.name for bar in named if bar.key not in line.requirements]
    if missing:
        words["bars"] = _("、").join(missing)
        yield Finding(_("%(code)s 没有写这些档次的数值，按没有要求算：%(bars)s。") % words, blocks=False, at=line)
    wanted = [Decimal(line.requirements[bar.key]) for bar in named if bar.key in line.requirements]
    if any(one < other if line.more_is_better else one > other for one, other in pairwise(wanted)):
        yield Finding(_("%(code)s 高一档的要求比低一档的还松，请核对。") % words, blocks=False, at=line)


def _is_rest(bar: Conclusion) -> bool:
    return bar.min_total is bar.min_public is bar.min_professional is None
