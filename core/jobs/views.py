"""The page of one job, the list of one's own, the way to the result."""

from typing import Any
from uuid import UUID

import django_filters
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import audit
from core.chips import chip
from core.lists import Column, DateTimeColumn, Filter, ListView, Table
from core.models import AccessLog, Job
from core.serving import as_download, open_stored


@require_safe
@login_required
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the job is. htmx asks for the fragment again until it is finished."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    template = "generic/_job.html" if "HX-Request" in request.headers else "generic/job.html"
    withheld = _is_withheld(job, request)
    result_url = reverse("core:job_result", args=[job.pk]) if job.result and not withheld else ""
    context = {"job": job, "result_url": result_url, "next_url": job.params.get("next", "")}
    response = render(request, template, context | {"trouble": _WITHHELD if withheld else _trouble(job)})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@login_required
def job_result(request: HttpRequest, pk: UUID) -> FileResponse:
    """The finished file, to whoever started the job and to nobody else; of a list only while the duties are held that
    it was made with."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, state=Job.State.READY)
    if _is_withheld(job, request):
        raise PermissionDenied(_WITHHELD)
    if not job.result:
        raise Http404(_("结果已过保留期，请重新生成。"))
    stream = open_stored(job.result)
    audit.record(AccessLog.Kind.DOWNLOADED, request=request, subject=job.result_name, job=str(job.pk))
    return as_download(stream, job.result_name, job.result_type)


def _is_withheld(job: Job, request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(job.result) and job.params.get("duties", user.duties_mark) != user.duties_mark


def _trouble(job: Job) -> str:
    """Why nobody is at the job now, said in place of how far it is."""
    if job.waits_for_broker:
        return _("后台服务暂时连不上，任务已经记下，恢复后自动开始。")
    if job.is_interrupted:
        return _("后台服务中断过，这个任务会在几分钟内自动重新开始，不用重新发起。")
    return ""


_WITHHELD = gettext_lazy("这份文件是按发起时的职责生成的，您现在的职责不同了，请重新导出。")


class JobFilter(Filter):
    q = None  # few rows, no search key
    state = django_filters.ChoiceFilter(label=gettext_lazy("状态"), choices=Job.State)

    class Meta:
        model = Job
        fields: list[str] = []


class JobTable(Table):
    title = Column(verbose_name=gettext_lazy("名称"), linkify=True)
    state = Column(verbose_name=gettext_lazy("状态"))
    created_at = DateTimeColumn(verbose_name=gettext_lazy("发起时间"), orderable=True)
    finished_at = DateTimeColumn(verbose_name=gettext_lazy("完成时间"))
    message = Column(verbose_name=gettext_lazy("说明"))

    def render_state(self, record: Job) -> SafeString:
        return chip(record.tone, record.get_state_display())


class JobList(ListView):
    model = Job
    table_class = JobTable
    filterset_class = JobFilter
    list_name = "core:job_list"
    title = gettext_lazy("我的后台任务")

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "empty_hint": _("导出、导入这些要花时间的事，在这里看做到哪里。")}
