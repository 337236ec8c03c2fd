"""What pages of all subjects share: reading a record, opening a list, one form, choosing a place (moves: ``moves``)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no, yes
from core.forms import VersionedForm
from core.forms import saved as kept
from core.keys import key
from core.language import sentence
from core.planner import as_written
from core.search import matching
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


def pick_place(
    request: SignedIn, *, title: str, right: Right, url: Callable[[Organization], str], lasting: bool = False
) -> HttpResponse:
    """First step of things done at a place: search one of the organizations reached with ``right``.

    :param lasting: for what stays at the place: none that is to close is offered.
    """
    term = request.GET.get("q", "").strip()[:60]
    places = Organization.objects.staying() if lasting else Organization.objects.in_force()
    rows = places.filter(reach(request.user, right, at="")).order_by("path")
    if term:
        rows = rows.filter(matching(term))
    found = list(rows[: MOST_PLACES + 1])
    if not term and len(found) == 1 and not found[0].is_office:
        return redirect(url(found[0]))  # a team's own people have nothing to choose
    shown = [{"place": place, "url": url(place)} for place in found[:MOST_PLACES]]
    context = {"title": title, "term": term, "places": shown, "more": len(found) > MOST_PLACES, "most": MOST_PLACES}
    return render(request, "organizations/pick.html", context)
