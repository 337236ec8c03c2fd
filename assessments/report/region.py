"""自治区年度考核报告: the leagues beside each other, figures, results, common weaknesses."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from assessments.choices import AdjustmentKind
from assessments.models import Campaign
from assessments.report import summary
from assessments.report.content import Block, Column, Opinion, Report, Section, Table, centred
from assessments.report.leagues import league_of
from assessments.report.sources import Source
from assessments.report.summary import Sums, sums_of
from assessments.report.words import day, number
from organizations.models import Organization

Part = tuple[str, Sequence[Source], Sums]


def build(
    campaign: Campaign, region: Organization, leagues: Sequence[Organization], sources: Sequence[Source], *,
    dated: date, number: str,
) -> Report:  # fmt: skip
    """:param leagues: in the order of the tree; teams below none of them are the region's own."""
    sums, parts = sums_of(sources), _parts(leagues, sources)
    return Report(
        kind=_("自治区年度考核报告"),
        title=_("%(year)s年度救援队考核报告") % {"year": campaign.year},
        subject=region.name,
        number=number,
        dated=dated,
        issuer=region.name,
        facts=(
            (_("考核年度"), str(campaign.year)),
            (_("盟市"), _("%(n)s 个") % {"n": len(leagues)}),
            (_("救援队"), _("%(n)s 支") % {"n": sums.teams}),
            (_("数据截止日"), day(campaign.data_until)),
        ),
        sections=(
            Section(_("总体情况"), (*summary.overview(sources, sums), summary.states(sources))),
            Section(_("各盟市考核结果"), (_results(parts, sources, sums),)),
            Section(_("各盟市队伍和训练情况"), (_figures(parts, sums),)),
            Section(_("共性短板"), summary.weakness_blocks(sources)),
            Section(_("加分、扣分和否决"), (_adjusted(parts),)),
            Section(_("考核意见"), (Opinion(_("自治区红十字会意见"), (), _("负责人（签字）"), region.name),)),
        ),
        mark=summary.mark_of(sums),
    )


def _parts(leagues: Sequence[Organization], sources: Sequence[Source]) -> list[Part]:
    """Every league, also one without teams, and what is the region's own."""
    by_path = {league.path: league for league in leagues}
    found: dict[int, list[Source]] = {league.pk: [] for league in leagues}
    own: list[Source] = []
    for one in sources:
        league = league_of(one.review, by_path)
        (own if league is None else found[league.pk]).append(one)
    parts = [(league.short_name, found[league.pk], sums_of(found[league.pk])) for league in leagues]
    return [*parts, *([(_("自治区本级"), own, sums_of(own))] if own else [])]


def _results(parts: Sequence[Part], sources: Sequence[Source], sums: Sums) -> Block:
    """Leagues × conclusions of the standard."""
    bars = sources[0].rules.bars if sources else ()
    columns = (
        Column(_("盟市"), 40), centred(_("救援队"), 18), centred(_("已办结"), 18),
        *(centred(bar.name, 18) for bar in bars), centred(_("不参加"), 18),
    )  # fmt: skip

    def row(name: str, its: Sums) -> tuple[str, ...]:
        counts = (str(its.results[bar.key]) for bar in bars)
        return (name, str(its.teams), str(its.settled - its.exempt), *counts, str(its.exempt))

    rows = tuple(row(name, its) for name, _sources, its in parts)
    return Table(columns, (*rows, row(_("合计"), sums)))


def _figures(parts: Sequence[Part], sums: Sums) -> Block:
    columns = (
        Column(_("盟市"), 36), centred(_("在册"), 16), centred(_("持证"), 16),
        centred(_("在保"), 16), centred(_("可出动"), 16), centred(_("演练"), 14),
        centred(_("培训"), 14), centred(_("训练时长"), 18), centred(_("未销号问题"), 16),
    )  # fmt: skip

    def row(name: str, its: Sums) -> tuple[str, ...]:
        counted = (str(count) for count in its.heads.values())
        months = (number(its.year(key)) for key in its.months)
        return (name, *counted, *months, str(its.open_problems))

    rows = tuple(row(name, its) for name, _sources, its in parts)
    return Table(columns, (*rows, row(_("合计"), sums)))


def _adjusted(parts: Sequence[Part]) -> Block:
    """Teams that had points added, taken, or were ruled out; which, the report of the league says."""
    kinds = list(AdjustmentKind)
    columns = (Column(_("盟市"), 60), *(centred(_("%(kind)s的队伍") % {"kind": kind.label}, 32) for kind in kinds))

    def teams(sources: Sequence[Source], kind: str) -> str:
        return str(sum(any(each.kind == kind for each in one.adjustments) for one in sources))

    rows = tuple((name, *(teams(sources, kind) for kind in kinds)) for name, sources, _its in parts)
    return Table(columns, rows)
