"""Moves of a review: one view for all of them, and the deciding of several at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.answers import REGION, basis_of, sheet
from assessments.annual.queue import clean_ones
from assessments.annual.workflow import REVIEW
from assessments.forms.reviews import MoveForm
from assessments.models import Campaign, Review
from assessments.views.campaigns import managed
from assessments.views.review_common import review_page
from core.methods import form_page
from core.workflow import Move
from organizations.signed_in import SignedIn
from organizations.views.common import told
from organizations.views.moves import make_move, move_ticked

MOST = 50  # reviews that are decided together

DONE = {
    "submit": gettext_lazy("已报送，由%(office)s考核。"),
    "resubmit": gettext_lazy("已重新报送，由%(office)s考核。"),
    "take_back": gettext_lazy("已撤回，可以接着改。"),
    "score": gettext_lazy("考核完成，已报自治区审定。"),
    "return_for_changes": gettext_lazy("已退回修改，并通知了报送人。"),
    "decide": gettext_lazy("已审定：%(result)s。"),
    "score_again": gettext_lazy("已退回%(office)s重新考核。"),
    "publicise": gettext_lazy("已公示。"),
    "conclude": gettext_lazy("已办结。"),
    "reconsider": gettext_lazy("原来的结果留在历史里，现在重新审定。"),
    "exempt": gettext_lazy("已记为不参加考核。"),
    "include": gettext_lazy("已恢复参加考核。"),
}


@form_page
@login_required
def review_move(request: SignedIn, pk: int) -> HttpResponse:
    review = review_page(request, pk).review
    basis = basis_of(review)

    def done(fresh: Review, move: Move) -> HttpResponse:
        words = {"office": fresh.office.short_name, "result": fresh.result or ""}
        messages.success(request, DONE[move.action] % words)
        return redirect(fresh)

    return make_move(
        request, review, REVIEW, done=done, template="generic/move.html",
        form_of=lambda move, data: MoveForm(data, review=review, move=move, basis=basis),
        lacking=lambda move, error: _lacking(request, review, move, error),
    )  # fmt: skip


def _lacking(request: SignedIn, review: Review, move: Move, error: ValidationError) -> HttpResponse:
    """What a hand-in lacks stands on the page already, each with its link."""
    if move.action not in ("submit", "resubmit") or len(error.messages) == 1:
        told(request, error)
        return redirect(review)
    messages.error(request, _("还没有报送：有 %(n)d 处要先补，在“报送前还要补的”里。") % {"n": len(error.messages)})
    return redirect(f"{review.get_absolute_url()}#missing-title")


# -- several at once ------------------------------------------------------------------------------------------
@form_page
@login_required
def review_batch(request: SignedIn, pk: int) -> HttpResponse:
    """What waits for the decision and on which team and office agree, shown as a list; those ticked are decided, each
    by itself. ``pk``: the campaign."""
    campaign = managed(request, pk)
    clean, others, more, bases = clean_ones(campaign, request.user, MOST)
    if request.method == "POST":
        return _decide_several(request, campaign, clean, others)
    rows: list[dict[str, Any]] = [{"review": row, "sheet": sheet(row, REGION, bases[row.pk])} for row in clean]
    context = {
        "title": _("一并审定"), "campaign": campaign, "rows": rows, "others": others, "more": more, "most": MOST,
    }  # fmt: skip
    return render(request, "assessments/review_batch.html", context)


def _decide_several(request: SignedIn, campaign: Campaign, clean: list[Review], others: list[Review]) -> HttpResponse:
    went = move_ticked(
        request, REVIEW, "decide", clean=clean, others=others, most=MOST,
        unfit=_("有不同或有提示，请逐件看过再审定。"), gone=_("它已不在待您审定的里面。"),
        failed=_("“%(title)s”没有审定：%(why)s"), done=_("已审定 %(n)d 支队伍。"),
    )  # fmt: skip
    return redirect("assessments:campaign_detail" if went else "assessments:review_batch", campaign.pk)
