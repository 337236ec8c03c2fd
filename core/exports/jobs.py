"""Exports too long for a request."""

from typing import Any

from django.utils.translation import gettext as _

from core.exports.answer import MEDIA_TYPES, MOST, file_name, make
from core.jobs import JobResult
from core.jobs.pages import view_of
from core.models import Job


def export(job: Job, progress: Any) -> JobResult:
    """The list as the person asked for it, with the rights the person has now."""
    kind, full = job.params["format"], job.params["full"]
    view = view_of(job)
    if full:
        view.may_export_full().require()
    total = view.rows().order_by().values("pk")[: MOST[kind]].count()
    progress(0, total) if kind == "xlsx" else progress(0, 0, _("正在排版 %(count)s 行") % {"count": f"{total:,}"})
    file, count = make(view, kind, full=full, reason=job.params["reason"], progress=progress, total=total)
    progress(count, count)
    return JobResult(file_name(view, kind), MEDIA_TYPES[kind], file)
