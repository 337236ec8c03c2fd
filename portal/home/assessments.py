"""Gradings and the year's assessment: to report, to score, to decide, panels one sits on, grades that run out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.annual.queue import to_mend
from assessments.choices import PANEL_LEAST, Grade, ObjectionOutcome, PanelDuty
from assessments.follow_ups.workflow import to_finish
from assessments.gradings.renewing import keeping
from assessments.models import FollowUp, Grading, Objection, PanelMember, Review
from assessments.publicity.objection_rights import to_answer
from assessments.states import CampaignState, FollowUpState, GradingState, ReviewState
from assessments.waiting import (
    grades_ending,
    seats_to_do,
    to_conclude,
    to_decide,
    to_follow_up,
    to_reconsider,
    to_score,
)
from core.lookups import among
from core.words import due_in_words, waited_in_words
from organizations.models import User
from organizations.permissions import access, can, reach
from organizations.roles import Level, Right
from portal.home.requests import last_return
from portal.home.task import MOST, Task, days_since, places
from portal.todo import shown

ENDING = 90  # days before a grade runs out
NEAR = 14  # days before its limit a report is told in a stronger tone
WITH_OFFICE = (
    GradingState.SUBMITTED, GradingState.PANEL, GradingState.ON_SITE, GradingState.DELIBERATION, GradingState.PUBLICITY,
)  # fmt: skip

_SEAT = (
    "declared_at",
    "finished_at",
    "grading__site_on",
    "grading__site_place",
    "grading__team__organization__short_name",
)
_OBJECTION = (
    "kind", "received_on", "grading__number", "grading__team__organization__name",
    "grading__team__organization__short_name", "review__campaign__year", "review__organization__name",
    "review__organization__short_name",
)  # fmt: skip
_GRADE = ("valid_until", "grade", "specialty", "team__organization__short_name", "category__name")
_REVIEW = (
    "state", "submitted_at", "scored_at", "campaign__year", "campaign__report_by", "campaign__data_until",
    "organization__short_name", "office__short_name",
)  # fmt: skip
_GRADING = (
    "state", "number", "applied_grade", "submitted_at", "standard__name", "standard__specialty",
    "standard__category__name", "office__short_name", *places("team__organization"),
)  # fmt: skip


@dataclass
class Found:
    """What is shown line by line."""

    score: list[Any] = field(default_factory=list)
    decide: list[Any] = field(default_factory=list)
    conclude: list[Any] = field(default_factory=list)
    follow_up: list[Any] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)
    drafts: list[Any] = field(default_factory=list)
    with_others: list[Any] = field(default_factory=list)
    gradings: list[Any] = field(default_factory=list)
    our_gradings: list[Any] = field(default_factory=list)
    seats: list[Any] = field(default_factory=list)
    grades: list[Any] = field(default_factory=list)
    objections: list[Any] = field(default_factory=list)
    objected: list[Any] = field(default_factory=list)
    upheld: list[Any] = field(default_factory=list)
    to_report: list[Any] = field(default_factory=list)
    to_finish: list[Any] = field(default_factory=list)
    follow_ups: list[Any] = field(default_factory=list)


def asked(user: User) -> dict[str, QuerySet]:
    """For ``core.together``; of each sort as many as are shown."""
    held = access(user)
    seats = seats_to_do(user).select_related("grading__team__organization").only(*_SEAT)
    wanted: dict[str, QuerySet] = {"seats": seats.order_by(F("grading__site_on").asc(nulls_last=True), "pk")[:MOST]}
    if Right.VIEW_ASSESSMENT not in held:
        return wanted
    wanted["gradings"] = _gradings(user)
    if Right.REPORT_ASSESSMENT in held:
        wanted["our_gradings"] = _our_gradings(user)
    related = ("grading__team__organization", "review__campaign", "review__organization")
    if Right.REPORT_ASSESSMENT in held or Right.SCORE_ASSESSMENT in held:
        ours = Objection.objects.filter(outcome="", created_by__organization=user.organization_id)
        wanted["objected"] = ours.select_related(*related).only(*_OBJECTION).order_by("created_at", "pk")[:MOST]
    if Right.SCORE_ASSESSMENT in held:
        wanted["score"] = _soonest(to_score(user), "score_by")
    after = ("review__campaign", "review__organization")
    if Right.MANAGE_ASSESSMENT in held:
        wanted["decide"] = _soonest(to_decide(user), "decide_by")
        wanted["follow_up"] = _soonest(to_follow_up(user), "year")
        wanted["conclude"] = _soonest(to_conclude(user, timezone.localdate()), "year")
        reported = to_finish(user).select_related(*after)
        wanted["to_finish"] = reported.order_by("reported_at", "pk")[:MOST]
        objections = to_answer(user).select_related(*related).only(*_OBJECTION)
        wanted["objections"] = objections.order_by("received_on", "pk")[:MOST]
        upheld = to_reconsider(user).select_related("campaign", "organization")
        wanted["upheld"] = upheld.only("campaign__year", "organization__short_name").order_by("pk")[:MOST]
    if Right.REPORT_ASSESSMENT in held:
        wanted["reviews"] = _reviews(user)
        due = F("due_on").asc(nulls_last=True)
        wanted["to_report"] = FollowUp.objects.to_report(user).select_related(*after).order_by(due, "pk")[:MOST]
        done = FollowUp.objects.filter(state=FollowUpState.REPORTED, reported_by=user).select_related(*after)
        wanted["follow_ups"] = done.order_by("reported_at", "pk")[:MOST]
        ending = grades_ending(user, timezone.localdate() + timedelta(days=ENDING))
        ending = ending.select_related("team__organization", "category").only(*_GRADE)
        wanted["grades"] = ending.order_by("valid_until", "pk")[:MOST]
    return wanted


def _soonest(rows: QuerySet[Review], limit: str) -> QuerySet[Review]:
    """One of the campaign whose limit comes first: years overlap, and what is left of the last one is due before."""
    limit = f"campaign__{limit}"
    return rows.select_related("campaign").only(limit).order_by(F(limit).asc(nulls_last=True), "pk")[:1]


def _reviews(user: User) -> QuerySet[Review]:
    """What the own teams have still to hand in, and what they have handed in."""
    mine = to_mend(user).order_by("campaign", "organization__path")
    parts = [mine.filter(state=state).values("pk")[: MOST + 1] for state in (ReviewState.RETURNED, ReviewState.DRAFT)]
    if user.organization.level == Level.TEAM:
        there = Review.objects.filter(organization=user.organization_id, campaign__state=CampaignState.OPEN)
        lying = there.filter(state__in=(ReviewState.SUBMITTED, ReviewState.SCORED)).order_by("pk")
        parts.append(lying.values("pk")[:MOST])
    rows = Review.objects.filter(among(parts[0].union(*parts[1:])))
    said = Subquery(last_return(Review).values("comment")[:1])
    rows = rows.annotate(said=said).select_related("campaign", "organization", "office").only(*_REVIEW)
    return rows.order_by("organization__path")


def _gradings(user: User) -> QuerySet[Grading]:
    """What the person can take further."""
    first = Grading.objects.waiting_for(user).order_by("submitted_at", "pk").values("pk")[: MOST + 1]
    there = PanelMember.objects.on_it().filter(grading=OuterRef("pk"))
    rows = Grading.objects.filter(among(first)).annotate(
        again=Exists(Grading.objects.upheld().filter(pk=OuterRef("pk"))),
        said=Subquery(last_return(Grading).values("comment")[:1]),
        led=Exists(there.filter(duty=PanelDuty.LEAD)),
        enough=Exists(there.order_by("pk")[PANEL_LEAST - 1 : PANEL_LEAST]),
    )
    return _described(rows)


def _our_gradings(user: User) -> QuerySet[Grading]:
    """Drafts of the own side, and what lies with an office; some of those the person can take further."""
    mine = Grading.objects.filter(reach(user, Right.REPORT_ASSESSMENT, at="team__organization"))
    drafts = mine.filter(state=GradingState.DRAFT).order_by("created_at", "pk").values("pk")[:MOST]
    lying = mine.filter(state__in=WITH_OFFICE).order_by("submitted_at", "pk").values("pk")[:MOST]
    return _described(Grading.objects.filter(among(drafts.union(lying))))


def _described(rows: QuerySet[Grading]) -> QuerySet[Grading]:
    rows = rows.select_related("team__organization", "standard__category", "office").only(*_GRADING)
    return rows.order_by(F("submitted_at").asc(nulls_last=True), "pk")


def idle(counts: Mapping[str, int]) -> set[str]:
    """Lists that are empty, as the counts tell."""
    told = {name: name for name in ("seats", "gradings", "objections", "upheld")}
    told |= {"objected": "objections"} | {
        name: f"reviews_{name}" for name in ("score", "decide", "conclude", "follow_up")
    }
    return {name for name, counted in told.items() if not counts.get(counted)}


def sort(read: Mapping[str, list[Any]]) -> Found:
    as_read = (
        "score", "decide", "follow_up", "conclude", "gradings", "our_gradings", "seats", "grades", "objections",
        "objected", "upheld", "to_report", "to_finish", "follow_ups",
    )  # fmt: skip
    into = Found(**{name: read.get(name, []) for name in as_read})
    by_state = {ReviewState.RETURNED: into.returned, ReviewState.DRAFT: into.drafts}
    for row in read.get("reviews", []):
        by_state.get(row.state, into.with_others).append(row)
    return into


def wanted(user: User) -> dict[str, QuerySet]:
    """What is counted along with what the menu counts."""
    today = timezone.localdate()
    found: dict[str, QuerySet] = {}
    if Right.SCORE_ASSESSMENT in access(user):
        found["reviews_score"] = to_score(user)
    if Right.MANAGE_ASSESSMENT in access(user):
        found |= {"reviews_decide": to_decide(user), "reviews_conclude": to_conclude(user, today)}
        found["reviews_follow_up"] = to_follow_up(user)
        found["upheld"] = Objection.objects.filter(outcome=ObjectionOutcome.UPHELD, review__isnull=False)
    if Right.VIEW_ASSESSMENT in access(user):
        # whether there are any at all; whose they are is asked only then
        found["objections"] = Objection.objects.filter(outcome="")
    if Right.REPORT_ASSESSMENT in access(user):
        found["reviews_draft"] = to_mend(user).filter(state=ReviewState.DRAFT)
    return found


# -- lines ------------------------------------------------------------------------------------------------------
def tasks(user: User, rows: Found, counts: Mapping[str, int]) -> Iterator[Task]:
    yield from (_seat(row) for row in rows.seats)
    yield from (_returned(row) for row in rows.returned[:MOST])
    yield from _to_report(user, rows, counts)
    yield from _at_office(rows, counts)
    yield from (_objection(row) for row in rows.objections)
    yield from (_reconsider(row) for row in rows.upheld)
    yield from (_follow_up(row) for row in rows.to_report)
    yield from (_to_confirm(row) for row in rows.to_finish)
    yield from (_grading(row) for row in rows.gradings[:MOST])
    left = counts.get("gradings", 0) - MOST
    if len(rows.gradings) > MOST and left > 0:
        url = f"{reverse('assessments:grading_list')}?{urlencode({'queue': 'mine'})}"
        yield Task("wait", _("待办理"), _("还有 %(n)s 件分级测评待办理") % {"n": shown(left)}, "", url, _("看全部"))
    yield from (_draft(row) for row in rows.our_gradings if row.state == GradingState.DRAFT)
    yield from (_ending(row) for row in rows.grades)


def _limit(day: date | None, without: str) -> tuple[str, str]:
    """Tone and chip of a limit."""
    if day is None:
        return "wait", without
    left = (day - timezone.localdate()).days
    return ("bad" if left < 0 else "warn" if left <= NEAR else "wait"), due_in_words(left)


def _seat(row: Any) -> Task:
    """A panel: first the declaration, then the day and place, and on the day the tablet."""
    grading, team = row.grading, row.grading.team.organization.short_name
    day = date_format(grading.site_on, _("n月j日")) if grading.site_on else ""
    where = " · ".join(part for part in (day, grading.site_place) if part)
    if row.declared_at is None:
        what = _("请您参加%(team)s的测评，先声明无利害关系") % {"team": team}
        return Task("warn", _("待声明"), what, where, reverse("assessments:my_panels"), _("去声明"))
    if row.finished_at is not None:
        what, to = (
            _("%(team)s的专家都已完成评分，请结束现场测评"),
            reverse("assessments:differences", args=[grading.pk]),
        )
        return Task("wait", _("待结束"), what % {"team": team}, where, to, _("去结束"))
    today = grading.site_on == timezone.localdate()
    url = reverse("assessments:score_page", args=[grading.pk])
    what = _("给%(team)s现场评分") % {"team": team}
    return Task("wait", _("今天") if today else day or _("待评分"), what, where, url, _("去评分"), big=today)


def _returned(row: Any) -> Task:
    what = _("%(team)s%(year)d 年度述职被退回") % {"team": row.organization.short_name, "year": row.campaign.year}
    return Task("warn", _("退回修改"), what, row.said or "", row.get_absolute_url(), _("去修改"))


def _to_report(user: User, rows: Found, counts: Mapping[str, int]) -> Iterator[Task]:
    """By name where there are few; an office with many is told how many."""
    number = counts.get("reviews_draft", 0)
    if rows.drafts and number > 2:
        due = min((row.campaign.report_by for row in rows.drafts if row.campaign.report_by), default=None)
        tone, when = _limit(due, _("待报送"))
        url = f"{reverse('assessments:review_list')}?{urlencode({'queue': 'ours'})}"
        what = _("%(n)s 支队伍的年度述职还没有报送") % {"n": shown(number)}
        yield Task(tone, when, what, _until(due), url, _("去看"))
        return
    for row in rows.drafts:
        tone, when = _limit(row.campaign.report_by, _("待报送"))
        words = {"team": row.organization.short_name, "year": row.campaign.year}
        what = _("%(team)s%(year)d 年度述职还没有报送") % words
        hint, act = _until(row.campaign.report_by), _("去报送")
        if row.campaign.data_until > timezone.localdate():
            hint = _("%(day)s 起才能报送，现在可以先写。") % {"day": row.campaign.data_until}
            act = _("去写")
        yield Task(tone, when, what, hint, row.get_absolute_url(), act)


def _until(day: date | None) -> str:
    return _("截止 %(day)s。各节已按记录起草，核对后报送。") % {"day": day.isoformat()} if day else ""


def _at_office(rows: Found, counts: Mapping[str, int]) -> Iterator[Task]:
    url = f"{reverse('assessments:review_list')}?{urlencode({'queue': 'mine'})}"
    for name, first, chip, text, act in (
        ("score", rows.score, _("待考核"), _("%(n)s 支队伍的年度述职待考核"), _("去考核")),
        ("decide", rows.decide, _("待审定"), _("%(n)s 支队伍的年度考核待审定"), _("去审定")),
    ):
        for row in first:
            day = getattr(row.campaign, f"{name}_by")
            tone, when = _limit(day, chip)
            hint = _("截止 %(day)s。") % {"day": day.isoformat()} if day else ""
            yield Task(tone, when, text % {"n": shown(counts.get(f"reviews_{name}", 1))}, hint, url, act)
    for row in rows.follow_up:
        what = _("%(n)s 支队伍不合格，还没有登记后续动作") % {"n": shown(counts.get("reviews_follow_up", 1))}
        to = reverse("assessments:followup_create_several", args=[row.campaign_id])
        yield Task("wait", _("待登记"), what, _("登记以后才能办结。"), to, _("去登记"))
    for row in rows.conclude:
        what = _("公示已到期，%(n)s 支队伍的年度考核可以办结") % {"n": shown(counts.get("reviews_conclude", 1))}
        to = row.campaign.get_absolute_url()
        yield Task("wait", _("公示期满"), what, _("没有未答复的异议。"), to, _("去办结"))


def _objection(row: Any) -> Task:
    what = _("%(what)s待答复") % {"what": _objected(row)}
    when = waited_in_words((timezone.localdate() - row.received_on).days)
    return Task("warn", when, what, str(row.about), row.get_absolute_url(), _("去答复"))


def _objected(row: Any) -> str:
    place = row.about.team.organization if row.grading_id else row.about.organization
    return str(_("%(team)s的%(kind)s") % {"team": place.short_name, "kind": row.get_kind_display()})


def _reconsider(row: Any) -> Task:
    what = _("%(team)s%(year)d 年度考核有异议或申诉成立，待重新审定")
    words = {"team": row.organization.short_name, "year": row.campaign.year}
    return Task("warn", _("待重新审定"), what % words, "", row.get_absolute_url(), _("去审定"))


def _after(row: Any) -> str:
    words = {"team": row.review.organization.short_name, "year": row.review.campaign.year}
    return str(_("%(team)s%(year)d 年度考核的后续动作：%(kind)s") % {**words, "kind": row.get_kind_display()})


def _follow_up(row: Any) -> Task:
    tone, when = _limit(row.due_on, _("待落实"))
    return Task(tone, when, _after(row), row.what, row.get_absolute_url(), _("去报告"))


def _to_confirm(row: Any) -> Task:
    return Task("wait", _("待确认"), _after(row), row.outcome, row.get_absolute_url(), _("去确认"))


def _grading(row: Any) -> Task:
    team, url = row.team.organization.short_name, row.get_absolute_url()
    words = {"team": team, "what": _about(row)}
    if row.state == GradingState.RETURNED:
        what = _("%(team)s的测评申请被退回（%(what)s）") % words
        return Task("warn", _("退回修改"), what, row.said or "", url, _("去修改"))
    if row.state == GradingState.SUBMITTED:
        days = days_since(row.submitted_at)
        when = waited_in_words(days)
        return Task("wait", when, _("%(team)s申请测评：%(what)s") % words, row.number, url, _("去初核"))
    if row.state == GradingState.PANEL:
        what, to = _("给%(team)s的测评组建专家组：%(what)s") % words, reverse("assessments:panel_edit", args=[row.pk])
        return Task("wait", _("待组建"), what, row.number, to, _("去组建"))
    if row.state == GradingState.ON_SITE:
        if not row.led or not row.enough:
            what = _("%(team)s的专家组没有组长：%(what)s") if row.enough else _("%(team)s的专家组人数不足：%(what)s")
            to = reverse("assessments:panel_edit", args=[row.pk])
            return Task("warn", _("待调整"), what % words, row.number, to, _("去调整"))
        what, to = _("%(team)s的专家都已完成评分：%(what)s"), reverse("assessments:differences", args=[row.pk])
        return Task("wait", _("待结束"), what % words, row.number, to, _("去结束"))
    if row.state == GradingState.DELIBERATION:
        what = _("%(team)s的测评待评议：%(what)s") % words
        return Task("wait", _("待评议"), what, row.number, url, _("去评议"))
    if row.again:
        what = _("%(team)s的异议或申诉成立，待重新评议：%(what)s") % words
        return Task("warn", _("待重新评议"), what, row.number, url, _("去评议"))
    what = _("%(team)s的测评公示期满，待定级：%(what)s") % words
    return Task("wait", _("待定级"), what, row.number, url, _("去定级"))


def _about(row: Any) -> str:
    """类别 and the grade applied for."""
    standard = row.standard
    kind = standard.category.name if standard.category else str(standard.get_specialty_display() or standard.name)
    grade = str(Grade(row.applied_grade).label) if row.applied_grade else ""
    return " ".join(part for part in (kind, grade) if part)


def _draft(row: Any) -> Task:
    words = {"team": row.team.organization.short_name, "what": _about(row)}
    what = _("%(team)s的测评申请还没有报送（%(what)s）") % words
    return Task("off", _("草稿"), what, "", row.get_absolute_url(), _("接着填"))


def _ending(row: Any) -> Task:
    days = (row.valid_until - timezone.localdate()).days
    what = _("%(team)s的%(grade)s到期") % {"team": row.team.organization.short_name, "grade": row}
    return Task(
        "warn" if days >= 0 else "bad", due_in_words(days), what, keeping(row), row.get_absolute_url(), _("去看")
    )


def waiting(user: User, rows: Found) -> Iterator[dict[str, Any]]:
    """Handed in by the own side and now with somebody else."""
    for row in rows.with_others:
        at_region = row.state == ReviewState.SCORED
        yield {
            "what": _("%(team)s%(year)d 年度述职") % {"team": row.organization.short_name, "year": row.campaign.year},
            "url": row.get_absolute_url(),
            "who": _("自治区审定") if at_region else _("%(office)s考核") % {"office": row.office.short_name},
            "since": row.scored_at if at_region else row.submitted_at,
            "usual": "",
        }
    mine = {row.pk for row in rows.objections}
    for row in rows.objected:
        if row.pk not in mine:
            yield {
                "what": _objected(row), "url": row.get_absolute_url(), "who": _("由没有参加决定的人答复"),
                "since": row.created_at, "usual": "",
            }  # fmt: skip
    for row in rows.follow_ups:
        yield {
            "what": _after(row), "url": row.get_absolute_url(), "who": _("自治区确认"), "since": row.reported_at,
            "usual": "",
        }  # fmt: skip
    todo = {row.pk for row in rows.gradings}
    for row in rows.our_gradings:
        if row.pk in todo or row.state not in WITH_OFFICE:
            continue
        if row.office is not None and can(user, Right.REPORT_ASSESSMENT, row.team.organization):
            yield {
                "what": _("%(team)s的分级测评") % {"team": row.team.organization.short_name},
                "url": row.get_absolute_url(),
                "who": f"{row.office.short_name} · {row.get_state_display()}",
                "since": row.submitted_at,
                "usual": "",
            }
