"""Demo of the year's assessment, plainly fictional (演示): last year's closed with results, this year's under way with
a team in every state. Made by the functions people use, as the people who would."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pgtrigger
from django.utils import timezone

from assessments.annual.answers import LEAGUE, TEAM, basis_of
from assessments.annual.batch import conclude_all, publicise_all
from assessments.annual.scores import Given, agree, keep, sign_of
from assessments.annual.section_writing import begin, confirm, keep_section, mark_of
from assessments.annual.sections import SECTIONS, text_of
from assessments.annual.workflow import CAMPAIGN, REVIEW
from assessments.choices import FollowUpKind, Method
from assessments.follow_ups.needed import lacking
from assessments.follow_ups.registering import add
from assessments.follow_ups.workflow import FOLLOW_UP
from assessments.models import Campaign, FollowUp, Indicator, Review, Standard
from assessments.publicity.objections import raise_one
from core.history import acting_as
from portal.demo.acting import Acting

# Records begin with the demo: what was before stands on paper.
_ON_FILE = {"2.1": 1}
_ON_PAPER = {**_ON_FILE, "3.1": 18, "3.2": 85, "3.3": 18, "3.4": 8, "4.1": 3, "4.2": 2, "4.4": 10}
_RECORDS = "以纸质材料为准，平台数据从启用起（演示）"
# Team → share of the points that assessors judge.
_SHARES = {
    "water": "0.9", "psych": "0.8", "supply": "0.6", "aohan": "0.7", "songshan": "0.8", "medical": "0.9",
    "mountain": "0.8", "health": "1", "moli": "0.7",
}  # fmt: skip
# How far each team is this year; the captain of the water rescue team has everything still before him.
_THIS_YEAR = {
    "psych": "submitted", "aohan": "submitted", "songshan": "returned", "medical": "scored", "mountain": "decided",
    "health": "publicity", "hulun": "final", "supply": "exempt",
}  # fmt: skip
_COMMENTS = {"training": "请写清两次演练的时间和参加人数（演示）。"}


def make_reviews(acting: Acting) -> None:
    year = timezone.localdate().year
    standard = Standard.objects.get(code="annual-team", number=1)
    _last_year(acting, standard, year - 1)
    _this_year(acting, standard, year)


# -- last year --------------------------------------------------------------------------------------------------
def _last_year(acting: Acting, standard: Standard, year: int) -> None:
    region = acting["region"]
    after = year + 1
    campaign = _campaign(
        acting, standard, year, report_by=date(after, 1, 15), score_by=date(after, 1, 31),
        decide_by=date(after, 2, 10), document_number=f"演示发〔{year}〕28号",
    )  # fmt: skip
    for key, review in _reviews(campaign, acting).items():
        if key == "hulun":
            _exempt(acting, review, "年内停用整顿（演示）")
        else:
            _scored(acting, key, _handed_in(acting, key, review))
            _move(acting, "region", review, "decide")
            _follow_up(acting, key, review, date(after, 6, 30))
    with acting_as(region, source="make_demo"):
        publicise_all(campaign, date(after, 2, 16), date(after, 2, 20), by=region)
        conclude_all(Campaign.objects.get(pk=campaign.pk), by=region)
        CAMPAIGN.perform(Campaign.objects.get(pk=campaign.pk), "close", by=region)
    _as_it_was(campaign, after)


def _follow_up(acting: Acting, key: str, review: Review, due: date) -> None:
    """What a result that is not enough leads to; once its day has come it was carried out."""
    review = next(iter(_fresh(Review.objects.filter(pk=review.pk))))
    if not lacking(Review.objects.filter(pk=review.pk)).exists():
        return
    region, team = acting["region"], acting[acting.captain(key)]
    with acting_as(region, source="make_demo"):
        made = add(
            FollowUp(
                review=review, kind=FollowUpKind.RECTIFY, what="补登培训、演练和保险记录（演示）",
                responsible=review.organization, due_on=due, made_by=region,
            ),
            by=region,
        )  # fmt: skip
    if due > timezone.localdate():
        return
    with acting_as(team, source="make_demo"):
        made = FOLLOW_UP.perform(made, "report", by=team, outcome="已补登，记录见平台（演示）。")
    with acting_as(region, source="make_demo"):
        FOLLOW_UP.perform(made, "finish", by=region, done_on=due)


def _as_it_was(campaign: Campaign, year: int) -> None:
    """Everything happened in its time."""

    def at(month: int, day: int) -> datetime:
        return timezone.make_aware(datetime(year, month, day, 10))

    with pgtrigger.ignore():
        Campaign.objects.filter(pk=campaign.pk).update(opened_at=at(1, 2), closed_at=at(2, 23))
        done = Review.objects.filter(campaign=campaign).exclude(submitted_at=None)
        done.update(
            submitted_at=at(1, 12), reported_on=date(year, 1, 12), scored_at=at(1, 26), decided_at=at(2, 6)
        )  # fmt: skip


# -- this year --------------------------------------------------------------------------------------------------
def _this_year(acting: Acting, standard: Standard, year: int) -> None:
    today = timezone.localdate()
    campaign = _campaign(
        acting, standard, year, report_by=today + timedelta(days=12), score_by=today + timedelta(days=30),
        decide_by=today + timedelta(days=50), document_number=f"演示发〔{year}〕41号",
        public_from=today - timedelta(days=6), public_until=today - timedelta(days=1), data_until=today,
    )  # fmt: skip
    reviews = _reviews(campaign, acting)
    for key, state in sorted(_THIS_YEAR.items(), key=lambda item: item[1] != "final"):
        _bring_to(acting, key, reviews[key], state)
        if state == "final":  # its publicity was over before the others' began
            Campaign.objects.filter(pk=campaign.pk).update(public_from=today, public_until=today + timedelta(days=6))
    with acting_as(acting["captain"], source="make_demo"):
        begin(reviews["water"], by=acting["captain"])
    with acting_as(acting["hohhot"], source="make_demo"):
        raise_one(
            Review.objects.get(pk=reviews["health"].pk), by=acting["hohhot"], raised_by="群众来信（演示）",
            what="公示的志愿服务次数与实际不符，请核实（演示）。", received_on=today, phone="13800000111",
        )  # fmt: skip


def _bring_to(acting: Acting, key: str, review: Review, state: str) -> None:
    if state == "exempt":
        _exempt(acting, review, "正在办理退出，并入水上救援队（演示）")
        return
    _handed_in(acting, key, review)
    if state == "returned":
        _move(acting, acting.office(key), review, "return_for_changes", "一处请补充。", fields=_COMMENTS)
    if state in ("submitted", "returned"):
        return
    _scored(acting, key, review)
    for action, reached in (("decide", "decided"), ("publicise", "publicity"), ("conclude", "final")):
        if state == "scored":
            return
        if action == "conclude":
            _follow_up(acting, key, review, timezone.localdate() + timedelta(days=60))
        _move(acting, "region", review, action)
        if state == reached:
            return


# -- steps ------------------------------------------------------------------------------------------------------
def _campaign(acting: Acting, standard: Standard, year: int, **facts: Any) -> Campaign:
    region = acting["region"]
    with acting_as(region, source="make_demo"):
        made = Campaign.objects.create(
            year=year, standard=standard, created_by=region, note="演示数据，不是真实的考核通知。",
            **{"data_until": date(year, 12, 31), **facts},
        )  # fmt: skip
        CAMPAIGN.perform(made, "open", by=region)
    opened: Campaign = Campaign.objects.get(pk=made.pk)
    return opened


def _reviews(campaign: Campaign, acting: Acting) -> dict[str, Review]:
    rows = {row.organization_id: row for row in _fresh(Review.objects.filter(campaign=campaign))}
    return {key: rows[place.pk] for key, place in acting.places.items() if place.pk in rows}


def _fresh(rows: Any) -> Iterable[Review]:
    found: Iterable[Review] = rows.select_related("campaign__standard", "organization", "office", "team")
    return found


def _move(acting: Acting, who: str, review: Review, action: str, comment: str = "", **facts: Any) -> None:
    by = acting[who]
    with acting_as(by, source="make_demo"):
        REVIEW.perform(next(iter(_fresh(Review.objects.filter(pk=review.pk)))), action, by=by, comment=comment, **facts)


def _exempt(acting: Acting, review: Review, reason: str) -> None:
    _move(acting, "region", review, "exempt", reason=reason)


def _handed_in(acting: Acting, key: str, review: Review) -> Review:
    """Drafted from the records, read and handed in by the team's captain."""
    by = acting[acting.captain(key)]
    with acting_as(by, source="make_demo"):
        review = begin(review, by=by)
        for section in SECTIONS:
            if section.needed and not text_of(review, section.key).strip():
                words = f"{section.title}：按计划完成，见附件（演示）。"
                review = keep_section(review, section, words, seen=mark_of(""), by=by)
        for carried in list(review.carried):
            review = confirm(review, carried, by=by)
        _answer(review, key, by)
        review = next(iter(_fresh(Review.objects.filter(pk=review.pk))))
        made: Review = REVIEW.perform(review, "submit", by=by)
    return made


