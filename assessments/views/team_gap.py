"""等级: the grades a team holds, and what lies between it and the next one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.forms.whatif import WhatIfForm
from assessments.gap.grades import cards
from assessments.gap.known import Known, said_of, said_rows
from assessments.gap.links import address
from assessments.gap.standards import Offer, schemes_for, standards_for
from assessments.gap.team import TeamGap, metrics_of, numbers_of, period_for
from assessments.models import Standard, TeamGrade
from assessments.standards.applicable import keys_of
from core.keys import key
from core.metrics import counted
from core.together import together
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from teams.models import Category
from teams.views.team_common import Tab, TeamPage, team_page

ROUTE = "assessments:team_gap"
TAB = Tab(gettext_lazy("等级"), ROUTE, Right.VIEW_ASSESSMENT)


@require_safe
@login_required
def team_gap(request: SignedIn, pk: int) -> HttpResponse:
    """``?standard=<pk>&aim=<conclusion>``; ``n-…``, ``i-…``, ``na-…``: changed to see what would be."""
    page = team_page(request, pk, ROUTE, now=True)
    can(request.user, Right.VIEW_ASSESSMENT, page.team.organization).require()
    day = timezone.localdate()
    found = page.shot.with_office(
        standards=standards_for(page.team, day),
        categories=Category.objects.filter(pk__in=keys_of(page.team)),
        grades=TeamGrade.objects.visible_to(request.user).filter(team=page.team).select_related("category"),
    )
    schemes = schemes_for(page.team, found["categories"], found["standards"], day)
    offer = _chosen(request, [one for scheme in schemes for one in scheme.offers])
    reports = bool(can(request.user, Right.REPORT_ASSESSMENT, page.team.organization))
    context = {
        **page.frame(),
        "schemes": schemes,
        "offer": offer,
        "grades": cards(found["grades"], day),
        "gap": _gap(request, page, offer.standard) if offer and not offer.closed else None,
        "day": day,
        "standard_url": address("assessments:standard_detail", offer.standard.pk) if offer else "",
        "grade_url": address("assessments:grade_create", team=page.team.pk) if reports else "",
        "apply_url": _apply_url(page, offer) if reports and offer and not (offer.closed or offer.coming) else "",
    }
    if request.GET.get("at"):
        context["at_note"] = _("等级对标按现在的记录计算，不能回看。")
    return render(request, "assessments/team_gap.html", context)


def _chosen(request: SignedIn, offers: list[Offer]) -> Offer | None:
    asked = key(request.GET.get("standard", ""))
    return next((one for one in offers if one.standard.pk == asked), next(iter(offers), None))


def _gap(request: SignedIn, page: TeamPage, standard: Standard) -> TeamGap:
    """Two queries: the standard with what was last said of it, and all numbers."""
    place, period = page.team.organization, period_for(standard, timezone.localdate())
    found: dict[str, list[Any]] = together(
        said_rows(standard, [page.team.pk]),
        indicators=standard.indicators.all(),
        conclusions=standard.conclusions.all(),
    )
    indicators = found.pop("indicators")
    conclusions = found.pop("conclusions")
    measures = counted(metrics_of(indicators), place, period)
    known = Known(numbers_of(measures), said_of(found, indicators).get(page.team.pk, {}))
    form = WhatIfForm(request.GET, indicators=indicators, known=known)
    return TeamGap(
        place, request.user, standard, indicators, conclusions, known, measures, form, period,
        request.GET.get("aim", ""),
    )  # fmt: skip


def _apply_url(page: TeamPage, offer: Offer) -> str:
    category = offer.standard.category_id
    if not category or offer.standard.purpose != "grading" or offer.standard.scheme != "red_cross":
        return ""
    return address("assessments:grading_create", team=page.team.pk, category=category)
