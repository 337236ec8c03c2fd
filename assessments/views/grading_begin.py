"""Beginning an application: for which team, under which standard, for which grade."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.forms.gradings import BeginForm
from assessments.gradings.starting import Offer, begin, may_begin, offers, written
from core.forms import refuse
from core.keys import key
from core.methods import form_page
from core.search import matching
from organizations.models import Organization
from organizations.permissions import reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import MOST_PLACES, holding, seen
from teams.models import Team
from teams.states import ON_FILE


@form_page
@login_required
def grading_create(request: SignedIn) -> HttpResponse:
    """``?team=`` says whose, ``?category=`` and ``?grade=`` what is chosen to begin with; without a team, the only one
    the person reports for."""
    holding(Right.REPORT_ASSESSMENT)(request.user).require()
    team = team_of(request)
    if team is None:
        return redirect("assessments:grading_team")
    may_begin(request.user, team).require()
    found = offers(team)
    again = written(team).exists()
    data = request.POST if request.method == "POST" else None
    form = BeginForm(data, team=team, offers=found, again=again, initial=_chosen(request, found))
    if data is not None and form.is_valid():
        given = form.cleaned_data
        try:
            made = begin(team, given["standard"], given["applied_grade"], by=request.user, source=form.source())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已建立申请，可以接着填，也可以先放着。"))
            return redirect(made)
    context = {
        "title": _("申请分级测评"),
        "form": form,
        "team": team,
        "several": len(reported_for(request)[:2]) > 1,
        "usable": [offer for offer in found if offer.decision],
        "unusable": [offer for offer in found if not offer.decision],
        "open_ones": [offer.open_one for offer in found if offer.open_one],
        "cancel_url": reverse("assessments:grading_list"),
        "submit_label": _("建立申请"),
    }
    return render(request, "assessments/grading_create.html", context)


def team_of(request: SignedIn) -> Team | None:
    """The team that was asked for, else the only one there is to report for."""
    rows = Team.objects.visible_to(request.user).select_related("organization", "main_category")
    asked = request.GET.get("team", "")
    if asked:
        team: Team = seen(rows, key(asked))
        return team
    own = list(reported_for(request)[:2])
    return rows.get(pk=own[0].pk) if len(own) == 1 else None


def reported_for(request: SignedIn) -> Any:
    """Teams on file or being built up whose side the person is on."""
    places = Organization.objects.in_force().filter(reach(request.user, Right.REPORT_ASSESSMENT, at="")).teams()
    rows = Team.objects.visible_to(request.user).filter(organization__in=places.order_by().values("pk"))
    return rows.select_related("organization").order_by("organization__path")


def _chosen(request: SignedIn, found: list[Offer]) -> dict[str, Any]:
    asked = request.GET.get("category", "")
    usable = [offer.standard for offer in found if offer.decision and offer.open_one is None]
    fitting = [one for one in usable if one.category_id == asked] or usable
    return {"standard": fitting[0].pk if fitting else None, "applied_grade": request.GET.get("grade", "")}


@require_safe
@login_required
def grading_team(request: SignedIn) -> HttpResponse:
    """Which of the teams one reports for."""
    holding(Right.REPORT_ASSESSMENT)(request.user).require()
    return pick_team(request, title=_("为哪支队伍申请测评"), route="assessments:grading_create")


def pick_team(request: SignedIn, *, title: str, route: str) -> HttpResponse:
    """Search one of the teams on file that one reports for, and go on to ``route`` with it."""
    term = request.GET.get("q", "").strip()[:60]
    rows = reported_for(request).filter(status__in=ON_FILE)
    if term:
        named = Organization.objects.filter(matching(term)).teams().values("pk")
        rows = rows.filter(organization__in=named)
    teams = list(rows[: MOST_PLACES + 1])
    places = [
        {"place": team.organization, "url": f"{reverse(route)}?{urlencode({'team': team.pk})}"}
        for team in teams[:MOST_PLACES]
    ]
    context = {
        "title": title, "term": term, "places": places, "more": len(teams) > MOST_PLACES, "most": MOST_PLACES,
        "none": _("只能为本单位直接管理的队伍办理；其他队伍由队长或者它的主管红十字会办理。"),
    }  # fmt: skip
    return render(request, "organizations/pick.html", context)
