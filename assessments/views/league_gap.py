"""等级对标 of the teams below an office, for one standard."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.gap.export import league_file
from assessments.gap.known import Known, exact, said_of, said_rows
from assessments.gap.league import LeagueGap, cells, judged_by, to_do
from assessments.gap.links import address
from assessments.gap.standards import for_choice, in_force
from assessments.gap.team import metrics_of, period_for
from assessments.models import Standard
from core import audit
from core.keys import key
from core.language import in_chinese
from core.metrics import numbers_at
from core.models import AccessLog
from core.serving import as_download
from core.together import together
from organizations.models import Organization
from organizations.permissions import reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, scope_asked
from teams.models import Team

PER_PAGE = 50


@require_safe
@login_required
def league_gap(request: SignedIn) -> HttpResponse | Any:
    """``?under=<office>&standard=<pk>&page=``; ``?export=xlsx``: all of them."""
    holding(Right.VIEW_ASSESSMENT)(request.user).require()
    scope = scope_asked(request, Right.VIEW_ASSESSMENT)
    offices = Organization.objects.visible_to(request.user).offices()
    found = together(
        standards=in_force(timezone.localdate()),
        below=offices.filter(path__startswith=scope.path),
        above=offices.filter(path=scope.parent_path),
        kinds=_teams(request, scope).order_by().values("main_category").annotate(number=Count("pk")),
    )
    standards = for_choice(found["standards"])
    standard = _chosen(request, standards, {row["main_category"]: row["number"] for row in found["kinds"]})
    gap = _gap(request, scope, standard) if standard else None
    names = {one.path: one.short_name for one in found["below"]}
    if gap is not None and request.GET.get("export") == "xlsx":
        with in_chinese():
            return _export(request, scope, gap, names)
    context = {
        "title": _("等级对标"),
        "scope": scope,
        "standards": standards,
        "standard": standard,
        "standard_url": address("assessments:standard_detail", standard.pk) if standard else "",
        "gap": gap,
        "day": timezone.localdate(),
        "places": [one for one in found["below"] if one.depth == scope.depth + 1 and one.valid_to is None],
        "above": next(iter(found["above"]), None),
        "export_url": _url(scope, standard, export="xlsx"),
    }
    if gap is not None:
        context |= _table(request, scope, gap, names)
    return render(request, "assessments/league_gap.html", context)


def _chosen(request: SignedIn, standards: Sequence[Standard], teams: Mapping[str, int]) -> Standard | None:
    """The one asked for, else the first of the category that has most teams."""
    asked = key(request.GET.get("standard", ""))
    usual = max(standards, key=lambda one: teams.get(one.category_id or "", 0), default=None)
    return next((one for one in standards if one.pk == asked), usual)


def _teams(request: SignedIn, scope: Organization) -> QuerySet[Team]:
    """On file below the office, where the person may see assessments."""
    there = reach(request.user, Right.VIEW_ASSESSMENT, at="organization")
    rows: QuerySet[Team] = Team.objects.visible_to(request.user).filter(there).below(scope).on_file()
    return rows


def _url(scope: Organization, standard: Standard | None, **more: object) -> str:
    return f"?{urlencode({'under': scope.pk, **({'standard': standard.pk} if standard else {}), **more})}"


def _gap(request: SignedIn, scope: Organization, standard: Standard) -> LeagueGap:
    """The teams with what was said of them in one query, and their numbers."""
    teams = _teams(request, scope).filter(judged_by(standard))
    rows: dict[str, list[Any]] = together(
        teams=teams.select_related("organization").order_by("organization__path"),
        indicators=standard.indicators.all(),
        conclusions=standard.conclusions.all(),
        **said_rows(standard, teams.order_by().values("pk")),
    )
    found, indicators, conclusions = rows.pop("teams"), rows.pop("indicators"), rows.pop("conclusions")
    places = [team.organization for team in found]
    numbers = numbers_at(metrics_of(indicators), places, period_for(standard, timezone.localdate())) if places else {}
    said = said_of(rows)
    known = {
        team.pk: Known(
            {name: exact(number) for name, number in numbers.get(team.organization_id, {}).items()},
            said.get(team.pk, {}),
        )
        for team in found
    }
    return LeagueGap(standard, indicators, conclusions, found, known)


def _table(request: SignedIn, scope: Organization, gap: LeagueGap, names: dict[str, str]) -> dict[str, Any]:
    """One page of the teams; a column for each line in which one of them lacks something."""
    paginator = Paginator(gap.lines, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    lacking = {code for line in page for code in (line.outlook.options if line.outlook else ())}
    columns = [one for one in gap.scored if one.code in lacking]
    rows = [
        {
            "line": line,
            "office": names.get(line.team.organization.parent_path, ""),
            "url": address("assessments:team_gap", line.team.pk, standard=gap.standard.pk),
            "cells": cells(line, columns),
            "steps": to_do(line, gap.indicators),
        }
        for line in page
    ]
    return {
        "rows": rows,
        "columns": columns,
        "whole": len(gap.scored) - len(columns),
        "page_obj": page,
        "page_links": {
            "previous": _url(scope, gap.standard, page=page.previous_page_number()) if page.has_previous() else "",
            "next": _url(scope, gap.standard, page=page.next_page_number()) if page.has_next() else "",
        },
    }


def _export(request: SignedIn, scope: Organization, gap: LeagueGap, names: dict[str, str]) -> Any:
    title = _("%(scope)s等级对标") % {"scope": scope.short_name}
    file, media_type = league_file(gap, names, title=title, who=request.user)
    audit.record(
        AccessLog.Kind.EXPORTED, request=request, subject=title, list="assessments:league_gap", format="xlsx",
        rows=len(gap.lines), full=False,
    )  # fmt: skip
    return as_download(file, f"{title}_{timezone.localdate():%Y%m%d}.xlsx", media_type)
