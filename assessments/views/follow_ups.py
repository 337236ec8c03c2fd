"""后续动作: all of them, one with its files, writing one down, what is done with it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model
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
from assessments.follow_ups import acts
from assessments.follow_ups.links import act_of_team
from assessments.forms.follow_ups import DoneForm, FollowUpForm, OutcomeForm, WordsForm
from assessments.models import FollowUp, Review
from assessments.states import REVIEW_DECIDED
from assessments.tables.follow_ups import FollowUpTable, due_chip, state_of
from assessments.views.review_common import review_page
from core.decisions import Decision
from core.forms import refuse, saved
from core.history.as_at import events_of
from core.lists import ListView
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.permissions import access, can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import refused
from organizations.views.timeline import changes


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
    offered = [
        {"action": key, "label": act.label, "tone": act.tone, "needs_comment": True}
        for key, act in ACTS.items()
        if act.allowed(one, user)
    ]
    context = {
        "title": one.what[:60], "follow_up": one, "state": state_of(one), "due": due_chip(one), "facts": _facts(one),
        "moves": offered, "move_url": reverse("assessments:followup_act", args=[one.pk]),
        "may_edit": bool(acts.may_edit(one, user)), "stands": one.review.state in REVIEW_DECIDED,
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
        (_("要求补充"), one.asked, ""),
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
    decision = acts.may_add(review, request.user)
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
            one = acts.add(form.save(commit=False), by=request.user)
        except MoveNotAllowed as error:
            return refused(request, review, error)
        messages.success(request, _("已登记，并通知了落实单位。"))
        return redirect(one)
    return _form(request, form, review, review.get_absolute_url(), title=_("登记后续动作"))


@form_page
@login_required
def followup_edit(request: SignedIn, pk: int) -> HttpResponse:
    one = follow_up_of(request, pk)
    manages(one, request.user).require()
    decision = acts.may_edit(one, request.user)
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


# -- what is done with it -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Act:
    label: Any
    allowed: Any  # (follow-up, user) → Decision
    done: Any
    tone: str = "plain"


ACTS = {
    "report": Act(gettext_lazy("报告落实情况"), acts.may_report, gettext_lazy("已报告，等自治区确认。"), "main"),
    "finish": Act(gettext_lazy("确认完成"), acts.may_finish, gettext_lazy("已确认完成。"), "main"),
    "give_back": Act(gettext_lazy("退回补充"), acts.may_return, gettext_lazy("已退回，并通知了报告人。")),
    "end": Act(gettext_lazy("撤销"), acts.may_edit, gettext_lazy("已撤销，仍留在记录里。"), "danger"),
}


@form_page
@login_required
def followup_act(request: SignedIn, pk: int) -> HttpResponse:
    """A GET, or the button of the page, asks for the words an act needs; with them it is done."""
    one = follow_up_of(request, pk)
    posted = request.method == "POST"
    key = (request.POST if posted else request.GET).get("action", "")
    act = ACTS.get(key)
    if act is None:
        raise BadRequest(_("没有这种办理动作。"))
    _right(one, key, request).require()
    decision = act.allowed(one, request.user)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(one)
    form = _asked(request, one, key)
    if posted and form.is_bound and form.is_valid():
        try:
            _do(one, key, form.cleaned_data, request)
        except MoveNotAllowed as error:
            return refused(request, one, error)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, act.done)
            return redirect(one)
    context = {"title": act.label, "question": one.what, "form": form, "action": key, "submit_label": act.label,
               "tone": act.tone, "cancel_url": one.get_absolute_url()}  # fmt: skip
    return render(request, "generic/confirm.html", context)


def _right(one: FollowUp, key: str, request: SignedIn) -> Decision:
    """Who may at all, whatever the time."""
    if key == "report":
        return can(request.user, Right.REPORT_ASSESSMENT, one.responsible)
    return manages(one, request.user)


def _asked(request: SignedIn, one: FollowUp, key: str) -> forms.Form:
    names = {"report": "outcome", "finish": "done_on", "give_back": "words", "end": "words"}
    data = request.POST if request.method == "POST" and names[key] in request.POST else None
    if key == "report":
        return OutcomeForm(data, initial={"outcome": one.outcome})
    if key == "finish":
        return DoneForm(data, one=one)
    form = WordsForm(data)
    if key == "give_back":
        form.fields["words"].label = _("还要补充什么")
    return form


def _do(one: FollowUp, key: str, said: dict[str, Any], request: SignedIn) -> None:
    user = request.user
    if key == "report":
        acts.report(one, said["outcome"], by=user)
    elif key == "finish":
        acts.finish(one, said["done_on"], said.get("outcome", ""), by=user)
    elif key == "give_back":
        acts.give_back(one, said["words"], by=user)
    else:
        acts.end(one, said["words"], by=user)
