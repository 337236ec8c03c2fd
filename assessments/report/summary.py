"""What league and region say of many teams: sums, results, common weaknesses, problems. Teams and leagues stand in the
order of the tree of offices; only indicators are put in order by how many lose points."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import AdjustmentKind
from assessments.models import Adjustment, Indicator
from assessments.report.content import Bars, Block, Column, Figures, Remark, Shares, Table, centred
from assessments.report.records import heads, month_names, monthly
from assessments.report.sources import Source, is_heading
from assessments.report.words import number, points, share
from assessments.scoring import NOUGHT, Line, Standing
from assessments.states import ReviewState

MONTHS = 12
WEAKEST = 10  # indicators listed


@dataclass(frozen=True)
class Sums:
    """Of several teams: heads and months added up. Shares and averages cannot be, and are not."""

    teams: int
    settled: int
    exempt: int
    decided: int
    results: Counter[str]
    heads: dict[str, int]
    months: dict[str, list[Decimal]]
    open_problems: int

    def year(self, name: str) -> Decimal:
        return sum(self.months[name], NOUGHT)


def sums_of(sources: Sequence[Source]) -> Sums:
    results = Counter(one.review.result.key for one in sources if one.review.result is not None)
    exempt = sum(one.review.state == ReviewState.EXEMPT for one in sources)
    counts = {key: sum(int(one.facts.get("counts", {}).get(key) or 0) for one in sources) for key, _label in heads()}
    months = {key: _added([one.facts.get("months", {}).get(key, ()) for one in sources]) for key, *_more in monthly()}
    return Sums(
        teams=len(sources),
        settled=sum(one.is_settled for one in sources),
        exempt=exempt,
        decided=sum(results.values()),
        results=results,
        heads=counts,
        months=months,
        open_problems=sum(len(_open_problems(one)) for one in sources),
    )


def _added(rows: Sequence[Sequence[Any]]) -> list[Decimal]:
    added = [NOUGHT] * MONTHS
    for row in rows:
        for month, value in enumerate(row[:MONTHS]):
            added[month] += Decimal(str(value or 0))
    return added


def mark_of(sums: Sums) -> str:
    left = sums.teams - sums.settled
    return _("草稿 · 尚有 %(n)s 支队伍没有办结，不作凭证") % {"n": left} if left else ""


def overview(sources: Sequence[Source], sums: Sums) -> tuple[Block, ...]:
    """Figures, heads, results as parts of all, activities by month."""
    items = [
        (_("救援队"), str(sums.teams), _("支")),
        (_("已有结果"), str(sums.decided), _("支")),
        (_("不参加考核"), str(sums.exempt), _("支")),
        (_("没有销号的问题"), str(sums.open_problems), _("项")),
        *((label, str(sums.heads[key]), _("人")) for key, label in heads()),
        (_("演练"), number(sums.year("drills")), _("场")),
        (_("培训"), number(sums.year("trainings")), _("场")),
        (_("训练时长"), number(sums.year("hours")), _("小时")),
    ]
    blocks: list[Block] = [Figures(tuple(items))]
    if sums.teams > 1:  # the portal's own statistics count heads once
        blocks.append(Remark(_("人数是各队相加，同时在几支队伍的，各队都算。")))
    if sums.decided:
        blocks.append(Shares(_("考核结果"), _("支"), results(sources, sums), sums.decided))
    for key, heading, unit in monthly():
        if sums.year(key):
            blocks.append(Bars(heading, unit, month_names(), tuple(number(value) for value in sums.months[key])))
    return tuple(blocks)


def results(sources: Sequence[Source], sums: Sums) -> tuple[tuple[str, int], ...]:
    """Every conclusion of the standard, best first, with the number of teams."""
    return tuple((bar.name, sums.results[bar.key]) for bar in sources[0].rules.bars) if sources else ()


def states(sources: Sequence[Source]) -> Table:
    counted = Counter(one.review.state for one in sources)
    rows = tuple((str(state.label), str(counted[state])) for state in ReviewState if counted[state])
    return Table((Column(_("办理状态"), 78), centred(_("队伍数"), 78)), rows, heading=_("办理情况"))


def teams(sources: Sequence[Source]) -> tuple[Block, ...]:
    columns = (
        centred(_("序号"), 10), Column(_("队伍"), 62), centred(_("状态"), 24),
        centred(_("自评"), 14), centred(_("盟市"), 14), centred(_("审定"), 14),
        centred(_("结果"), 18),
    )  # fmt: skip
    rows = tuple(_team(place, one) for place, one in enumerate(sources, 1))
    words = _("按机构顺序排列，不是名次。")
    return (Table(columns, rows, empty=_("本年度没有队伍参加考核。")), Remark(words))


def _team(place: int, one: Source) -> tuple[str, ...]:
    review = one.review
    totals = (review.self_total, review.league_total, review.total)
    result = review.result.name if review.result is not None else ""
    return (str(place), one.name, review.get_state_display(), *(points(total) for total in totals), result)


# -- common weaknesses -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Weakness:
    indicator: Indicator
    scored: int
    losing: int
    lost: Decimal  # of all points that could be had


def weaknesses(sources: Sequence[Source]) -> list[Weakness]:
    """Indicators where at least half of the scored teams lose points, most teams first."""
    lines: dict[str, list[Line]] = {}
    for one in sources:
        side = one.last_side
        if side is not None and one.review.state != ReviewState.EXEMPT:
            for line in one.sheet(side).lines:
                if line.standing != Standing.NOT_APPLICABLE:
                    lines.setdefault(line.rule.code, []).append(line)
    indicators = sources[0].indicators if sources else ()
    found = [_weakness(one, lines[one.code]) for one in indicators if one.code in lines and not is_heading(one)]
    weak = [one for one in found if one.losing * 2 >= one.scored and one.losing]
    return sorted(weak, key=lambda one: (-one.losing * 1000 // one.scored, -one.lost))[:WEAKEST]


def _weakness(indicator: Indicator, lines: list[Line]) -> Weakness:
    could = sum((line.rule.points for line in lines), NOUGHT)
    got = sum((line.points for line in lines), NOUGHT)
    losing = sum(line.points < line.rule.points or line.vetoes for line in lines)
    return Weakness(indicator, len(lines), losing, (could - got) * 100 / could if could else NOUGHT)


def weakness_blocks(sources: Sequence[Source]) -> tuple[Block, ...]:
    columns = (
        centred(_("编号"), 14), Column(_("指标"), 70), centred(_("失分队伍"), 24),
        centred(_("占已评队伍"), 24), centred(_("失分率"), 24),
    )  # fmt: skip
    rows = tuple(
        (
            one.indicator.code, one.indicator.name, _("%(n)s 支") % {"n": one.losing}, share(one.losing, one.scored),
            f"{one.lost:.0f}%",
        )
        for one in weaknesses(sources)
    )  # fmt: skip
    words = _("列半数以上已评队伍失分的指标，按失分队伍的比例排列，最多 %(n)s 项。") % {"n": WEAKEST}
    table = Table(columns, rows, empty=_("没有半数以上队伍失分的指标。"))
    return (table, Remark(words))


# -- problems, adjustments ---------------------------------------------------------------------------------
def _open_problems(one: Source) -> list[list[Any]]:
    """Those without a day on which they were closed."""
    return [row for row in one.facts.get("problems", ()) if not (row[4:5] and row[4])]


def problems(sources: Sequence[Source]) -> tuple[Block, ...]:
    columns = (
        Column(_("队伍"), 48), Column(_("问题"), 64), centred(_("整改期限"), 22), centred(_("状态"), 22),
    )  # fmt: skip
    rows = tuple(
        (one.name, str(row[0]), str(row[2] or ""), str(row[3] or "")) for one in sources for row in _open_problems(one)
    )
    return (Table(columns, rows, empty=_("没有未销号的问题。")),)


def adjustments(sources: Sequence[Source]) -> tuple[Block, ...]:
    columns = (
        Column(_("队伍"), 48), centred(_("种类"), 20), centred(_("分数"), 14), Column(_("事由"), 74),
    )  # fmt: skip
    rows = tuple(_adjustment(source.name, one) for source in sources for one in source.adjustments)
    return (Table(columns, rows, empty=_("没有加分、扣分和否决。")),)


def _adjustment(team: str, one: Adjustment) -> tuple[str, ...]:
    return (team, one.get_kind_display(), "" if one.kind == AdjustmentKind.VETO else points(one.points), one.what)
