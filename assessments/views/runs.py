"""Runs of reports: all there are, beginning one, watching it, steering it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from assessments.filters.runs import RunFilter
from assessments.forms.runs import RunStartForm
from assessments.models import Campaign, ReportRun
from assessments.running.beginning import Plan, begin, day_of_next, last_run, planned, reviews_of
from assessments.running.progress import Progress, progress_of
from assessments.running.workflow import WORKFLOW
from assessments.states import DOCUMENT_TONES, DocumentState, ReviewState, RunState
from assessments.tables.runs import RunTable, state_of
from core.forms import refuse
from core.lists import ListView
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import Move
from organizations.region import may_manage_assessments
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import make_move

DONE = {
    "pause": gettext_lazy("已暂停。正在生成的会做完，其余的等继续以后再做。"),
    "resume": gettext_lazy("已继续。"),
    "cancel": gettext_lazy("已取消。正在生成的会做完，其余的不再生成；已生成的文件都保留。"),
    "retry": gettext_lazy("未完成的文件已重新排队。"),
}


class RunList(ListView):
    request: SignedIn
    model = ReportRun
    table_class = RunTable
    filterset_class = RunFilter
    list_name = "assessments:run_list"
    title = gettext_lazy("年度报告生成")
    permission = holding(Right.VIEW_ASSESSMENT)

    def get_queryset(self) -> QuerySet:
        return ReportRun.objects.visible_to(self.request.user).with_counts()

    def get_context(self) -> dict[str, Any]:
        hint = _("在年度考核的页面上发起，每支队伍一份报告。")
        return {**super().get_context(), "empty_hint": hint}


@form_page
@login_required
def run_start(request: SignedIn, pk: int) -> HttpResponse:
    """Says what would be made; begins with the second press."""
    may_manage_assessments(request.user).require()
    campaign: Campaign = seen(Campaign.objects.visible_to(request.user), pk)
    posted = request.method == "POST" and "dated" in request.POST
    form = RunStartForm(request.POST if posted else None, campaign=campaign, initial={"dated": day_of_next(campaign)})
    if posted and form.is_valid():
        try:
            run = begin(campaign, by=request.user, dated=form.cleaned_data["dated"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已开始生成，共 %(n)d 份文件。") % {"n": run.total})
            return redirect(run)
    counts, plan = _counts(campaign), planned(campaign)
    context = {
        "title": _("生成%(campaign)s报告") % {"campaign": campaign},
        "campaign": campaign,
        "question": _question(campaign, counts, plan),
        "consequences": _consequences(counts, plan),
        "form": form,
        "submit_label": _("开始生成"),
        "cancel_url": _back(campaign),
        "last": last_run(campaign),
    }
    return render(request, "assessments/run_start.html", context)


def _counts(campaign: Campaign) -> dict[str, int]:
    rows = reviews_of(campaign).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def _question(campaign: Campaign, counts: dict[str, int], plan: Plan) -> str:
    words = {"campaign": campaign, "teams": sum(counts.values()), "all": plan.total}
    one = _("将为%(campaign)s的 %(teams)d 支队伍各生成一份报告，另生成各盟市和自治区的报告、打包文件和目录，") % words
    return one + _("共 %(all)d 份文件。") % words


def _consequences(counts: dict[str, int], plan: Plan) -> list[str]:
    waiting = {state: n for state, n in counts.items() if state != ReviewState.FINAL}
    lines = []
    if waiting:
        each = _("、").join(
            _("%(state)s %(n)d 支") % {"state": ReviewState(state).label, "n": waiting[state]}
            for state in ReviewState
            if state in waiting
        )
        words = {"n": sum(waiting.values()), "each": each}
        lines.append(_("还有 %(n)d 支队伍没有办结（%(each)s）。") % words)
        drafts = {"n": plan.drafts}
        lines.append(_("因此有 %(n)d 份报告是草稿，含所在盟市和自治区的：标明“草稿”，没有核验码，不作凭证。") % drafts)
        lines.append(_("办结以后再生成一次，草稿换成正式报告，其余只更新有变化的。"))
    lines.append(_("内容没有变化的报告沿用已有的文件。内容变了的是新版本，旧版本的核验页会注明已被取代。"))
    lines.append(_("在后台进行，可以离开页面，做完会通知您；中途可以暂停或取消。"))
    return lines


def _back(campaign: Campaign) -> str:
    return reverse("assessments:run_list") + f"?year={campaign.year}"


def run_of(request: SignedIn, pk: int) -> ReportRun:
    """Whoever sees assessments may look; of its documents, everybody sees their own."""
    holding(Right.VIEW_ASSESSMENT)(request.user).require()
    rows = ReportRun.objects.visible_to(request.user).select_related("campaign", "started_by")
    found: ReportRun = seen(rows, pk)
    return found


@require_safe
@login_required
def run_detail(request: SignedIn, pk: int) -> HttpResponse:
    """How far it is. htmx asks for the fragment again until it has ended."""
    run = run_of(request, pk)
    progress = progress_of(run, request.user)
    fragment = "HX-Request" in request.headers
    context = {
        "title": str(run),
        "run": run,
        "progress": progress,
        "chips": _chips(progress),
        "state": state_of(run, failed=progress.tally.failed),
        "moves": _moves(run, request, progress),
        "move_url": reverse("assessments:run_move", args=[run.pk]),
        "documents_url": f"{reverse('assessments:document_list')}?run={run.pk}",
        "again_url": reverse("assessments:run_start", args=[run.campaign_id]) if _may_begin_again(run, request) else "",
    }
    if not fragment:
        context["history"] = _history(run)
    response = render(request, "assessments/_run.html" if fragment else "assessments/run_detail.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _moves(run: ReportRun, request: SignedIn, progress: Progress) -> list[Move]:
    """Without asking anew for every move: what has failed is counted already."""
    if not run.can_steer(request.user):
        return []
    return [
        move
        for move in WORKFLOW.moves
        if run.state in move.sources and (progress.tally.failed if move.action == "retry" else not run.ended_at)
    ]


def _may_begin_again(run: ReportRun, request: SignedIn) -> bool:
    """Once it has ended or was cancelled."""
    return bool(run.ended_at or run.state == RunState.CANCELLED) and bool(run.can_steer(request.user))


def _chips(progress: Progress) -> list[dict[str, Any]]:
    tally = progress.tally.by
    return [
        {"tone": DOCUMENT_TONES[state][0], "icon": DOCUMENT_TONES[state][1], "label": f"{state.label} {tally[state]}",
         "url": f"{reverse('assessments:document_list')}?run={progress.run.pk}&state={state}"}
        for state in DocumentState
        if tally[state]
    ]  # fmt: skip


def _history(run: ReportRun) -> list[dict[str, Any]]:
    """Newest first."""
    events = WorkflowEvent.objects.of(run).select_related("by").order_by("-at", "-pk")
    made = [
        {"at": event.at, "who": event.by, "label": WORKFLOW.label(event.action), "comment": event.comment}
        for event in events
    ]
    return [*made, {"at": run.started_at, "who": run.started_by, "label": _("发起")}]


@require_POST
@login_required
def run_move(request: SignedIn, pk: int) -> HttpResponse:
    def done(fresh: ReportRun, move: Move) -> HttpResponse:
        messages.success(request, DONE[move.action])
        return redirect(fresh)

    return make_move(request, run_of(request, pk), WORKFLOW, done=done)
