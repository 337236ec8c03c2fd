"""履历汇总: what stands on the people of each branch below an office, in a year. Every number opens its list."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.days import year_in
from core.exports import xlsx
from core.keys import key
from core.language import in_chinese
from core.models import AccessLog
from core.serving import as_download
from core.words import moment
from organizations.models import Organization
from organizations.permissions import access, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from people.standing_summary import COLUMNS, summarise

FIRST_YEAR = 2015


@require_safe
@login_required
def standing_summary(request: SignedIn) -> HttpResponseBase:
    """``?under=<organization>``, ``?year=``, ``?export=xlsx``."""
    holding(Right.VIEW_MEMBER)(request.user).require()
    scope, year = _scope(request), _year(request)
    if request.GET.get("export") == "xlsx":
        with in_chinese():
            return _export(request, scope, year)
    summary = summarise(request.user, scope, year)
    this_year = timezone.localdate().year
    context = {
        "title": _("履历汇总"),
        "scope": scope,
        "year": year,
        "years": range(this_year, FIRST_YEAR - 1, -1),
        "columns": COLUMNS,
        "lines": [{"line": line, "cells": line.cells(year)} for line in summary.lines],
        "tally": summary.tally,
        "export_url": _url(scope, year, export="xlsx"),
        "up_url": _up(request, scope, year),
    }
    return render(request, "people/standing_summary.html", context)


def _url(scope: Organization, year: int, **more: str) -> str:
    return f"?{urlencode({'under': scope.pk, 'year': year, **more})}"


def _scope(request: SignedIn) -> Organization:
    """The place asked for, where members may be seen; else the highest place at which the person sees members."""
    rows = Organization.objects.filter(reach(request.user, Right.VIEW_MEMBER, at=""))
    asked = request.GET.get("under", "")
    if asked:
        found: Organization = seen(rows, key(asked))
        return found
    paths = {held.path for held in access(request.user).having(Right.VIEW_MEMBER)}
    return get_object_or_404(rows, path=min(paths, key=lambda path: (len(path), path)))


def _year(request: SignedIn) -> int:
    return year_in(request.GET.get("year", ""), since=FIRST_YEAR)


def _up(request: SignedIn, scope: Organization, year: int) -> str:
    above = Organization.objects.filter(reach(request.user, Right.VIEW_MEMBER, at=""), path=scope.parent_path).first()
    return _url(above, year) if above else ""


def _export(request: SignedIn, scope: Organization, year: int) -> HttpResponseBase:
    summary = summarise(request.user, scope, year)
    if summary.tally.counting:
        messages.info(request, _("正在统计，请过几分钟再导出。"))
        return redirect(f"{request.path}{_url(scope, year)}")
    words = {"scope": scope.short_name, "year": year}
    title = _("%(scope)s履历汇总（%(year)d 年）") % words
    heading = _("%(title)s；%(who)s 于 %(at)s 导出") % {
        "title": title, "who": request.user, "at": moment(timezone.now())
    }  # fmt: skip
    if summary.tally.at:
        heading = _("%(heading)s；数字截至 %(at)s") % {"heading": heading, "at": moment(summary.tally.at)}
    file, count = summary.file(heading)
    audit.record(
        AccessLog.Kind.EXPORTED, request=request, subject=title, list="people:standing_summary", format="xlsx",
        rows=count, full=False,
    )  # fmt: skip
    return as_download(file, f"{title}_{timezone.localdate():%Y%m%d}.xlsx", xlsx.MEDIA_TYPE)
