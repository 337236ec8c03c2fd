"""What the pages of this subject share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy

from core.decisions import Decision, no, yes
from core.forms import StaleForm, VersionedForm
from core.language import sentence
from core.search import matching
from organizations.models import Organization, User
from organizations.permissions import access, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn


def seen(rows: QuerySet, pk: int) -> Any:
    """The record out of what may be seen, else 404."""
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
    back: Organization | User | str,
    saved: str,
    template: str = "generic/form.html",
    **context: Any,
) -> HttpResponse:
    """Show, check and save one versioned form; a stale one comes back with what the other person changed."""
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except StaleForm:
            pass  # the form says what happened, below
        else:
            messages.success(request, saved)
            return redirect(back)
    cancel = back if isinstance(back, str) else back.get_absolute_url()
    keep = f"{form.instance._meta.model_name}-{form.instance.pk}"
    page = {"title": title, "form": form, "stale": form.clashes, "cancel_url": cancel, "keep_key": keep, **context}
    return render(request, template, page)


def told(request: SignedIn, error: ValidationError) -> None:
    """Say as messages what a service refused."""
    for message in error.messages:
        messages.error(request, message)


MOST_PLACES = 40


def pick_place(request: SignedIn, *, title: str, right: Right, url: Callable[[Organization], str]) -> HttpResponse:
    """First step of things done at a place: search one of the organizations reached with ``right``."""
    term = request.GET.get("q", "").strip()[:60]
    rows = Organization.objects.in_force().filter(reach(request.user, right, at="")).order_by("path")
    if term:
        rows = rows.filter(matching(term))
    found = list(rows[: MOST_PLACES + 1])
    places = [{"place": place, "url": url(place)} for place in found[:MOST_PLACES]]
    context = {"title": title, "term": term, "places": places, "more": len(found) > MOST_PLACES, "most": MOST_PLACES}
    return render(request, "organizations/pick.html", context)