def _answer(review: Review, key: str, by: Any) -> None:
    basis = basis_of(review)
    well_kept = review.campaign.year < timezone.localdate().year and Decimal(_SHARES.get(key, "0.8")) >= Decimal("0.8")
    on_paper = _ON_PAPER if well_kept else _ON_FILE
    given = {}
    for one in basis.scored:
        line = _line(one, Decimal(_SHARES.get(key, "0.8")))
        if one.code in on_paper and not basis.frozen(one):
            given[one.pk] = Given(value=Decimal(on_paper[one.code]), note=_RECORDS, seen=sign_of(basis.row(TEAM, one)))
        elif basis.frozen(one) is None and basis.row(TEAM, one) is None:
            given[one.pk] = line
    keep(review, TEAM, given, by=by)


def _line(one: Indicator, share: Decimal) -> Given:
    seen = sign_of(None)
    if one.method == Method.JUDGED:
        return Given(points=(one.points * share).quantize(Decimal("0.5")), seen=seen)
    return Given(value=Decimal(one.method == Method.YES_NO and one.more_is_better), seen=seen)


def _scored(acting: Acting, key: str, review: Review) -> None:
    """The office takes the team's answers over, and lowers one."""
    by = acting[acting.office(key)]
    with acting_as(by, source="make_demo"):
        review = next(iter(_fresh(Review.objects.filter(pk=review.pk))))
        basis = basis_of(review)
        agree(review, by=by, only=[one.pk for one in basis.scored])
        if key in ("psych", "medical", "mountain"):
            review = next(iter(_fresh(Review.objects.filter(pk=review.pk))))
            one = next(each for each in basis.scored if each.code == "5.2")
            row = basis_of(review).row(LEAGUE, one)
            lower = Given(points=Decimal(2), note="抽查三条记录，一条超期录入（演示）", seen=sign_of(row))
            review = keep(review, LEAGUE, {one.pk: lower}, by=by).review
            review.league_opinion = "信息录入一项按抽查结果计分，其他同意自评（演示）。"
            review.save(update_fields=["league_opinion"])
    _move(acting, acting.office(key), review, "score")
