"""One box for everything (Ctrl-K): offices, teams, filings, accounts, requests, people; what the person may see."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.search import HITS, matching
from organizations.models import AccountRequest, Organization, User
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.tables import account_state, standing
from people.models import Membership, Person
from teams.models import Filing, Team
from teams.states import FilingState, TeamStatus

MOST = 8
SOME = 200  # accounts or requests among which the first are shown; more offices, because superior ones come first


@require_safe
@login_required
def search(request: SignedIn) -> HttpResponse:
    term = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    groups = [group for group in _groups(request, term) if group["rows"]] if term else []
    context = {"title": _("搜索"), "search_term": term, "term": term, "groups": groups}
    return render(request, "portal/search.html", context)


def _groups(request: SignedIn, term: str) -> list[dict[str, Any]]:
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
    return groups


def _teams_of(user: User) -> ArraySubquery:
    """Of the outer person, those the user may see; the main team first."""
    theirs = Membership.objects.visible_to(user).current().filter(person=OuterRef("pk"))
    return ArraySubquery(theirs.order_by("-is_main", "pk").values("organization__short_name"))


def _group(label: str, rows: QuerySet, term: str, route: str, line: Any, among: int = SOME) -> dict[str, Any]:
    return _found(label, rows, rows.filter(matching(term)), term, f"organizations:{route}", line, among)


def _found(
    label: str, rows: QuerySet, hits: QuerySet, term: str, route: str, line: Any, among: int = SOME
) -> dict[str, Any]:
    # cut before they are put in order: the first of 200,000 hits are no better than any others
    found = list(rows.filter(pk__in=hits.order_by().values("pk")[:among])[: MOST + 1])
    url = f"{reverse(route)}?{urlencode({'q': term})}"
    return {"label": label, "rows": [line(row) for row in found[:MOST]], "more_url": url if len(found) > MOST else ""}


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


def _filing(record: Filing) -> dict[str, Any]:
    title = _("%(name)s的%(kind)s") % {"name": record.name, "kind": record.get_kind_display()}
    tone = FILING_TONES.get(FilingState(record.state), "ok" if record.state == FilingState.FILED else "off")
    hint = " · ".join(part for part in (record.number, record.reply_no) if part)
    return {
        "url": record.get_absolute_url(), "title": title, "hint": hint, "tone": tone,
        "label": record.get_state_display(),
    }  # fmt: skip
