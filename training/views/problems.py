"""Problems found in an activity: its tab, one problem, writing it down, its moves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import saved
from core.keys import key
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import Move, MoveNotAllowed
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import pick_place, seen
from organizations.views.moves import make_move, refused
from organizations.views.timeline import changes
from training.forms.problems import CommentForm, FixForm, ProblemForm, ReopenForm
from training.models import Problem
from training.problems import may_add, may_edit, tell_given
from training.states import ProblemState
from training.tables.problems import due_chip, state_chip
from training.views.activity_common import activity_page
from training.workflow import PROBLEM, archives, keeps

# The moves that ask something first, and with what
_ASKS: dict[str, Any] = {"report": FixForm, "refuse": CommentForm, "reopen": ReopenForm}
_SENT_BACK = ("refuse", "reopen")  # what was said then is what is to be done now


@require_safe
@login_required
def activity_problems(request: SignedIn, pk: int) -> HttpResponse:
    page = activity_page(request, pk, "training:activity_problems")
    rows = page.activity.problems.select_related("organization").with_owner().order_by("due_on", "pk")
    context = page.context(
        problems=[{"row": row, "state": state_chip(row), "due": due_chip(row)} for row in rows],
        may_add=bool(may_add(page.activity, request.user)),
    )
    return render(request, "training/activity_problems.html", context)


# -- writing it down ------------------------------------------------------------------------------------------
@form_page
@login_required
def problem_create(request: SignedIn, pk: int) -> HttpResponse:
    """``?pick=1`` searches another place; ``?place=`` is the one found."""
    activity = activity_page(request, pk, "training:activity_problems").activity
    here = reverse("training:problem_create", args=[activity.pk])
    back = reverse("training:activity_problems", args=[activity.pk])
    decision = may_add(activity, request.user)
    if not decision:
        if not (keeps(activity, request.user) or archives(activity, request.user)):
            decision.require()
        messages.error(request, str(decision.reason))
        return redirect(back)
    if request.GET.get("pick") == "1":
        return pick_place(
            request,
            title=_("问题由哪个单位整改"),
            right=Right.VIEW_TRAINING,
            url=lambda place: f"{here}?place={place.pk}",
        )
    problem = Problem(activity=activity, created_by=request.user)
    form = ProblemForm(request.POST or None, instance=problem, by=request.user, also=key(request.GET.get("place", "")))
    if request.method == "POST" and form.is_valid():
        made = form.save()
        tell_given(made, by=request.user)
        messages.success(request, _("问题已登记，%(day)s 前整改。") % {"day": made.due_on})
        if made.due_on < timezone.localdate():
            messages.warning(request, _("整改期限已经过了，请核对。"))
        again = "again" in request.POST
        return redirect(here if again else back)
    context = {
        "title": _("登记问题"), "form": form, "activity": activity, "cancel_url": back, "pick_url": f"{here}?pick=1",
        "keep_key": f"problem-of-{activity.pk}", "is_new": True,
    }  # fmt: skip
    return render(request, "training/problem_form.html", context)


def _problem(request: SignedIn, pk: int) -> Problem:
    rows = Problem.objects.visible_to(request.user).with_owner()
    rows = rows.select_related(
        "activity__host", "activity__office", "organization", "owner_person", "fixed_by", "closed_by", "created_by"
    )
    found: Problem = seen(rows, pk)
    return found


@form_page
@login_required
def problem_edit(request: SignedIn, pk: int) -> HttpResponse:
    problem = _problem(request, pk)
    decision = may_edit(problem, request.user)
    if not decision:
        if not (keeps(problem.activity, request.user) or archives(problem.activity, request.user)):
            can(request.user, Right.EDIT_TRAINING, problem.activity.host).require()
        messages.error(request, str(decision.reason))
        return redirect(problem)
    form = ProblemForm(request.POST or None, instance=problem, by=request.user)
    before = {"place": problem.organization_id, "owner": problem.owner_person_id}
    try:
        if request.method == "POST" and form.is_valid() and (kept := saved(form)) is not None:
            tell_given(kept, by=request.user, **before)
            messages.success(request, _("已保存。"))
            return redirect(problem)
    except MoveNotAllowed as refusal:
        return refused(request, problem, refusal)
    context = {
        "title": _("修改问题"), "form": form, "activity": problem.activity, "stale": form.clashes,
        "cancel_url": problem.get_absolute_url(), "keep_key": f"problem-{problem.pk}",
    }  # fmt: skip
    return render(request, "training/problem_form.html", context)


# -- one ------------------------------------------------------------------------------------------------------
@require_safe
@login_required
def problem_detail(request: SignedIn, pk: int) -> HttpResponse:
    problem = _problem(request, pk)
    moves = PROBLEM.available_actions(problem, request.user)
    events = list(WorkflowEvent.objects.of(problem).select_related("by"))
    last = events[-1] if events and problem.state == ProblemState.OPEN else None
    context = {
        "title": problem.what[:60],
        "problem": problem,
        "refused": last if last and last.action in _SENT_BACK else None,
        "state": state_chip(problem),
        "due": due_chip(problem),
        "facts": _facts(request, problem),
        "moves": [
            {"action": one.action, "label": one.label, "tone": one.tone, "needs_comment": one.action in _ASKS}
            for one in moves
        ],
        "move_url": reverse("training:problem_move", args=[problem.pk]),
        "version": problem.version,
        "may_edit": bool(may_edit(problem, request.user)),
        "history": _history(problem, events),
    }
    return render(request, "training/problem_detail.html", context)


def _facts(request: SignedIn, problem: Problem) -> list[dict[str, Any]]:
    activity = problem.activity
    sees = can(request.user, Right.VIEW_TRAINING, activity.host) or _joined(request, problem)
    lines = (
        (_("活动"), activity, activity.get_absolute_url() if sees else ""),
        (_("问题"), problem.what, ""),
        (_("整改措施"), problem.measure, ""),
        (_("整改单位"), problem.organization, ""),
        (_("责任人"), _owner(problem), ""),
        (_("整改期限"), problem.due_on and f"{problem.due_on:%Y-%m-%d}", ""),
        (_("整改情况"), problem.fix, ""),
        (_("报告"), _who(problem.fixed_by, problem.fixed_at), ""),
        (_("验收"), _who(problem.closed_by, problem.closed_at), ""),
        (_("登记"), _who(problem.created_by, problem.created_at), ""),
    )
    return [{"label": label, "value": value, "url": url} for label, value, url in lines if value]


def _owner(problem: Problem) -> str:
    gone = problem.owner_left and problem.state != ProblemState.CLOSED  # type: ignore[attr-defined]
    return _("%(name)s（已不在整改单位，请另定责任人）") % {"name": problem.owner} if gone else problem.owner


def _joined(request: SignedIn, problem: Problem) -> bool:
    return type(problem.activity).objects.visible_to(request.user).filter(pk=problem.activity_id).exists()


def _who(person: Any, at: Any) -> str:
    return f"{person} {timezone.localtime(at):%Y-%m-%d}" if person and at else ""


def _history(problem: Problem, events: list[WorkflowEvent]) -> list[dict[str, Any]]:
    """Newest first: changes of facts, and moves with what was said. What a move changes is told with the move."""
    state = str(Problem._meta.get_field("state").verbose_name)  # type: ignore[union-attr]
    told = changes(problem)
    edits = [one for one in told if not any(line["label"] == state and line["old"] for line in one["changes"])]
    entries = [*edits, *(_moved(event) for event in events)]
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _moved(event: WorkflowEvent) -> dict[str, Any]:
    facts = event.facts or {}
    was, day = facts.get("was_due"), facts.get("due_on")
    return {
        "at": event.at,
        "who": event.by or _("系统"),
        "for_whom": event.acting_for,
        "label": PROBLEM.label(event.action),
        "comment": event.comment or facts.get("fix", ""),
        "changes": [{"label": _("整改期限"), "old": was, "new": day}] if day != was else [],
    }


# -- moves ----------------------------------------------------------------------------------------------------
@form_page
@login_required
def problem_move(request: SignedIn, pk: int) -> HttpResponse:
    problem = _problem(request, pk)

    def done(fresh: Problem, move: Move) -> HttpResponse:
        messages.success(request, _("%(act)s：已办理。") % {"act": move.label})
        return redirect(fresh)

    return make_move(
        request, problem, PROBLEM, done=done,
        form_of=lambda move, data: _ASKS[move.action](data) if move.action in _ASKS else None,
        page=lambda move, form: {"title": move.label, "question": problem.what, "tone": "main"},
    )  # fmt: skip
