"""Pages that make moves of a workflow: one way for all subjects.

``make_move`` is the whole of such a view. The subject says which record (out of what may be seen), with which form a
move asks first, and what is said and shown afterwards; rights, states, versions and second presses are dealt with here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import refuse
from core.keys import key, versions_ticked
from core.models import WorkflowEvent
from core.refusals import each_by_itself
from core.workflow import Move, MoveNotAllowed, Workflow
from organizations.signed_in import SignedIn
from organizations.views.common import told

# What the button of a page posts. A move that asks something first is only asked where nothing else came; the asking
# page says ``sent``, also of a form that has no field or none filled in.
_BUTTON = frozenset({"csrfmiddlewaretoken", "action", "version", "next"})


def make_move(
    request: SignedIn,
    record: Any,
    workflow: Workflow,
    *,
    done: Callable[[Any, Move], HttpResponse],
    form_of: Callable[[Move, Any], Any] = lambda move, data: None,
    page: Callable[[Move, Any], Mapping[str, Any]] = lambda move, form: {},
    template: str = "generic/confirm.html",
    make: Callable[..., Any] | None = None,
    lacking: Callable[[Move, ValidationError], HttpResponse] | None = None,
    action: str = "",
    back: str = "",
) -> HttpResponse:
    """POST makes the move ``action`` on the version that was seen; GET shows the page that asks what the move needs.

    400 where the workflow has no such move, 403 without the right, 404 for a GET of a move that asks nothing; in the
    wrong state the record is shown with what stands against it. What the move itself refuses stands in the form, and
    with a move that asks nothing on the record's page.

    :param done: (saved record, move) → the answer.
    :param form_of: (move, what was posted or None) → the form of the move, or None where its button is enough. A form
        comes first unless it says otherwise (``comes_first``); it gives its ``facts()``, else what was cleaned.
    :param page: (move, form) → what the asking page shows besides ``move_page``.
    :param make: (action, version, by, comment and facts) → the saved record, where a service makes the move.
    :param lacking: (move, error) → the answer where the move without a form of its own was refused.
    :param action: where the route is for one move only. :param back: where a refusal leads to instead of the record.
    """
    posted = request.method == "POST"
    move = asked_move(workflow, action or (request.POST if posted else request.GET).get("action", ""))
    version, given = version_seen(request), _given(request)
    stop = partial(refused, request, record, actions=[move.action] if posted else (), said=given, back=back)
    try:
        workflow.check(record, move.action, version=version, by=request.user)
    except MoveNotAllowed as error:
        return stop(error=error)

    def ask(form: Any) -> HttpResponse:
        return render(request, template, {**move_page(request, record, move, form, back), **page(move, form)})

    form = form_of(move, request.POST if given else None)
    comes_first = form is not None and getattr(form, "comes_first", True)
    if not posted and not comes_first:
        raise Http404
    if form is not None and not given and not comes_first:
        form = form_of(move, request.POST)  # the button alone, of a move that may do without words
    if form is not None and not form.is_valid():
        return ask(form)
    try:
        said = {"version": version, "by": request.user, **_said(form)}
        fresh = make(move.action, **said) if make else workflow.perform_seen(record, move.action, **said)
    except MoveNotAllowed as error:
        return stop(error=error)
    except ValidationError as error:
        if comes_first:
            refuse(form, error)
            return ask(form)
        if lacking is not None:
            return lacking(move, error)
        told(request, error)
        return redirect(back or record)
    return done(fresh, move)


def _given(request: SignedIn) -> dict[str, str]:
    """What was posted besides the button."""
    return {name: str(value) for name, value in request.POST.items() if name not in _BUTTON}


def _said(form: Any) -> dict[str, Any]:
    """The comment and the facts that go into the move."""
    if form is None:
        return {}
    given = dict(form.cleaned_data)
    comment = given.pop("comment", "")
    return {"comment": comment, **(form.facts() if hasattr(form, "facts") else given)}


def asked_move(workflow: Workflow, action: str) -> Move:
    """The move a page names; 400 where there is none of that name."""
    try:
        return workflow.move(action)
    except MoveNotAllowed as error:
        raise BadRequest(error.message) from error


def version_seen(request: SignedIn) -> int | None:
    """Version of the record on the page from which the move is made or asked about; None where it says none."""
    return key(request.POST.get("version") or request.GET.get("version", ""))


def move_page(request: SignedIn, record: Any, move: Move, form: BaseForm, back: str = "") -> dict[str, Any]:
    """What ``generic/confirm.html`` and ``generic/move.html`` read. The version goes with the words: what is decided is
    what was seen."""
    hidden = {"action": move.action, "version": str(version_seen(request) or record.version), "sent": "1"}
    if "next" in request.GET or "next" in request.POST:
        hidden["next"] = "1"
    return {
        "title": _("：").join([str(move.label), str(record)]),
        "record": record,
        "form": form,
        "hidden": hidden,
        "tone": move.tone,
        "submit_label": move.label,
        "cancel_url": back or record.get_absolute_url(),
    }


def second_press(
    request: SignedIn, record: Model, error: MoveNotAllowed, actions: Iterable[str], said: Mapping[str, str]
) -> bool:
    """Whether one of ``actions`` is refused because the same person has just made it: a double click. With other words
    or facts it is none: they were not kept, and nobody says that it is done."""
    last = WorkflowEvent.objects.of(record).last() if error.code == "state" else None
    if last is None or last.action not in actions or last.by_id != request.user.pk:
        return False
    remarks = {f"field_{name}": text for name, text in (last.facts.get("fields") or {}).items()}
    there = {"comment": last.comment, "reason": last.comment, "sent": "1", **last.facts, **remarks}
    return all(value.strip() in ("", str(there.get(name, "")).strip()) for name, value in said.items())


def refused(
    request: SignedIn,
    record: Any,
    error: MoveNotAllowed,
    *,
    actions: Iterable[str] = (),
    said: Mapping[str, str] = MappingProxyType({}),
    back: str = "",
) -> HttpResponse:
    """Say why a move was not made and show the record, or ``back``; 403 without the right. The second press of a double
    click on ``actions`` is told that it is done.

    :param said: what was sent with it, by the names of facts.
    """
    if error.code == "permission":
        raise PermissionDenied(error.message) from error
    if actions and second_press(request, record, error, actions, said):
        messages.info(request, _("这一步已经办过了。"))
    else:
        messages.error(request, str(error.message))
    return redirect(back or record)


def move_ticked(
    request: SignedIn, workflow: Workflow, action: str, *, clean: Collection[Any], others: Collection[Any], most: int,
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
    titles = {row.pk: row for row in (*others, *clean)}
    told = each_by_itself(
        lambda row, version: workflow.perform_seen(row, action, by=request.user, version=version),
        shown, clean=clean, others=others, unfit=lambda row, version: unfit, gone=gone,
    )  # fmt: skip
    wrong = {pk: why for pk, why in told.items() if why}
    for pk, why in wrong.items():
        messages.error(request, failed % {"title": titles.get(pk, pk), "why": why})
    if len(wrong) < len(shown):
        messages.success(request, done % {"n": len(shown) - len(wrong)})
    return not wrong
