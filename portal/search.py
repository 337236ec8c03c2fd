"""One box for everything (Ctrl-K): offices, teams, filings, accounts, requests, people, training; what the person may
see. All kinds are looked for in one query."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from assessments.models import Campaign, Grading, Standard
from assessments.states import GRADING_TONES, CampaignState, GradingState, StandardState
from core.search import HITS, matching
from core.together import together
from organizations.models import AccountRequest, Organization, User
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.tables import account_state, standing
from people.models import Membership, Person
from teams.models import Filing, Team
from teams.states import FilingState, TeamStatus
from training.models import Activity, Base, Course
from training.states import ON_RECORD, ActivityState

MOST = 8
SOME = 200  # accounts or requests among which the first are shown; more offices, because superior ones come first


@require_safe
@login_required
def search(request: SignedIn) -> HttpResponse:
    term = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    groups = _read(_groups(request, term)) if term else []
    context = {"title": _("搜索"), "search_term": term, "term": term, "groups": groups}
    return render(request, "portal/search.html", context)


@dataclass(frozen=True)
class _Group:
    """One kind of records. ``line``: a record as it is shown; ``url``: the list with the same word."""

    label: str
    rows: QuerySet
    line: Callable[[Any], dict[str, Any]]
    url: str


def _read(groups: list[_Group]) -> list[dict[str, Any]]:
    found = together(**{str(number): group.rows for number, group in enumerate(groups)})
    lines = [(group, found[str(number)]) for number, group in enumerate(groups)]
    return [
        {
            "label": group.label,
            "rows": [group.line(row) for row in rows[:MOST]],
            "more_url": group.url if len(rows) > MOST else "",
        }
        for group, rows in lines
        if rows
    ]


def _groups(request: SignedIn, term: str) -> list[_Group]:
    user, held = request.user, access(request.user)
    groups = []
    if Right.VIEW_ORGANIZATION in held:
        offices = Organization.objects.visible_to(user)
        groups.append(_group(_("机构和救援队"), offices.order_by("path"), term, "organization_list", _office, HITS))
    if Right.VIEW_ACCOUNT in held:
        accounts = User.objects.visible_to(user).select_related("organization").order_by("username")
        requests = AccountRequest.objects.visible_to(user).select_related("organization")
        groups.append(_group(pgettext("many", "账号"), accounts, term, "user_list", _account))
        groups.append(_group(pgettext("many", "开户申请"), requests, term, "request_list", _request))
    if Right.VIEW_TEAM in held:
        teams = Team.objects.visible_to(user).select_related("organization").order_by("organization__path")
        filings = Filing.objects.visible_to(user).select_related("team__organization").order_by("-created_at", "-pk")
        groups[1:1] = [
            _found(pgettext("many", "救援队"), teams, teams.matching(term), term, "teams:team_list", _team),
            _found(_("登记备案"), filings, filings.matching(term), term, "teams:filing_list", _filing),
        ]
    if Right.VIEW_MEMBER in held:
        people = Person.objects.visible_to(user).order_by("name", "pk")
        shown, hits = people.annotate(teams=_teams_of(user)), people.matching(term)
        groups.append(_found(pgettext("many", "人员"), shown, hits, term, "people:person_list", _person))
    if Right.VIEW_TRAINING in held:
        groups += _training(user, term)
    if Right.VIEW_ASSESSMENT in held:
        groups += _assessments(user, term)
    return groups


def _training(user: User, term: str) -> list[_Group]:
    activities = Activity.objects.visible_to(user).select_related("host").order_by("-order_at", "-pk")
    bases = Base.objects.visible_to(user).select_related("organization").order_by("name", "pk")
    courses = Course.objects.visible_to(user).select_related("organization").order_by("name", "pk")
    return [
        _found(_("培训和演练"), activities, activities.matching(term), term, "training:activity_list", _activity),
        _found(pgettext("many", "训练基地"), bases, bases.matching(term), term, "training:base_list", _kept),
        _found(pgettext("many", "课程"), courses, courses.matching(term), term, "training:course_list", _kept),
    ]


def _assessments(user: User, term: str) -> list[_Group]:
    campaigns = Campaign.objects.visible_to(user).order_by("-year")
    called = Concat(Cast("year", CharField()), Value(str(Campaign._meta.verbose_name)))
    named = campaigns.alias(called=called).filter(called__icontains=term)
    gradings = Grading.objects.visible_to(user).select_related("team__organization", "standard")
    gradings = gradings.order_by("-created_at", "-pk")
    standards = Standard.objects.visible_to(user).order_by("code", "-number")
    return [
        _found(_("年度考核"), campaigns, named, term, "assessments:campaign_list", _campaign),
        _found(_("分级测评"), gradings, gradings.matching(term), term, "assessments:grading_list", _grading),
        _found(_("测评标准"), standards, standards.matching(term), term, "assessments:standard_list", _standard),
    ]


def _teams_of(user: User) -> ArraySubquery:
    """Of the outer person, those the user may see; the main team first."""
    theirs = Membership.objects.visible_to(user).current().filter(person=OuterRef("pk"))
    return ArraySubquery(theirs.order_by("-is_main", "pk").values("organization__short_name"))


def _group(label: str, rows: QuerySet, term: str, route: str, line: Any, among: int = SOME) -> _Group:
    return _found(label, rows, rows.filter(matching(term)), term, f"organizations:{route}", line, among)


def _found(label: str, rows: QuerySet, hits: QuerySet, term: str, route: str, line: Any, among: int = SOME) -> _Group:
    # cut before they are put in order: the first of 200,000 hits are no better than any others
    shown = rows.filter(pk__in=hits.order_by().values("pk")[:among])[: MOST + 1]
    return _Group(label, shown, line, f"{reverse(route)}?{urlencode({'q': term})}")


def _office(place: Organization) -> dict[str, Any]:
    tone, label = standing(place)
    return {
        "url": place.get_absolute_url(),
        "title": place.name,
        "hint": f"{place.get_level_display()} · {place.code}",
        "tone": tone,
        "label": label,
    }


def _account(account: User) -> dict[str, Any]:
    tone, label = account_state(account)
    hint = f"{account.username} · {account.organization}"
    return {"url": account.get_absolute_url(), "title": account.name, "hint": hint, "tone": tone, "label": label}


def _request(record: AccountRequest) -> dict[str, Any]:
    hint = " · ".join(part for part in (record.number, str(record.organization)) if part)
    title = _("%(name)s的开户申请") % {"name": record.name or _("（未填姓名）")}
    return {
        "url": record.get_absolute_url(),
        "title": title,
        "hint": hint,
        "tone": "off",
        "label": record.get_state_display(),
    }


TEAM_TONES = {TeamStatus.PREPARING: "off", TeamStatus.RECTIFYING: "warn", TeamStatus.SUSPENDED: "warn"}
FILING_TONES = {FilingState.SUBMITTED: "wait", FilingState.APPROVED: "wait", FilingState.RETURNED: "warn"}


def _team(team: Team) -> dict[str, Any]:
    hint = " · ".join(part for part in (team.filing_no, team.get_level_display(), team.host_org_name) if part)
    tone = TEAM_TONES.get(TeamStatus(team.status), "ok" if team.status == TeamStatus.FILED else "off")
    return {
        "url": team.get_absolute_url(), "title": team.name, "hint": hint, "tone": tone,
        "label": team.get_status_display(),
    }  # fmt: skip


def _person(person: Any) -> dict[str, Any]:
    hint = " · ".join([part for part in (person.id_masked, *person.teams) if part])
    tone, label = ("ok", _("在册")) if person.teams else ("off", _("退出"))
    return {"url": person.get_absolute_url(), "title": person.name, "hint": hint, "tone": tone, "label": label}


ACTIVITY_TONES = {ActivityState.SUBMITTED: "wait", ActivityState.RETURNED: "warn"}


def _activity(activity: Activity) -> dict[str, Any]:
    day = f"{timezone.localdate(activity.starts_at):%Y-%m-%d}" if activity.starts_at else ""
    hint = " · ".join(
        part for part in (activity.number, str(activity.get_kind_display()), day, activity.host.short_name) if part
    )
    tone = ACTIVITY_TONES.get(ActivityState(activity.state), "ok" if activity.state in ON_RECORD else "off")
    return {
        "url": activity.get_absolute_url(), "title": str(activity), "hint": hint, "tone": tone,
        "label": activity.get_state_display(),
    }  # fmt: skip


CAMPAIGN_TONES = {CampaignState.OPEN: "wait", CampaignState.CLOSED: "ok"}
STANDARD_TONES = {StandardState.PUBLISHED: "ok"}


def _campaign(campaign: Campaign) -> dict[str, Any]:
    return {
        "url": campaign.get_absolute_url(), "title": str(campaign), "hint": campaign.document_number,
        "tone": CAMPAIGN_TONES.get(CampaignState(campaign.state), "off"), "label": campaign.get_state_display(),
    }  # fmt: skip


def _grading(grading: Grading) -> dict[str, Any]:
    title = _("%(team)s的分级测评") % {"team": grading.team.organization.short_name}
    hint = " · ".join(part for part in (grading.number or "", grading.standard.name) if part)
    tone = GRADING_TONES[GradingState(grading.state)][0]
    return {
        "url": grading.get_absolute_url(), "title": title, "hint": hint, "tone": "off" if tone == "todo" else tone,
        "label": grading.get_state_display(),
    }  # fmt: skip


def _standard(standard: Standard) -> dict[str, Any]:
    hint = " · ".join(part for part in (standard.document_number, standard.get_publisher_display()) if part)
    return {
        "url": standard.get_absolute_url(), "title": standard.name, "hint": hint,
        "tone": STANDARD_TONES.get(StandardState(standard.state), "off"), "label": standard.get_state_display(),
    }  # fmt: skip


def _kept(record: Base | Course) -> dict[str, Any]:
    tone, label = ("ok", _("在用")) if record.ended_on is None else ("off", _("停用"))
    return {
        "url": record.get_absolute_url(), "title": record.name, "hint": record.organization.short_name, "tone": tone,
        "label": label,
    }  # fmt: skip


def _filing(record: Filing) -> dict[str, Any]:
    title = _("%(name)s的%(kind)s") % {"name": record.name, "kind": record.get_kind_display()}
    tone = FILING_TONES.get(FilingState(record.state), "ok" if record.state == FilingState.FILED else "off")
    hint = " · ".join(part for part in (record.number, record.reply_no) if part)
    return {
        "url": record.get_absolute_url(), "title": title, "hint": hint, "tone": tone,
        "label": record.get_state_display(),
    }  # fmt: skip
