"""盟市年度考核报告: of all teams below one league."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from assessments.models import Campaign
from assessments.report import summary
from assessments.report.content import Opinion, Report, Section
from assessments.report.sources import Source
from assessments.report.words import day
from organizations.models import Organization


def build(
    campaign: Campaign, league: Organization, sources: Sequence[Source], *, region: str, dated: date, number: str
) -> Report:
    """:param sources: in the order of the tree. :param region: what the region's office is called."""
    sums = summary.sums_of(sources)
    return Report(
        kind=_("盟市年度考核报告"),
        title=_("%(year)s年度救援队考核报告") % {"year": campaign.year},
        subject=league.name,
        number=number,
        dated=dated,
        issuer=league.name,
        facts=(
            (_("考核年度"), str(campaign.year)),
            (_("救援队"), _("%(n)s 支") % {"n": sums.teams}),
            (_("数据截止日"), day(campaign.data_until)),
        ),
        sections=(
            Section(_("总体情况"), (*summary.overview(sources, sums), summary.states(sources))),
            Section(_("各队考核结果"), summary.teams(sources)),
            Section(_("共性短板"), summary.weakness_blocks(sources)),
            Section(_("加分、扣分和否决"), summary.adjustments(sources)),
            Section(_("没有销号的问题"), summary.problems(sources)),
            Section(_("考核意见"), _opinions(league, region)),
        ),
        mark=summary.mark_of(sums),
    )


def _opinions(league: Organization, region: str) -> tuple[Opinion, ...]:
    return (
        Opinion(_("盟市红十字会意见"), (), _("负责人（签字）"), league.name),
        Opinion(_("自治区红十字会意见"), (), _("负责人（签字）"), region),
    )
