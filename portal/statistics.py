"""统计: every metric for one organization and year, also as a spreadsheet; each number opens its list; one is broken
down by branch."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit, metrics
from core.counts import Tally
from core.days import year_in
from core.exports import xlsx
from core.exports.columns import ExportColumn
from core.keys import key
from core.language import in_chinese
from core.metrics import Counted, Measure, Metric, Period
from core.models import AccessLog
from core.serving import as_download
from core.words import moment
from organizations.models import Organization
from organizations.permissions import access
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from portal.figures import by_subject, may_see, subject_of

FIRST_YEAR = 2024


@require_safe
@login_required
def statistics(request: SignedIn) -> HttpResponse | FileResponse:
    scope = _scope(request)
    if scope is None:
        return render(request, "portal/statistics.html", {"title": _("统计")})
    period = Period.of_year(_year(request))
    held = access(request.user)
    shown = by_subject(metric for metric in metrics.every() if may_see(metric, held))
    if request.GET.get("export") == "xlsx":
        with in_chinese():
            return _export(request, shown, scope, period)
    found = metrics.counted(shown, scope, period)
    chosen = next((metric for metric in shown if metric.name == request.GET.get("by")), shown[0])
    tally = metrics.by_branch(chosen, scope, period, len(scope.path) + Organization.steplen)
    context = {
        "title": _("统计"),
        "scope": scope,
        "period": period,
        "years": range(timezone.localdate().year, FIRST_YEAR - 1, -1),
        "numbers": _numbers(shown, found, scope, period),
        "tally": found.tally,
        "chosen": chosen,
        "branches": _branches(chosen, found[chosen.name], tally, scope, period),
        "branches_tally": tally,
    }
    return render(request, "portal/statistics.html", context)


def _scope(request: SignedIn) -> Organization | None:
    """The organization asked for, if it may be seen; else the highest one the person sees; None if there is none."""
    rows = Organization.objects.visible_to(request.user)
    asked = request.GET.get("scope", "")
    if asked:
        found: Organization = seen(rows, key(asked))
        return found
    return rows.order_by("path").first()


def _year(request: SignedIn) -> int:
    return year_in(request.GET.get("year", ""), since=FIRST_YEAR)


def _numbers(shown: list[Metric], found: Counted, scope: Organization, period: Period) -> list[dict[str, Any]]:
    counting = found.tally.counting
    return [
        {
            "subject": subject_of(metric),
            "metric": metric,
            "value": None if counting else found[metric.name].value,
            "url": metric.url(scope, period),
        }
        for metric in shown
    ]


def _export(request: SignedIn, shown: list[Metric], scope: Organization, period: Period) -> HttpResponse | FileResponse:
    found = metrics.counted(shown, scope, period)
    if found.tally.counting:
        messages.info(request, _("正在统计，请过几分钟再导出。"))
        return redirect(f"{request.path}?{urlencode({'scope': scope.pk, 'year': period})}")
    title = _("%(scope)s%(year)s年统计") % {"scope": scope.short_name, "year": period}
    words = {"title": title, "who": request.user, "at": moment(found.tally.at or timezone.now())}
    heading = _("%(title)s；数字截至 %(at)s，%(who)s 导出") % words
    columns = [
        ExportColumn(_("类别"), lambda line: str(line["subject"])),
        ExportColumn(_("项目"), lambda line: str(line["metric"].label)),
        ExportColumn(_("数"), lambda line: line["value"]),
        ExportColumn(_("单位"), lambda line: str(line["metric"].unit)),
        ExportColumn(_("说明"), lambda line: str(line["metric"].note)),
    ]
    file, rows = xlsx.write_xlsx(columns, _numbers(shown, found, scope, period), heading=heading)
    audit.record(
        AccessLog.Kind.EXPORTED, request=request, subject=title, list="portal:statistics", format="xlsx", rows=rows
    )
    return as_download(file, f"{title}_{timezone.localdate():%Y%m%d}.xlsx", xlsx.MEDIA_TYPE)


def _branches(
    metric: Metric, measure: Measure, tally: Tally, scope: Organization, period: Period
) -> list[dict[str, Any]]:
    """The number of each branch directly below the scope, and of the scope itself, largest bar as the measure."""
    if tally.counting or not measure.branches:
        return []
    counts = tally.value
    places = Organization.objects.filter(path__startswith=scope.path, depth__lte=scope.depth + 1).exclude(level="team")
    shown = [place for place in places.order_by("path") if place.path in counts or place.valid_to is None]
    most = max(counts.values(), default=0)
    return [
        {
            "place": place,
            "value": counts.get(place.path, 0),
            "most": most,
            "own": place.pk == scope.pk,
            "url": metric.url(place, period),
        }
        for place in shown
        if place.pk != scope.pk or counts.get(place.path)
    ]
