"""Begins a run: every document of it as a row, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.choices import DocumentKind
from assessments.models import Campaign, ReportDocument, ReportRun, Review
from assessments.models.run import PAPERS
from assessments.report.leagues import league_of
from assessments.report.sources import LONG_TEXTS
from assessments.states import CampaignState, ReviewState, RunState
from core.numbers import next_numbers
from core.queue import send_after_commit
from organizations.models import Organization, User
from organizations.roles import OFFICE_LEVELS, Level
from organizations.tree import nearest_above

PREFIX = "KH"


def reviews_of(campaign: Campaign) -> QuerySet[Review]:
    """Those that get a report: every team that takes part."""
    return campaign.reviews.exclude(state=ReviewState.EXEMPT)


@dataclass(frozen=True)
class Plan:
    """:param total: documents a run begun now would have. :param drafts: reports among them about what is not final."""

    total: int = 0
    drafts: int = 0


def planned(campaign: Campaign) -> Plan:
    reviews = _reported(campaign)
    if not reviews:
        return Plan()
    wanted = list(_wanted(reviews))
    going = {review.organization_id for review in reviews if review.state != ReviewState.FINAL}
    teams = [one for one in wanted if one.kind == DocumentKind.TEAM and one.place.pk in going]
    leagues = {one.league.pk for one in teams}
    drafts = len(teams) + sum(one.kind == DocumentKind.LEAGUE and one.place.pk in leagues for one in wanted)
    return Plan(len(wanted), drafts + bool(teams))  # the region's as well


def _reported(campaign: Campaign) -> list[Review]:
    """In the order of the tree."""
    rows = reviews_of(campaign).select_related("organization", "office")
    return list(rows.defer(*LONG_TEXTS).order_by("organization__path"))


def last_run(campaign: Campaign) -> ReportRun | None:
    return campaign.runs.order_by("-number").first()


def day_of_next(campaign: Campaign) -> date:
    """What is offered as the day printed: that of the last run, because another day would change every report."""
    last = last_run(campaign)
    return last.dated if last else timezone.localdate()


def day_doubts(campaign: Campaign, day: date) -> list[str]:
    """What is odd about the day to be printed."""
    last, found = last_run(campaign), []
    if last and day < last.dated:
        found.append(_("成文日期早于上一次生成的（%(day)s），新的报告会取代日期更晚的报告。") % {"day": last.dated})
    if day < campaign.data_until:
        found.append(_("成文日期早于数据截止日（%(day)s）。") % {"day": campaign.data_until})
    if day > timezone.localdate():
        found.append(_("成文日期还没有到。"))
    return found


@transaction.atomic
def begin(campaign: Campaign, *, by: User, dated: date | None = None) -> ReportRun:
    """A new run; the first documents go to the queue once the transaction has committed.

    :param dated: the day printed on every document.
    :raises ValidationError: when the campaign has not begun, has no teams, or a run of it is under way.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state == CampaignState.DRAFT:
        raise ValidationError(_("这次考核还没有启动，不能生成报告。"))
    before = last_run(campaign)
    if before and before.ended_at is None and before.state != RunState.CANCELLED:
        raise ValidationError(_("这次考核的报告正在生成。"))
    reviews = _reported(campaign)
    if not reviews:
        raise ValidationError(_("没有参加考核的队伍，不能生成报告。"))
    number, day = before.number + 1 if before else 1, dated or day_of_next(campaign)
    run = ReportRun.objects.create(campaign=campaign, number=number, dated=day, started_by=by)
    run.total = len(_write(run, reviews))
    run.save(update_fields=["total"])
    send_after_commit("assessments.fan_out", run_id=run.pk)
    return run


@dataclass(frozen=True)
class _Wanted:
    kind: str
    place: Organization
    league: Organization


def _write(run: ReportRun, reviews: list[Review]) -> list[ReportDocument]:
    wanted = list(_wanted(reviews))
    numbers = _numbers(run.campaign, wanted)
    rows = [
        ReportDocument(run=run, kind=one.kind, organization=one.place, league=one.league, position=position)
        for position, one in enumerate(wanted, 1)
    ]
    for row in rows:
        row.number = numbers.get((row.kind, row.organization_id), "")
    return ReportDocument.objects.bulk_create(rows, batch_size=2000)


def _wanted(reviews: list[Review]) -> Iterable[_Wanted]:
    """Teams in the order of the tree, the leagues that have some, the region; then their archives, and the index."""
    offices = Organization.objects.filter(level__in=[Level.REGION, Level.LEAGUE]).order_by("path")
    region = next(office for office in offices if office.level == Level.REGION)
    leagues = {office.path: office for office in offices if office.level == Level.LEAGUE}
    of = [(review.organization, league_of(review, leagues) or region) for review in reviews]
    used = sorted({office.pk: office for _place, office in of}.values(), key=lambda office: office.path)
    for place, office in of:
        yield _Wanted(DocumentKind.TEAM, place, office)
    for office in used:
        if office.pk != region.pk:
            yield _Wanted(DocumentKind.LEAGUE, office, office)
    yield _Wanted(DocumentKind.REGION, region, region)
    for office in used:
        yield _Wanted(DocumentKind.ARCHIVE, office, office)
    yield _Wanted(DocumentKind.INDEX, region, region)


def _numbers(campaign: Campaign, wanted: list[_Wanted]) -> dict[tuple[str, int], str]:
    """The number of every report: kept from run to run, drawn under the code of its office the first time."""
    papers = [one for one in wanted if one.kind in PAPERS]
    known = {
        (kind, place): number
        for kind, place, number in ReportDocument.objects.filter(run__campaign=campaign)
        .exclude(number="")
        .order_by("pk")
        .values_list("kind", "organization_id", "number")
    }
    offices = {office.path: office for office in Organization.objects.filter(level__in=OFFICE_LEVELS)}
    drawing: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for one in papers:
        if (one.kind, one.place.pk) not in known:
            office = nearest_above(one.place, offices) if one.kind == DocumentKind.TEAM else one.place
            assert office is not None, "a team has an office above it"
            drawing[office.division_id or office.code].append((one.kind, one.place.pk))
    for code in sorted(drawing):  # in one order, so that two campaigns beginning at once wait and do not lock up
        key = f"{PREFIX}-{code}-{campaign.year}"
        for which, number in zip(drawing[code], next_numbers(key, len(drawing[code])), strict=True):
            known[which] = f"{key}-{number:04d}"
    return known
