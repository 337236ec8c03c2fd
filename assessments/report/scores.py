"""The score sheet: an indicator a line, the three sides beside each other, and why."""

from django.utils.translation import gettext as _

from assessments.choices import AdjustmentKind, ScoredBy
from assessments.models import Indicator, Objection
from assessments.report.content import Block, Column, Remark, Table, Text, centred
from assessments.report.sources import Source, is_heading
from assessments.report.words import NOTHING, day, paragraphs, points
from assessments.scoring import Line, Standing

SIDES = (ScoredBy.TEAM, ScoredBy.LEAGUE, ScoredBy.REGION)


def score_blocks(source: Source) -> tuple[Block, ...]:
    blocks: list[Block] = [_sheet(source), Remark(_reading(source))]
    if source.adjustments:
        blocks.append(_adjustments(source))
    return (*blocks, *map(_objection, source.objections))


def _reading(source: Source) -> str:
    standard = source.campaign.standard
    words = {"standard": standard, "full": points(source.rules.full)}
    return _("按《%(standard)s》计分，满分 %(full)s 分。不适用的不计入总分。自评只作参考，以审定得分为准。") % words


def _sheet(source: Source) -> Table:
    lines: dict[str, dict[str, Line]] = {
        side: {line.rule.code: line for line in source.sheet(side).lines} for side in SIDES if source.has(side)
    }
    rows = [_row(source, indicator, lines) for indicator in source.indicators]
    totals = (source.review.self_total, source.review.league_total, source.review.total)
    rows.append(("", _("总分"), points(source.rules.full), *(points(total) for total in totals), _last(source)))
    return Table(_columns(), tuple(rows))


def _columns() -> tuple[Column, ...]:
    return (
        centred(_("编号"), 11), Column(_("指标"), 43), centred(_("分值"), 14),
        centred(_("自评"), 11), centred(_("盟市"), 11), centred(_("审定"), 11),
        Column(_("评分理由"), 56),
    )  # fmt: skip


def _last(source: Source) -> str:
    return source.review.result.name if source.review.result is not None else ""


def _row(source: Source, indicator: Indicator, lines: dict[str, dict[str, Line]]) -> tuple[str, ...]:
    if is_heading(indicator):
        return (f"{indicator.code}　{indicator.name}",)
    per_side = [lines.get(side, {}).get(indicator.code) for side in SIDES]
    full = _("否决项") if indicator.is_veto and not indicator.points else points(indicator.points)
    return (
        indicator.code, indicator.name, full, *(_points(line) for line in per_side), _why(source, indicator, per_side),
    )  # fmt: skip


def _points(line: Line | None) -> str:
    if line is None:
        return NOTHING
    if line.standing == Standing.NOT_APPLICABLE:
        return _("不适用")
    if line.rule.is_veto and not line.rule.points:
        return _("否决") if line.vetoes else _("通过") if line.standing == Standing.FULL else NOTHING
    return points(line.points)


def _why(source: Source, indicator: Indicator, per_side: list[Line | None]) -> str:
    """The reason of whose score counts most by now, and what that side wrote."""
    for side, line in reversed(list(zip(SIDES, per_side, strict=True))):
        if line is not None:
            notes = [source.basis.row(each, indicator) for each in (side, ScoredBy.LEAGUE)]
            note = next((row.note for row in notes if row is not None and row.note), "")
            return f"{line.reason}{note}"
    return ""


def _adjustments(source: Source) -> Table:
    columns = (
        centred(_("种类"), 16),
        centred(_("分数"), 12),
        Column(_("事由"), 64),
        Column(_("依据"), 64),
    )
    signs = {AdjustmentKind.BONUS: "+", AdjustmentKind.PENALTY: "−"}
    rows = [
        (
            one.get_kind_display(),
            f"{signs[AdjustmentKind(one.kind)]}{points(one.points)}" if one.kind in signs else NOTHING,
            one.what, one.grounds,
        )
        for one in source.adjustments
    ]  # fmt: skip
    return Table(columns, tuple(rows), heading=_("加分、扣分和否决"))


def _objection(one: Objection) -> Text:
    """What came of it; not who raised it, nor their words. As running text: an answer may be longer than a page."""
    outcome = one.get_outcome_display() or _("处理中")
    words = {"kind": one.get_kind_display(), "day": day(one.received_on), "outcome": outcome}
    return Text(paragraphs(one.answer), heading=_("%(kind)s（%(day)s 收到）：%(outcome)s") % words)
