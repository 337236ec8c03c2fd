"""The timeline, one entry of it, and its export."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from core.audit.changes import changes
from core.audit.sources import source
from core.audit.timeline import Cursor, Entry, Query, one, walk
from core.exports import ExportColumn, stream_xlsx
from core.language import in_chinese
from core.limits import TooLong, within
from core.words import moment
from organizations.audit import scope
from organizations.audit.filters import AuditFilter
from organizations.audit.found import found
from organizations.audit.words import details
from organizations.paths import Asked, lines_then, named_then
from organizations.signed_in import SignedIn

PAGE = 50
MOST_EXPORTED = 50_000
STEP_WAITS = 10  # seconds; a word that hardly any row has would be looked for through years
BEGINNING = datetime(2000, 1, 1)


class AuditView(LoginRequiredMixin, View):
    """Loads the filters within what the person may see; 403 with the reason for everybody else."""

    request: SignedIn  # dispatch lets nobody else further

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            scope.may_view(request.user).require()
            self.filter = AuditFilter(request.GET)
            self.filter.is_valid()
        return super().dispatch(request, *args, **kwargs)

    def query(self) -> Query:
        return self.filter.query(self.request.user, scope.offices(self.request.user))


class AuditList(AuditView):
    def get(self, request: SignedIn) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self.export()
        before = Cursor.parse(request.GET.get("before", ""))
        query = self.query()
        tally = found(query, limit=PAGE + 1, before=before)
        lines = tally.value or []
        shown = lines[:PAGE]
        first, last = self.filter.span()
        offices = _offices(shown)
        context = {
            "title": _("操作记录"),
            "form": self.filter,
            "notes": self.filter.notes(query),
            "rows": [(entry, offices.get((entry.office, entry.at), "")) for entry in shown],
            "first": first,
            "last": last,
            "tally": tally,
            "older_url": self.url(before=str(shown[-1].cursor)) if len(lines) > PAGE else "",
            "newest_url": self.url() if before else "",
            "export_url": self.url(export="xlsx") if scope.may_export(request.user) else "",
            "most_exported": MOST_EXPORTED,
        }
        return render(request, "organizations/audit_list.html", context)

    def url(self, **more: str) -> str:
        query = self.request.GET.copy()
        for name in ("before", "export"):
            query.pop(name, None)
        query.update(more)
        return f"{self.request.path}?{query.urlencode(safe='~:')}" if query else self.request.path

    def export(self) -> HttpResponseBase:
        scope.may_export(self.request.user).require()
        first, last = self.filter.span()
        try:
            with in_chinese():
                name = _("操作记录 %(first)s 至 %(last)s") % {"first": first, "last": last}
                return stream_xlsx(_columns(), _Rows(self.query()), name=name, by=self.request.user)
        except TooLong:
            messages.error(self.request, _("这样查要翻的记录太多，没有导出。请缩小日期范围，或者去掉搜索的词和地址。"))
            return redirect(self.url())


class AuditDetail(AuditView):
    """One entry with what it changed. Outside the person's scope it does not exist."""

    def get(self, request: SignedIn, kind: str, number: int) -> HttpResponse:
        table = source(kind)
        everything = Query(scope.offices(request.user), since=timezone.make_aware(BEGINNING), until=timezone.now())
        entry = one(everything, table, number) if table else None
        if table is None or entry is None:
            raise Http404
        row = table.model._default_manager.get(pk=number)
        context = {
            "title": _("：").join([str(entry.source.label), str(entry.action_label)]),
            "facts": _facts(entry, row),
            "changes": [] if table.is_log else changes(row, words={"path": _place}),
            "entry": entry,
            "same_person_url": _same_person_url(entry),
        }
        return render(request, "organizations/audit_detail.html", context)


class _Rows:
    """What an export needs of a queryset, over the timeline."""

    def __init__(self, query: Query) -> None:
        self.query = query

    def iterator(self, chunk_size: int) -> Iterator[Entry]:
        with within(STEP_WAITS):
            yield from walk(self.query, most=MOST_EXPORTED, step=chunk_size)


def _columns() -> list[ExportColumn]:
    return [
        ExportColumn(_("时间"), lambda entry: timezone.localtime(entry.at).replace(tzinfo=None)),
        ExportColumn(_("人员"), lambda entry: entry.who),
        ExportColumn(_("动作"), lambda entry: str(entry.action_label)),
        ExportColumn(_("记录"), lambda entry: str(entry.source.label)),
        ExportColumn(_("对象"), lambda entry: entry.subject),
        ExportColumn(_("页面"), lambda entry: entry.url),
        ExportColumn(_("来自地址"), lambda entry: entry.address),
        ExportColumn(_("编号"), lambda entry: f"{entry.source.key}-{entry.id}"),
    ]


def _offices(found: list[Entry]) -> dict[Asked, str]:
    """Short names of the offices the people stood in when they did it; one query for all."""
    return named_then((entry.office, entry.at) for entry in found if entry.office)


def _place(event: Any) -> str:
    """Where a place of the tree stood, for whom a path says nothing."""
    asked = (event.path, event.pgh_created_at)
    return lines_then([asked])[asked]


def _facts(entry: Entry, row: Any) -> list[dict[str, Any]]:
    office = _offices([entry]).get((entry.office, entry.at), "")
    facts = [
        {"label": _("时间"), "value": moment(entry.at, seconds=True)},
        {"label": _("人员"), "value": entry.who or _("系统")},
        {"label": _("所在单位"), "value": office},
        {"label": _("对象"), "value": entry.subject},
        {"label": _("页面"), "value": entry.url},
        {"label": _("来自地址"), "value": entry.address},
    ]
    if entry.source.is_log:
        return facts + details(row.detail)
    request = (row.pgh_context or {}).get("request", "")
    return [*facts, {"label": _("请求编号"), "value": request}]


def _same_person_url(entry: Entry) -> str:
    return f"{reverse('audit:list')}?{urlencode({'person': entry.who})}" if entry.who else ""
