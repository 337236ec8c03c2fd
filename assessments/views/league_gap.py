"""等级对标 of the teams below an office, for one standard."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.gap.export import league_file
from assessments.gap.league import Cells, to_do
from assessments.gap.links import address
from assessments.gap.overall import Overall, overall
from assessments.gap.reading import gap_of, judged, teams_below
from assessments.gap.standards import for_choice, from_now_on
from assessments.gap.team import period_for
from assessments.models import Standard
from core import audit
from core.keys import key
from core.language import in_chinese
from core.lists.paging import CappedPaginator
from core.models import AccessLog
from core.serving import as_download
from core.together import together
from organizations.models import Organization
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, scope_asked
from teams.models import Team

PER_PAGE = 10  # each is held against every line of the standard, and has a list of things to do
MOST = 2_000  # teams of a spreadsheet made while somebody waits


@require_safe
@login_required
def league_gap(request: SignedIn) -> HttpResponse | Any:
    """``?under=<office>&standard=<pk>&page=``; ``?export=xlsx``: all of them."""
    holding(Right.VIEW_ASSESSMENT)(request.user).require()
    scope = scope_asked(request, Right.VIEW_ASSESSMENT)
    day = timezone.localdate()
    offices = Organization.objects.visible_to(request.user).offices().only("path", "depth", "short_name", "valid_to")
    found = together(
        standards=from_now_on(day),
        below=offices.filter(path__startswith=scope.path),
        above=offices.filter(path=scope.parent_path),
        kinds=teams_below(scope, request.user).order_by().values("main_category").annotate(number=Count("pk")),
    )
    standards = for_choice(found["standards"], day)
    standard = _chosen(request, standards, {row["main_category"]: row["number"] for row in found["kinds"]})
    names = {one.path: one.short_name for one in found["below"]}
    if standard is not None and request.GET.get("export") == "xlsx":
        with in_chinese():
            return _export(request, scope, standard, names)
    context = {
        "title": _("等级对标"),
        "scope": scope,
        "standards": standards,
        "standard": standard,
        "standard_url": address("assessments:standard_detail", standard.pk) if standard else "",
        "paginator": None,
        "day": day,
        "first": period_for(standard, day).start if standard else None,
        "places": [one for one in found["below"] if one.depth == scope.depth + 1 and one.valid_to is None],
        "above": next(iter(found["above"]), None),
        "export_url": _url(scope, standard, export="xlsx"),
    }
    if standard is not None:
        context |= _table(request, scope, standard, names)
    return render(request, "assessments/league_gap.html", context)


def _chosen(request: SignedIn, standards: Sequence[Standard], teams: Mapping[str, int]) -> Standard | None:
    """The one asked for, else the first of the category that has most teams."""
    asked = key(request.GET.get("standard", ""))
    usual = max(standards, key=lambda one: teams.get(one.category_id or "", 0), default=None)
    return next((one for one in standards if one.pk == asked), usual)


def _url(scope: Organization, standard: Standard | None, **more: object) -> str:
    return f"?{urlencode({'under': scope.pk, **({'standard': standard.pk} if standard else {}), **more})}"


def _table(request: SignedIn, scope: Organization, standard: Standard, names: dict[str, str]) -> dict[str, Any]:
    """One page of the teams, a column for each line in which one of them lacks something; and what all come to."""
    paginator = CappedPaginator(judged(scope, request.user, standard), PER_PAGE)
    page = paginator.page(paginator.nearest(key(request.GET.get("page", "")) or 1))
    gap = gap_of(standard, cast(QuerySet[Team], page.object_list), scope)
    tally = overall(request.user, scope, standard, gap, whole=paginator.num_pages == 1)
    lacking = {code for line in gap.lines for code in (line.outlook.options if line.outlook else ())}
    columns = [one for one in gap.scored if one.code in lacking]
    cells = Cells([(one, Truncator(one.name).chars(16)) for one in columns])
    rows = [
        {
            "line": line,
            "office": names.get(line.team.organization.parent_path, ""),
            "url": address("assessments:team_gap", line.team.pk, standard=standard.pk),
            "cells": cells.of(line),
            "steps": to_do(line, gap.indicators),
        }
        for line in gap.lines
    ]
    return {
        "tally": tally,
        "overall": None if tally.counting else Overall(gap, tally.value),
        "rows": rows,
        "columns": [(one, Truncator(one.name).chars(24)) for one in columns],
        "whole": len(gap.scored) - len(columns),
        "paginator": paginator,
        "page_obj": page,
        "page_links": {
            "previous": _url(scope, standard, page=page.previous_page_number()) if page.has_previous() else "",
            "next": _url(scope, standard, page=page.next_page_number()) if page.has_next() else "",
        },
    }


def _export(request: SignedIn, scope: Organization, standard: Standard, names: dict[str, str]) -> Any:
    title = _("%(scope)s等级对标") % {"scope": scope.short_name}
    teams = judged(scope, request.user, standard)
    if teams.order_by().values("pk")[: MOST + 1].count() > MOST:
        messages.error(request, _("一次最多导出 %(most)s 行，请先选小一些的范围。") % {"most": f"{MOST:,}"})
        return redirect(f"{request.path}{_url(scope, standard)}")
    gap = gap_of(standard, teams, scope)
    file, media_type = league_file(gap, names, title=title, who=request.user)
    audit.record(
        AccessLog.Kind.EXPORTED, request=request, subject=title, list="assessments:league_gap", format="xlsx",
        rows=len(gap.lines), full=False,
    )  # fmt: skip
    return as_download(file, f"{title}_{timezone.localdate():%Y%m%d}.xlsx", media_type)
