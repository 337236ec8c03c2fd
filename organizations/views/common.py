"""What the pages of this subject share."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no, yes
from core.forms import VersionedForm
from core.forms import saved as kept
from core.keys import key, versions_ticked
from core.language import sentence
from core.models import WorkflowEvent
from core.planner import as_written
from core.refusals import refusal
from core.search import matching
from core.workflow import Move, MoveNotAllowed, Workflow
from organizations.models import Organization
from organizations.permissions import access, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn


def seen(rows: QuerySet, pk: int | None) -> Any:
    """The record out of what may be seen, else 404; so also for None, which is no key (``core.keys``)."""
    with as_written():
        return get_object_or_404(rows, pk=pk)


def holding(right: Right) -> Any:
    """user → Decision: whether the person has the right anywhere, that is, may open a list at all."""

    def ask(user: Any) -> Decision:
        if right in access(user):
            return yes("")
        return no(sentence(gettext_lazy("您现在的职责不能%(right)s。"), {"right": right.label}))

    return ask


def edit(
    request: SignedIn,
    form: VersionedForm,
    *,
    title: str,
    back: Any,
    saved: str,
    after: Callable[[Any], Any] | None = None,
    template: str = "generic/form.html",
    **context: Any,
) -> HttpResponse:
    """Show, check and save one versioned form; a stale one comes back with what the other person changed. What a form
    that was saved has ``warnings`` of is told.

    :param back: the record to go back to, or an address. :param after: gives where to go with the saved record, where
        that is elsewhere.
    """
    if request.method == "POST" and form.is_valid() and (record := kept(form)) is not None:
        messages.success(request, saved)
        for warning in getattr(form, "warnings", list)():
            messages.warning(request, warning)
        return redirect(after(record) if after else back)
    cancel = back if isinstance(back, str) else back.get_absolute_url()
    keep = f"{form.instance._meta.model_name}-{form.instance.pk}"
    page = {"title": title, "form": form, "stale": form.clashes, "cancel_url": cancel, "keep_key": keep, **context}
    return render(request, template, page)


def move_ticked(
    request: SignedIn, workflow: Workflow, action: str, *, clean: Iterable[Any], others: Iterable[Any], most: int,
    unfit: str, gone: str, failed: str, done: str,
) -> bool:  # fmt: skip
    """Make one move on every record that was ticked (``pick``: key and version, as shown) and is among ``clean``, each
    by itself: one that fails does not stop the others. Says how many went, and of the rest why not.

    :param most: how many are looked at. :param unfit: what is said of one that is among ``others``. :param gone: of one
        that is in neither. :param failed: takes ``title`` and ``why``. :param done: takes ``n``.

    Whether there were any and all of them went.
    """
    shown = versions_ticked(request.POST.getlist("pick")[:most])
    if not shown:
        messages.warning(request, _("没有选中任何一件。"))
        return False
    offered, known = ({row.pk: row for row in rows} for rows in (clean, others))
    wrong = 0
    for pk, version in shown.items():
        if pk in offered:
            why = refusal(partial(workflow.perform_seen, offered[pk], action, by=request.user, version=version))
        else:
            why = unfit if pk in known else gone
        if why:
            wrong += 1
            messages.error(request, failed % {"title": offered.get(pk) or known.get(pk, pk), "why": why})
    if wrong < len(shown):
        messages.success(request, done % {"n": len(shown) - wrong})
    return not wrong


def asked_move(workflow: Workflow, action: str) -> Move:
    """The move a page names; 400 where there is none of that name."""
    try:
        return workflow.move(action)
    except MoveNotAllowed as error:
        raise BadRequest(error.message) from error


def version_seen(request: SignedIn) -> int | None:
    """Version of the record that the page was opened with; None where it says none."""
    return key(request.POST.get("version", ""))


def ask_words(
    request: SignedIn, record: Any, move: Move, form: Form, *, comes_first: bool, title: str = "", **hidden: str
) -> HttpResponse:
    """The page on which the words of a move are written; 403 without the right, a message in the wrong state.

    :param comes_first: whether this page comes before the move; where it does not, a GET is 404.
    :param hidden: what the page carries besides the action and the version that was seen.
    """
    move.allowed(record, request.user).require()
    if record.state not in move.sources:
        words = {"state": record.get_state_display(), "action": move.label}
        messages.error(request, _("现在是“%(state)s”，不能%(action)s。") % words)
        return redirect(record)
    if request.method == "GET" and not comes_first:
        raise Http404
    return render(request, "generic/move.html", move_page(request, record, move, form, title=title, **hidden))


def move_page(
    request: SignedIn, record: Any, move: Move, form: Form, *, title: str = "", **hidden: str
) -> dict[str, Any]:
    """What ``generic/move.html`` reads."""
    return {
        "title": _("：").join([str(move.label), title or str(record)]),
        "record": record,
        "form": form,
        "hidden": {"action": move.action, "version": request.POST.get("version") or record.version, **hidden},
        "tone": move.tone,
        "submit_label": move.label,
        "cancel_url": record.get_absolute_url(),
    }


def second_press(request: SignedIn, record: Model, error: MoveNotAllowed, actions: Iterable[str]) -> bool:
    """Whether one of ``actions`` is refused because the same person has just made it: a double click."""
    last = WorkflowEvent.objects.of(record).last() if error.code == "state" else None
    return last is not None and last.action in actions and last.by_id == request.user.pk


def refused(
    request: SignedIn, record: Any, error: MoveNotAllowed, *, actions: Iterable[str] = (), back: str = ""
) -> HttpResponse:
    """Say why a move was not made and show the record, or ``back``; 403 without the right. The second press of a double
    click on ``actions`` is told that it is done."""
    if error.code == "permission":
        raise PermissionDenied(error.message) from error
    if actions and second_press(request, record, error, actions):
        messages.info(request, _("这一步已经办过了。"))
    else:
        messages.error(request, str(error.message))
    return redirect(back or record)


def told(request: SignedIn, error: ValidationError) -> None:
    """Say as messages what a service refused."""
    for message in error.messages:
        messages.error(request, message)


def scope_asked(request: SignedIn, right: Right) -> Organization:
    """The office that ``?under=`` asks for, out of what may be seen; else the highest at which the person has the right
    (of somebody who has it at a team, the office that manages it)."""
    rows = Organization.objects.visible_to(request.user)
    asked = request.GET.get("under", "")
    if asked:
        found: Organization = seen(rows.offices(), key(asked))
        return found
    paths = sorted({held.path for held in access(request.user).having(right)}, key=lambda path: (len(path), path))
    top = rows.filter(path=paths[0]).first() if paths else None
    if top is not None and not top.is_office:
        top = rows.filter(path=top.parent_path).first() or top
    return top or get_object_or_404(rows, pk=0)


MOST_PLACES = 40


def pick_place(request: SignedIn, *, title: str, right: Right, url: Callable[[Organization], str]) -> HttpResponse:
    """First step of things done at a place: search one of the organizations reached with ``right``."""
    term = request.GET.get("q", "").strip()[:60]
    rows = Organization.objects.staying().filter(reach(request.user, right, at="")).order_by("path")
    if term:
        rows = rows.filter(matching(term))
    found = list(rows[: MOST_PLACES + 1])
    if not term and len(found) == 1 and not found[0].is_office:
        return redirect(url(found[0]))  # a team's own people have nothing to choose
    places = [{"place": place, "url": url(place)} for place in found[:MOST_PLACES]]
    context = {"title": title, "term": term, "places": places, "more": len(found) > MOST_PLACES, "most": MOST_PLACES}
    return render(request, "organizations/pick.html", context)
