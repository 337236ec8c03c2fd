"""队伍年度考核报告: of one review."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.annual.sections import written
from assessments.models import Review
from assessments.report import records
from assessments.report.content import Block, Facts, Opinion, Remark, Report, Section, Text
from assessments.report.scores import score_blocks
from assessments.report.sources import Source
from assessments.report.words import chinese, day, paragraphs, points
from assessments.states import REVIEW_SETTLED, ReviewState
from organizations.roles import Level


def build(source: Source, *, region: str, dated: date, number: str) -> Report:
    """:param region: what the region's office is called, which decides."""
    review, campaign = source.review, source.campaign
    words = {"year": campaign.year}
    return Report(
        kind=_("队伍年度考核报告"),
        title=_("%(year)s年度考核报告") % words,
        subject=source.name,
        number=number,
        dated=dated,
        issuer=review.office.name,
        facts=_cover(source),
        sections=_sections(source, region),
        mark=mark_of(review),
    )


def mark_of(review: Review) -> str:
    """What is under way must not be taken for a result."""
    if review.state in REVIEW_SETTLED:
        return ""
    return _("草稿 · 考核尚未办结（%(state)s），不作凭证") % {"state": review.get_state_display()}


def _cover(source: Source) -> tuple[tuple[str, str], ...]:
    review = source.review
    rows = [(_("考核单位"), review.office.name), (_("考核年度"), str(source.campaign.year))]
    if review.state == ReviewState.EXEMPT:
        rows.append((_("考核结果"), _("不参加本年度考核")))
    elif review.result is not None:
        words = {"result": review.result.name, "points": points(review.total)}
        rows.append((_("考核结果"), _("%(result)s（%(points)s 分）") % words))
    if source.snapshot is not None:
        rows.append((_("数据截止日"), day(source.snapshot.as_at)))
    return tuple(rows)


def _sections(source: Source, region: str) -> tuple[Section, ...]:
    if source.review.state == ReviewState.EXEMPT and source.snapshot is None:
        return (Section(_("考核结果"), _result(source)),)
    taken = source.snapshot is not None
    sections = [
        Section(_("基本情况"), records.basic(source)) if taken else Section(_("基本情况"), (_untaken(),)),
        *(
            (
                Section(_("年度数据"), records.figures(source)),
                Section(_("演练和培训"), records.activities(source)),
                Section(_("问题整改"), records.problems(source)),
                Section(_("表彰奖励和测评等级"), records.honours(source)),
            )
            if taken
            else ()
        ),
        *_self_report(source),
        Section(_("考核得分"), score_blocks(source)),
        Section(_("考核结果和意见"), (*_result(source), *_opinions(source, region))),
    ]
    if taken:
        sections.append(Section(_("队员名册"), records.members(source), annex=True))
    return tuple(sections)


def _untaken() -> Block:
    return Remark(_("本次考核还没有取数，记录中的情况没有列出。"))


def _self_report(source: Source) -> tuple[Section, ...]:
    """The sections that say something; what the portal does not keep yet is absent unless the team wrote of it."""
    review = source.review
    texts = [
        Text(paragraphs(text), heading=_("（%(n)s）%(title)s") % {"n": chinese(place), "title": section.title})
        for place, (section, text) in enumerate(written(review), 1)
    ]
    if not texts:
        return ()
    if not review.reporter:
        return (Section(_("述职报告"), tuple(texts)),)
    words = {"name": review.reporter, "day": day(review.reported_on)}
    signed = _("述职人：%(name)s　　述职日期：%(day)s") % words
    return (Section(_("述职报告"), (*texts, Remark(signed))),)


def _opinions(source: Source, region: str) -> tuple[Block, ...]:
    review = source.review
    own = Opinion(_("队伍意见"), (_("以上情况属实。"),), _("队伍负责人（签字）"), source.name)
    league = Opinion(_("盟市考核意见"), paragraphs(review.league_opinion), _("负责人（签字）"), review.office.name)
    decided = Opinion(_("自治区审定意见"), paragraphs(review.region_opinion), _("负责人（签字）"), region)
    return (own, decided) if review.office.level == Level.REGION else (own, league, decided)


def _result(source: Source) -> tuple[Block, ...]:
    review = source.review
    if review.state == ReviewState.EXEMPT:
        return (Facts(((_("考核结果"), _("不参加本年度考核")), (_("原因"), review.state_reason))),)
    if review.result is None:
        return (Remark(_("考核尚未审定，没有结果。")),)
    rows = [(_("审定得分"), points(review.total)), (_("考核结果"), review.result.name)]
    if review.decided_at is not None:
        rows.append((_("审定日期"), day(timezone.localdate(review.decided_at))))
    rows.append((_("状态"), review.get_state_display()))
    return (Facts(tuple(rows)),)
