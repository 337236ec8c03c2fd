"""One box for everything (Ctrl-K): offices and teams, accounts, requests; only what the person may see."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
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
    return groups


def _group(label: str, rows: QuerySet, term: str, route: str, line: Any, among: int = SOME) -> dict[str, Any]:
    # cut before they are put in order: the first of 200,000 hits are no better than any others
    hits = rows.filter(matching(term)).order_by().values("pk")[:among]
    found = list(rows.filter(pk__in=hits)[: MOST + 1])
    url = f"{reverse(f'organizations:{route}')}?{urlencode({'q': term})}"
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
