"""Moves of a grading: one view for all of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.forms.grading_moves import MoveForm, asks_first
from assessments.forms.grading_moves import form_of as form_for
from assessments.gradings.conditions import NO_GRADE, best_result, grant_problems, panel_problems
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading
from assessments.panel.sheet import sheet_of
from assessments.views.grading_common import grading_page
from core.methods import form_page
from core.workflow import Move
from organizations.signed_in import SignedIn
from organizations.views.moves import make_move

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
    grading = grading_page(request, pk).grading

    def form_of(move: Move, data: Any) -> MoveForm | None:
        if not asks_first(move.action, needs_comment=move.needs_comment):
            return None
        return form_for(move.action)(data, grading=grading, needs_comment=move.needs_comment)

    def done(fresh: Grading, move: Move) -> HttpResponse:
        words = {
            "number": fresh.number, "office": fresh.office.short_name if fresh.office else "",
            "until": fresh.public_until, "result": fresh.get_result_display(),
        }  # fmt: skip
        messages.success(request, DONE[move.action] % words)
        return redirect(fresh)

    return make_move(
        request, grading, WORKFLOW, form_of=form_of, done=done, template="assessments/grading_move.html",
        page=lambda move, form: {"grading": grading, **_beside(grading, move.action)},
    )  # fmt: skip


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
