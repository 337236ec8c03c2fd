"""What the snapshot kept of a team's records: basic facts, the year in figures, activities, problems, members."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.report.content import Bars, Block, Column, Facts, Figures, Remark, Shares, Table, centred
from assessments.report.sources import Source
from assessments.report.words import NOTHING, cells, number
from core import metrics
from core.metrics import Metric

_DAY = 20
_COUNTED = ("people", "training")  # apps whose numbers say something of a single team


def basic(source: Source) -> tuple[Block, ...]:
    facts = tuple((label, text or NOTHING) for label, text, *_more in map(cells, source.facts.get("team", ())))
    posts = _rows(source, "posts", 3)
    columns = (Column(_("岗位"), 40), Column(_("姓名"), 76), centred(_("任职起"), 40))
    return (
        Facts(facts),
        Table(columns, posts, heading=_("负责人和岗位"), empty=_("没有登记岗位。")),
    )  # fmt: skip


def figures(source: Source) -> tuple[Block, ...]:
    """Numbers of the metrics that were taken, heads as a part of all, activities by month; nothing of what was none,
    which the lists say."""
    counts, months = source.facts.get("counts", {}), source.facts.get("months", {})
    parts = tuple((label, int(counts.get(key) or 0)) for key, label in heads())
    whole, values = int(counts.get("registered") or 0), _values(source)
    charts = [
        Bars(heading, unit, month_names(), tuple(number(value) for value in months[key]))
        for key, heading, unit in monthly()
        if any(number(value) != "0" for value in months.get(key, ()))
    ]
    return (
        Figures(values) if values else Remark(_("没有取到数。")),
        *([Shares(_("队员"), _("人"), parts, whole)] if whole else []),
        *charts,
    )


def _values(source: Source) -> tuple[tuple[str, str, str], ...]:
    """What the standard asks, and what is not nought of people and training, in the portal's own order."""
    asked = {indicator.metric for indicator in source.indicators}
    known = ((one, number(source.values[one.name])) for one in metrics.every() if one.name in source.values)
    return tuple(
        (str(one.of_one.label), one.of_one.said(Decimal(shown)), "")
        if one.of_one
        else (str(one.label), shown, str(one.unit))
        for one, shown in known
        if one.name in asked or (shown != "0" and _subject(one) in _COUNTED)
    )


def _subject(one: Metric) -> str:
    return one.function.__module__.partition(".")[0]


def heads() -> tuple[tuple[str, str], ...]:
    return (
        ("registered", _("在册")), ("certified", _("持证")), ("insured", _("在保")), ("deployable", _("可出动")),
    )  # fmt: skip


def monthly() -> tuple[tuple[str, str, str], ...]:
    return (
        ("drills", _("各月演练"), _("场")),
        ("trainings", _("各月培训"), _("场")),
        ("hours", _("各月时长"), _("小时")),
    )


def month_names() -> tuple[str, ...]:
    return tuple(pgettext("chart", "%(n)s月") % {"n": month} for month in range(1, 13))


def activities(source: Source) -> tuple[Block, ...]:
    """Two lists of the same build, so that they can be compared."""
    drills, trainings = _rows(source, "drills", 8), _rows(source, "trainings", 8)
    return (
        Table(_activity_columns(_("形式")), drills, heading=_("演练"), empty=_("本年没有演练记录。")),
        Table(_activity_columns(_("种类")), trainings, heading=_("培训"), empty=_("本年没有培训记录。")),
    )


def _activity_columns(kind: str) -> tuple[Column, ...]:
    return (
        Column(_("编号"), 36), Column(_("名称"), 30), centred(_("日期"), _DAY), Column(_("地点"), 23),
        centred(kind, 17), centred(_("实到"), 10), centred(_("应到"), 10), centred(_("时长"), 10),
    )  # fmt: skip


def problems(source: Source) -> tuple[Block, ...]:
    columns = (
        Column(_("问题"), 56), Column(_("来源活动"), 40), centred(_("整改期限"), _DAY),
        centred(_("状态"), 16), centred(_("销号日期"), _DAY),
    )  # fmt: skip
    return (Table(columns, _rows(source, "problems", 5), empty=_("本年没有登记问题。")),)


def honours(source: Source) -> tuple[Block, ...]:
    awards = (
        Column(_("姓名"), 36),
        Column(_("表彰奖励"), 58),
        Column(_("授予单位"), 40),
        centred(_("日期"), _DAY),
    )
    grades = (
        Column(_("类别或专业"), 40), centred(_("等级"), 18), Column(_("评定单位"), 54),
        centred(_("评定日期"), _DAY), centred(_("有效期至"), _DAY),
    )  # fmt: skip
    return (
        Table(awards, _rows(source, "awards", 4), heading=_("表彰奖励"), empty=_("本年没有登记表彰奖励。")),
        Table(grades, _rows(source, "grades", 5), heading=_("测评等级"), empty=_("没有在有效期内的等级。")),
    )


def members(source: Source) -> tuple[Block, ...]:
    """Never numbers of documents or telephones: the snapshot has none."""
    rows = _rows(source, "members", 7)
    columns = (
        centred(_("序号"), 10), centred(_("编号"), 15), Column(_("姓名"), 35), centred(_("身份、在队情况"), 22),
        centred(_("岗位"), 14), centred(_("入队日期"), _DAY), centred(_("证书有效期至"), _DAY),
        centred(_("保险有效期至"), _DAY),
    )  # fmt: skip
    counted = tuple((str(place), *row) for place, row in enumerate(rows, 1))
    table = Table(columns, counted, empty=_("没有在册队员。"))
    return (table, Remark(_("共 %(n)s 人。") % {"n": len(rows)})) if rows else (table,)


def _rows(source: Source, name: str, width: int) -> tuple[tuple[str, ...], ...]:
    """As many cells as there are columns, whatever an older snapshot kept."""
    return tuple(_wide(cells(row), width) for row in source.facts.get(name, ()))


def _wide(row: tuple[Any, ...], width: int) -> tuple[str, ...]:
    return (row + ("",) * width)[:width]
