"""后续动作: all of them, one with its files, writing one down, its moves."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.annual.rights import manages
from assessments.choices import FollowUpKind
from assessments.filters.follow_ups import QUEUES, FollowUpFilter
from assessments.follow_ups.links import act_of_team
from assessments.follow_ups.registering import add, add_all, may_add, may_edit, to_choose_from
from assessments.follow_ups.workflow import FOLLOW_UP
from assessments.forms.follow_ups import DoneForm, FollowUpForm, FollowUpsForm, OutcomeForm, WordsForm
from assessments.models import FollowUp, Review
from assessments.states import REVIEW_DECIDED
from assessments.tables.follow_ups import FollowUpTable, due_chip, state_of
from assessments.views.campaigns import managed
from assessments.views.review_common import review_page
from core.forms import refuse, saved
from core.history.as_at import events_of
from core.keys import versions_ticked
from core.lists import ListView
from core.methods import form_page
from core.workflow import Move, MoveNotAllowed
from organizations.permissions import access
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import make_move, refused
from organizations.views.timeline import changes

MOST = 100  # teams for which the same is registered together


class FollowUpList(ListView):
    request: SignedIn
    model = FollowUp
    table_class = FollowUpTable
    filterset_class = FollowUpFilter
    list_name = "assessments:followup_list"
    title: Any = gettext_lazy("考核后续动作")
    permission = holding(Right.VIEW_ASSESSMENT)
    as_at_model = events_of(FollowUp)
    template_name = "assessments/review_list.html"

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        wanted = {"mine": Right.MANAGE_ASSESSMENT, "ours": Right.REPORT_ASSESSMENT}
        tabs = self.quick_choices(one for one in QUEUES if wanted[one[0]] in held)
        hint = _("审定以后，由自治区在队伍的考核页登记。")
        return {**super().get_context(), "tabs": tabs, "search_hint": _("队伍或落实单位"), "empty_hint": hint}


def follow_up_of(request: SignedIn, pk: int) -> FollowUp:
    rows = FollowUp.objects.visible_to(request.user).select_related(
        "review__campaign", "review__organization", "review__team__organization", "review__result", "responsible",
        "made_by", "reported_by", "done_by",
    )  # fmt: skip
    found: FollowUp = seen(rows, pk)
    return found


# -- one ------------------------------------------------------------------------------------------------------
@require_safe
@login_required
def followup_detail(request: SignedIn, pk: int) -> HttpResponse:
    one = follow_up_of(request, pk)
    user = request.user
    people = [who for who in (one.made_by, one.reported_by, one.done_by) if who]
    known: list[Model] = [one.review, one.responsible, *people]
    moves = [
        {"action": move.action, "label": move.label, "tone": move.tone, "needs_comment": True}
        for move in FOLLOW_UP.available_actions(one, user)
    ]
    context = {
        "title": one.what[:60], "follow_up": one, "state": state_of(one), "due": due_chip(one), "facts": _facts(one),
        "moves": moves, "move_url": reverse("assessments:followup_move", args=[one.pk]), "version": one.version,
        "may_edit": bool(may_edit(one, user)), "stands": one.review.state in REVIEW_DECIDED,
        "act_of_team": act_of_team(one, user) if one.is_open else None, "history": changes(one, known=known),
        "own_report": one.is_open and one.reported_by_id == user.pk and bool(manages(one, user)),
    }  # fmt: skip
    return render(request, "assessments/followup_detail.html", context)


def _facts(one: FollowUp) -> list[dict[str, Any]]:
    review = one.review
    lines = (
        (_("队伍"), review.organization, review.team.get_absolute_url()),
        (_("考核"), _("%(year)s年度，%(result)s") % {"year": review.campaign.year, "result": review.result or "—"},
         review.get_absolute_url()),
        (_("种类"), one.get_kind_display(), ""),
        (_("内容"), one.what, ""),
        (_("落实单位"), one.responsible, ""),
        (_("期限"), f"{one.due_on:%Y-%m-%d}" if one.due_on else _("没有定"), ""),
        (_("落实情况"), one.outcome, ""),
        (_("报告"), _who(one.reported_by, one.reported_at), ""),
        (_("完成"), f"{one.done_on:%Y-%m-%d}" if one.done_on else "", ""),
        (_("确认"), one.done_by, ""),
        (_("撤销"), _("%(day)s：%(why)s") % {"day": one.ended_on, "why": one.end_reason} if one.ended_on else "", ""),
        (_("登记"), _who(one.made_by, one.made_at), ""),
    )  # fmt: skip
    return [{"label": label, "value": value, "url": url} for label, value, url in lines if value]


def _who(person: Any, at: Any) -> str:
    return f"{person} {timezone.localtime(at):%Y-%m-%d}" if person and at else ""


# -- writing it down ------------------------------------------------------------------------------------------
@form_page
@login_required
def followup_create(request: SignedIn, pk: int) -> HttpResponse:
    """``pk``: the review. ``?kind=`` is chosen already."""
    review = review_page(request, pk).review
    manages(review, request.user).require()
    decision = may_add(review, request.user)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(review)
    kind = request.GET.get("kind", "")
    form = FollowUpForm(
        request.POST or None, instance=FollowUp(review=review, made_by=request.user),
        initial={"kind": kind} if kind in FollowUpKind.values else {},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            one = add(form.save(commit=False), by=request.user)
        except MoveNotAllowed as error:
            return refused(request, review, error)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记，并通知了落实单位。"))
            return redirect(one)
    return _form(request, form, review, review.get_absolute_url(), title=_("登记后续动作"))


@form_page
@login_required
def followup_create_several(request: SignedIn, pk: int) -> HttpResponse:
    """The same on several teams. ``pk``: the campaign; ``?result=``: teams with that result, else those that have to
    lead to something and do not yet."""
    campaign = managed(request, pk)
    found = to_choose_from(campaign, request.GET.get("result", ""))
    rows = list(found.rows[: MOST + 1])
    form = FollowUpsForm(request.POST or None, initial={"kind": FollowUpKind.RECTIFY} if not found.result else {})
    shown = versions_ticked(request.POST.getlist("pick")[:MOST])
    if request.method == "POST" and form.is_valid() and not shown:
        form.add_error(None, _("没有选中任何一支队伍。"))
    if form.is_bound and form.is_valid():
        n, wrong = add_all(campaign, shown, form.instance, form.cleaned_data["who"], by=request.user)
        for words in wrong:
            messages.error(request, words)
        if n:
            messages.success(request, _("已为 %(n)d 支队伍登记，并通知了落实单位。") % {"n": n})
        return redirect(request.get_full_path() if wrong else campaign.get_absolute_url())
    here = reverse("assessments:followup_create_several", args=[campaign.pk])
    context = {
        "title": _("登记后续动作"), "campaign": campaign, "form": form, "rows": rows[:MOST], "most": MOST,
        "more": len(rows) > MOST, "picked": shown.keys() if form.is_bound else (),
        "tabs": [
            {"label": one.label, "count": one.n, "active": one.key == found.result,
             "url": f"{here}?{urlencode({'result': one.key})}" if one.key else here}
            for one in found.choices
        ],
    }  # fmt: skip
    return render(request, "assessments/followup_several.html", context)


@form_page
@login_required
def followup_edit(request: SignedIn, pk: int) -> HttpResponse:
    one = follow_up_of(request, pk)
    manages(one, request.user).require()
    decision = may_edit(one, request.user)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(one)
    form = FollowUpForm(request.POST or None, instance=one)
    try:
        if request.method == "POST" and form.is_valid() and saved(form) is not None:
            messages.success(request, _("已保存。"))
            return redirect(one)
    except MoveNotAllowed as error:
        return refused(request, one, error)
    return _form(request, form, one.review, one.get_absolute_url(), title=_("修改后续动作"))


def _form(request: SignedIn, form: FollowUpForm, review: Review, back: str, *, title: str) -> HttpResponse:
    key = form.instance.pk or f"of-{review.pk}"
    context = {"title": title, "form": form, "stale": form.clashes, "review": review, "cancel_url": back,
               "keep_key": f"follow-up-{key}", "submit_label": _("保存")}  # fmt: skip
    return render(request, "assessments/followup_form.html", context)


# -- its moves --------------------------------------------------------------------------------------------------
DONE = {
    "report": gettext_lazy("已报告，等自治区确认。"),
    "finish": gettext_lazy("已确认完成。"),
    "give_back": gettext_lazy("已退回，并通知了报告人。"),
    "end": gettext_lazy("已撤销，仍留在记录里。"),
}


@form_page
@login_required
def followup_move(request: SignedIn, pk: int) -> HttpResponse:
    one = follow_up_of(request, pk)

    def done(fresh: FollowUp, move: Move) -> HttpResponse:
        messages.success(request, DONE[move.action])
        return redirect(fresh)

    return make_move(
        request, one, FOLLOW_UP, done=done, form_of=lambda move, data: _asked(one, move, data),
        page=lambda move, form: {"title": move.label, "question": one.what},
    )  # fmt: skip


def _asked(one: FollowUp, move: Move, data: Any) -> Form:
    if move.action == "report":
        return OutcomeForm(data, initial={"outcome": one.outcome})
    if move.action == "finish":
        return DoneForm(data, one=one)
    return WordsForm(data, label=_("还要补充什么") if move.action == "give_back" else _("理由"))
