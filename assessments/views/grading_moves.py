"""Moves of a grading: one view for all of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.forms.grading_moves import MoveForm, asks_first, form_of
from assessments.gradings.conditions import NO_GRADE, best_result, grant_problems, panel_problems
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading
from assessments.panel.sheet import sheet_of
from assessments.views.grading_common import grading_page
from core.forms import refuse
from core.methods import form_page
from core.workflow import Move, MoveNotAllowed
from organizations.signed_in import SignedIn
from organizations.views.common import asked_move, move_page, refused, told, version_seen

DONE = {
    "submit": gettext_lazy("已报送，编号 %(number)s，由%(office)s办理。"),
    "resubmit": gettext_lazy("已重新报送，由%(office)s办理。"),
    "take_back": gettext_lazy("已撤回，可以接着改。"),
    "return_for_changes": gettext_lazy("已退回修改，并通知了申请人。"),
    "accept": gettext_lazy("已通过材料初核，请组建专家组。"),
    "begin_on_site": gettext_lazy("现场测评已开始，并通知了队伍和专家。"),
    "change_panel": gettext_lazy("可以调整专家组了，调整后再继续现场测评。"),
    "finish_on_site": gettext_lazy("现场测评已结束，请评议。"),
    "score_again": gettext_lazy("已请专家组补充评分。"),
    "publicise": gettext_lazy("已开始公示，至 %(until)s。到期不会自动定级。"),
    "grant": gettext_lazy("已定级：%(result)s，证书正在生成。"),
    "decline": gettext_lazy("已不予定级，并通知了申请人。"),
    "deliberate_again": gettext_lazy("已退回评议。"),
    "abandon": gettext_lazy("已撤销申请，仍留在列表里。"),
}


@form_page
@login_required
def grading_move(request: SignedIn, pk: int) -> HttpResponse:
    """All moves by POST; a GET only shows the page that asks for what a move needs."""
    grading = grading_page(request, pk).grading
    posted = request.method == "POST"
    move = asked_move(WORKFLOW, (request.POST if posted else request.GET).get("action", ""))
    given = request.POST if posted and "sent" in request.POST else None
    asks = asks_first(move.action, needs_comment=move.needs_comment)
    decision = move.allowed(grading, request.user)
    if not decision:
        raise PermissionDenied(decision.reason)
    if grading.state not in move.sources:
        return _too_late(request, grading, move)
    if not posted and not asks:
        raise Http404
    form = form_of(move.action)(given, grading=grading, needs_comment=move.needs_comment) if asks else None
    if form is not None and not form.is_valid():
        return _ask(request, grading, move, form)
    return _make(request, grading, move, form)


def _too_late(request: SignedIn, grading: Grading, move: Move) -> HttpResponse:
    words = {"state": grading.get_state_display(), "action": move.label}
    error = MoveNotAllowed("state", _("现在是“%(state)s”，不能%(action)s。") % words)
    return refused(request, grading, error, actions=[move.action])


def _make(request: SignedIn, grading: Grading, move: Move, form: MoveForm | None) -> HttpResponse:
    version = version_seen(request)
    facts = form.facts() if form else {}
    comment = form.cleaned_data.get("comment", "") if form else ""
    try:
        fresh = WORKFLOW.perform_seen(grading, move.action, version=version, by=request.user, comment=comment, **facts)
    except MoveNotAllowed as error:
        return refused(request, grading, error, actions=[move.action])
    except ValidationError as error:
        if form is not None:
            refuse(form, error)
            return _ask(request, grading, move, form)
        told(request, error)
        return redirect(grading)
    words = {
        "number": fresh.number, "office": fresh.office.short_name if fresh.office else "",
        "until": fresh.public_until, "result": fresh.get_result_display(),
    }  # fmt: skip
    messages.success(request, DONE[move.action] % words)
    return redirect(fresh)


def _ask(request: SignedIn, grading: Grading, move: Move, form: MoveForm) -> HttpResponse:
    page = move_page(request, grading, move, form, sent="1")  # ``sent`` tells its answers from the press of a button
    context = {**page, "grading": grading, **_beside(grading, move.action)}
    return render(request, "assessments/grading_move.html", context)


def _beside(grading: Grading, action: str) -> dict[str, Any]:
    """What one looks at before the move: what is in the way, the score, the comments that are sent."""
    if action == "begin_on_site":
        return {"problems": panel_problems(grading)}
    if action == "publicise":
        sheet = sheet_of(grading)
        return {"sheet": sheet, "problems": [] if best_result(grading, sheet) else [NO_GRADE]}
    if action == "grant":
        return {"problems": grant_problems(grading), "told": _granting(grading)}
    if action == "return_for_changes":
        return {"comments": list(grading.claims.exclude(comment="").select_related("indicator"))}
    return {}


def _granting(grading: Grading) -> list[str]:
    words = {"team": grading.team, "what": grading.standard.name, "result": grading.get_result_display()}
    lines = [_("%(team)s按“%(what)s”定为 %(result)s。") % words]
    months = grading.standard.validity_months
    lines.append(
        _("有效期 %(n)d 个月，从今天算起。") % {"n": months} if months else _("标准没有规定有效期，长期有效。")
    )
    lines.append(_("证书带二维码和编号，任何人可以核验；同一类别以前由平台定的等级同时由它接替，登记的外部等级不变。"))
    return lines
