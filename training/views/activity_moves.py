"""Moves of an activity: one view for all of them, and the confirming of several at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.methods import form_page
from core.workflow import Move
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from organizations.views.moves import make_move, move_ticked
from training.forms.moves import MoveForm
from training.models import Activity
from training.records.cancelling import what_cancelling_leaves
from training.records.queue import clean_ones, waiting_for
from training.views.activity_common import activity_page
from training.workflow import WORKFLOW

MOST = 50  # records that are confirmed together

DONE = {
    "submit": gettext_lazy("已报送，编号 %(number)s，由%(office)s确认。"),
    "resubmit": gettext_lazy("已重新报送，由%(office)s确认。"),
    "withdraw": gettext_lazy("已撤回，可以接着改。"),
    "confirm": gettext_lazy("已确认 %(number)s，时长已记给队员。"),
    "return_for_changes": gettext_lazy("已退回修改，并通知了报送人。"),
    "archive": gettext_lazy("已归档。"),
    "reopen": gettext_lazy("已退回更正，记过的时长已收回，重新确认后再记。"),
    "cancel": gettext_lazy("已取消，仍留在列表里。"),
    "revive": gettext_lazy("已恢复筹备。"),
}


@form_page
@login_required
def activity_move(request: SignedIn, pk: int) -> HttpResponse:
    activity = activity_page(request, pk, "training:activity_detail").activity
    return make_move(
        request, activity, WORKFLOW, template="generic/move.html",
        form_of=lambda move, data: MoveForm(data, activity=activity, move=move),
        page=lambda move, form: {"consequences": what_cancelling_leaves(activity)} if move.action == "cancel" else {},
        done=lambda fresh, move: _done(request, fresh, move),
    )  # fmt: skip


def _done(request: SignedIn, fresh: Activity, move: Move) -> HttpResponse:
    words = {"number": fresh.number, "office": fresh.office.short_name if fresh.office else ""}
    messages.success(request, DONE[move.action] % words)
    if request.POST.get("next") and move.action in ("confirm", "return_for_changes"):
        after = waiting_for(request.user).first()
        if after is not None:
            return redirect(after)
        messages.info(request, _("待确认的都办完了。"))
        return redirect("training:activity_list")
    return redirect(fresh)


@form_page
@login_required
def activity_batch(request: SignedIn) -> HttpResponse:
    """What waits and was handed in without findings, shown as a list; those ticked are confirmed, each by itself."""
    holding(Right.CONFIRM_TRAINING)(request.user).require()
    if request.method == "POST":
        return _confirm_several(request)
    clean, others, more = clean_ones(request.user, MOST)
    context = {"title": _("一并确认"), "rows": clean, "others": others, "more": more, "most": MOST}
    return render(request, "training/activity_batch.html", context)


def _confirm_several(request: SignedIn) -> HttpResponse:
    clean, others, _more = clean_ones(request.user, MOST)
    went = move_ticked(
        request, WORKFLOW, "confirm", clean=clean, others=others, most=MOST,
        unfit=_("报送时有提示，请逐件看过再确认。"), gone=_("它已不在待您确认的记录里。"),
        failed=_("“%(title)s”没有确认：%(why)s"), done=_("已确认 %(n)d 件。"),
    )  # fmt: skip
    return redirect("training:activity_list" if went else "training:activity_batch")
