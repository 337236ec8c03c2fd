"""汇总表: teams of each branch below an office, counted by what they are. Every number opens its list."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.language import in_chinese
from core.models import AccessLog
from core.serving import as_download
from core.words import moment
from organizations.models import Organization
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, scope_asked
from teams.on_file.summary import GROUPS, summarise


@require_safe
@login_required
def team_summary(request: SignedIn) -> HttpResponse:
    """``?under=<office>``, ``?by=<group>``, ``?export=xlsx|pdf``: the spreadsheet holds all groups, the paper one."""
    holding(Right.VIEW_TEAM)(request.user).require()
    scope = scope_asked(request, Right.VIEW_TEAM)
    if not scope.is_office:  # somebody who sees no office has nothing to add up
        return redirect("teams:team_list")
    group = next((key for key, _label in GROUPS if key == request.GET.get("by")), GROUPS[0][0])
    kind = request.GET.get("export", "")
    if kind in ("xlsx", "pdf"):
        with in_chinese():
            return _export(request, scope, group, kind)
    summary = summarise(request.user, scope, group)
    context = {
        "title": _("救援队汇总表"),
        "scope": scope,
        "day": timezone.localdate(),
        "columns": summary.columns_of(group),
        "lines": summary.shown(group),
        "tally": summary.tally,
        "tabs": [
            {"label": label, "url": f"?{urlencode({'under': scope.pk, 'by': key})}", "active": key == group}
            for key, label in GROUPS
        ],
        "export_urls": {
            each: f"?{urlencode({'under': scope.pk, 'by': group, 'export': each})}" for each in ("xlsx", "pdf")
        },
        "up_url": _up(request, scope),
    }
    return render(request, "teams/team_summary.html", context)


def _up(request: SignedIn, scope: Organization) -> str:
    above = Organization.objects.visible_to(request.user).offices().filter(path=scope.parent_path).first()
    return f"?{urlencode({'under': above.pk})}" if above else ""


def _export(request: SignedIn, scope: Organization, group: str, kind: str) -> HttpResponse | Any:
    summary = summarise(request.user, scope)
    if summary.tally.counting:
        messages.info(request, _("正在统计队员人数，请过几分钟再导出。"))
        return redirect(f"{request.path}?{urlencode({'under': scope.pk, 'by': group})}")
    title = _("%(scope)s救援队汇总表") % {"scope": scope.short_name}
    heading = _("%(title)s；%(who)s 于 %(at)s 导出") % {
        "title": title,
        "who": request.user,
        "at": moment(timezone.now()),
    }
    if summary.tally.at:
        heading = _("%(heading)s；队员人数截至 %(at)s") % {"heading": heading, "at": moment(summary.tally.at)}
    file, media_type = summary.file(kind, group, title=title, heading=heading)
    audit.record(
        AccessLog.Kind.EXPORTED, request=request, subject=title, list="teams:team_summary", format=kind,
        rows=len(summary.lines), full=False,
    )  # fmt: skip
    return as_download(file, f"{title}_{timezone.localdate():%Y%m%d}.{kind}", media_type)
