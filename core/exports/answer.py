"""Answers a list's export requests: at once, after a word from the person, or through a job."""

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.exports import pdf, xlsx
from core.exports.columns import ExportColumn, export_columns, read_rows
from core.jobs import start
from core.jobs.pages import params_of
from core.language import in_chinese
from core.models import AccessLog
from core.serving import as_download
from core.words import moment

if TYPE_CHECKING:
    from core.lists.views import ListView

CHUNK = 2_000
AT_ONCE = {"xlsx": 50_000, "pdf": 300}  # more than that is made by a job
MOST = {"xlsx": 1_000_000, "pdf": 5_000}  # a sheet's end; a stack of paper nobody reads
MEDIA_TYPES = {"xlsx": xlsx.MEDIA_TYPE, "pdf": pdf.MEDIA_TYPE}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=200,
        min_length=4,
        help_text=gettext_lazy("写明给谁、做什么用。会和这次导出一起记录。"),
    )


def answer_export(view: "ListView") -> HttpResponseBase:
    """The response to ``?export=xlsx|pdf[&full=1]``. A GET only ever gives the file, or a page that asks."""
    request = view.request
    kind, full = request.GET.get("export", ""), request.GET.get("full") == "1"
    if kind not in MEDIA_TYPES:
        raise BadRequest(_("没有这种导出格式。"))
    if full:
        view.may_export_full().require()
    found = view.rows().order_by().values("pk")[: MOST[kind] + 1].count()
    if found > MOST[kind]:
        messages.error(request, _("一次最多导出 %(most)s 行，请先用筛选缩小范围。") % {"most": f"{MOST[kind]:,}"})
        return redirect(view.url())
    long = found > AT_ONCE[kind]
    form = ReasonForm(request.POST if request.method == "POST" else None) if full else None
    agreed = request.method == "POST" and (form is None or form.is_valid())
    if (long or full) and not agreed:
        return _ask(view, found, long, form)
    reason = form.cleaned_data["reason"] if form else ""
    if long:
        return redirect(_start(view, kind, full, reason))
    with in_chinese():  # a file leaves the portal, and colleagues' files must have the same headings
        file, _count = make(view, kind, full=full, reason=reason)
        return as_download(file, file_name(view, kind), MEDIA_TYPES[kind])


def make(
    view: "ListView", kind: str, *, full: bool, reason: str, progress: Any = None, total: int = 0
) -> tuple[IO[bytes], int]:
    """Write the export of what ``view`` shows, and record it.

    :param progress: of the job that writes it, called with the rows done and ``total``.
    :returns: the file, and the number of rows in it.
    """
    request = view.request
    columns = export_columns(view.table_class, view.model, view.asked.columns, full=full)
    head = heading(view, full, reason)
    if full:
        view.note_full_export(reason)
    columns, records = read_rows(view.rows(), columns, chunk=CHUNK)
    if kind == "xlsx":
        tell = (lambda done: progress(done, total)) if progress else (lambda done: None)
        file, count = xlsx.write_xlsx(columns, records, heading=head, progress=tell)
    else:
        file, count = pdf.write_pdf(columns, records, title=str(view.title), heading=head, most=MOST["pdf"])
    audit.record(
        AccessLog.Kind.EXPORTED,
        request=request if request.META else None,
        user=request.user,
        subject=str(view.title),
        list=view.list_name,
        format=kind,
        rows=count,
        full=full,
        reason=reason,
        shown=head,
    )
    return file, count


def stream_xlsx(table_columns: Sequence[ExportColumn], queryset: Any, *, name: str, by: Any) -> FileResponse:
    """Any rows as a spreadsheet, for pages that are no ``ListView``. Recorded like every export."""
    head = _("%(name)s；%(who)s 于 %(at)s 导出") % {"name": name, "who": by, "at": moment(timezone.now())}
    columns, records = read_rows(queryset, table_columns, chunk=CHUNK)
    file, count = xlsx.write_xlsx(columns, records, heading=head)
    audit.record(AccessLog.Kind.EXPORTED, user=by, subject=name, format="xlsx", rows=count, full=False, shown=head)
    return as_download(file, f"{name}_{timezone.localdate():%Y%m%d}.xlsx", xlsx.MEDIA_TYPE)


def heading(view: "ListView", full: bool, reason: str) -> str:
    """Name, filters, day, who and when in one line; a full export says so, and what for."""
    parts = [str(view.title), *(_("：").join([item["label"], item["value"]]) for item in view.filterset.chosen())]
    if view.asked.at:
        parts.append(_("%(day)s 当天结束时的情况") % {"day": view.asked.at.isoformat()})
    parts.append(_("%(who)s 于 %(at)s 导出") % {"who": view.request.user, "at": moment(timezone.now())})
    if full:
        parts.append(_("含未遮盖的信息，用途：%(reason)s") % {"reason": reason})
    return _("；").join(parts)


def file_name(view: "ListView", kind: str) -> str:
    day = view.asked.at or timezone.localdate()
    return f"{view.title}_{day:%Y%m%d}.{kind}"


def _ask(view: "ListView", found: int, long: bool, form: ReasonForm | None) -> HttpResponseBase:
    words = {"title": view.title, "count": f"{found:,}"}
    consequences = []
    if long:
        consequences.append(_("行数多，在后台生成，完成后通知您，结果保留几天供下载。"))
    if form:
        consequences.append(_("文件含未遮盖的个人信息，文件里写有您的姓名、时间和用途；这次导出会被记录。"))
    context = {
        "title": _("导出%(title)s") % words,
        "question": _("要导出“%(title)s”共 %(count)s 行。") % words,
        "consequences": consequences,
        "form": form or forms.Form(),
        "submit_label": _("导出"),
        "cancel_url": view.url(),
    }
    return render(view.request, "generic/confirm.html", context)


def _start(view: "ListView", kind: str, full: bool, reason: str) -> Any:
    user: Any = view.request.user
    with in_chinese():
        title = _("导出%(title)s") % {"title": view.title}
    return start(
        "export",
        by=user,
        title=title,
        format=kind,
        full=full,
        reason=reason,
        duties=user.duties_mark,
        **params_of(view),
    )
