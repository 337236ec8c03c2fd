"""Two records of one person: which they may be, side by side, merged, taken back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import refuse
from core.keys import keys
from core.methods import form_page
from organizations.models import User
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, told
from people.forms.merging import MergeForm
from people.merging.merging import held, kept_instead, may_merge, merge, merges_visible_to
from people.merging.twins import better, candidates, compare, photo_line, verified_by, with_teams
from people.merging.unmerging import former_documents, in_the_way, may_undo, undo
from people.models import Person

MOST = 20


@require_safe
@login_required
def merge_list(request: SignedIn) -> HttpResponse:
    """Who may be one and the same, and what was merged lately; two found by name or number can be chosen as well."""
    holding(Right.VERIFY_MEMBER)(request.user).require()
    term = request.GET.get("q", "").strip()[:60]
    chosen = keys(request.GET.getlist("person"))
    if "compare" in request.GET:
        if len(set(chosen)) == 2:
            first, second = (get_object_or_404(verified_by(request.user), pk=pk) for pk in chosen)
            return redirect("people:merge_create", *(person.pk for person in better(first, second)))
        messages.error(request, _("请选中两个人再对照。"))
    found = list(with_teams(verified_by(request.user).matching(term).order_by("pk"))[: MOST + 1]) if term else []
    context = {
        "title": _("合并重复的人员"),
        "term": term,
        "found": found[:MOST],
        "more": len(found) > MOST,
        "most": MOST,
        "pairs": _pairs(request.user),
        "merges": list(merges_visible_to(request.user)[:MOST]),
    }
    return render(request, "people/merge_list.html", context)


def _pairs(user: User) -> list[tuple[Person, Person, str]]:
    """Kept, ceased, why: each pair once, with everything that speaks for it."""
    found: dict[tuple[Person, Person], list[str]] = {}
    for group in candidates(user):
        for one, other in group.pairs:
            found.setdefault(better(one, other), []).append(group.why)
    return [(*pair, _("；").join(reasons)) for pair, reasons in found.items()]


def _two(request: SignedIn, kept: int, ceased: int) -> tuple[Person, Person]:
    rows = with_teams(Person.objects.visible_to(request.user).filter(pk__in=[kept, ceased]))
    there = {person.pk: person for person in rows.select_related("division", "user")}
    if kept == ceased or len(there) < 2:
        raise Http404
    return there[kept], there[ceased]


@form_page
@login_required
def merge_create(request: SignedIn, kept_pk: int, ceased_pk: int) -> HttpResponse:
    """Side by side; what wins is chosen line by line."""
    instead = kept_instead(ceased_pk)
    if instead is not None and Person.objects.visible_to(request.user).filter(pk=instead.pk).exists():
        messages.info(request, _("这两份档案已经合并过了。"))  # a second click, or somebody else was first
        return redirect(instead)
    kept, ceased = _two(request, kept_pk, ceased_pk)
    may_merge(kept, ceased, request.user).require()
    lines = [*photo_line(kept, ceased), *compare(kept, ceased)]
    form = MergeForm(request.POST or None, lines=lines, kept=kept, ceased=ceased)
    if request.method == "POST" and form.is_valid():
        try:
            typed = form.cleaned_data
            made = merge(
                kept, ceased, taken=form.taken, by=request.user, reason=typed["reason"],
                document_reason=typed.get("document_reason", ""), versions=form.versions,
            )  # fmt: skip
        except ValidationError as error:
            if getattr(error, "code", "") in ("stale", "done"):
                told(request, error)
                return redirect("people:merge_create", kept_pk, ceased_pk)
            refuse(form, error)
        else:
            words = {"name": made.kept.name}
            messages.success(request, _("已合并：“%(name)s”的两份档案现在是一份。需要时可以撤销。") % words)
            return redirect("people:merge_detail", made.pk)
    return render(request, "people/merge_create.html", {**_sides(kept, ceased), "form": form})


def _sides(kept: Person, ceased: Person) -> dict[str, Any]:
    return {
        "title": _("合并两份档案"),
        "kept": kept,
        "ceased": ceased,
        "swap_url": reverse("people:merge_create", args=[ceased.pk, kept.pk]),
        "cancel_url": reverse("people:merge_list"),
        "hanging": [
            {"label": label, "kept": counts[kept.pk], "ceased": counts[ceased.pk]}
            for label, counts in held([kept, ceased])
        ],
    }


@require_safe
@login_required
def merge_detail(request: SignedIn, pk: int) -> HttpResponse:
    """What was merged, and whether it can still be taken back."""
    made = get_object_or_404(merges_visible_to(request.user).select_related("undone_by", "kept__division"), pk=pk)
    may = made.kept.may(request.user, Right.VERIFY_MEMBER)
    may.require()
    context = {
        "title": _("合并：%(name)s") % {"name": made.kept.name},
        "merge": made,
        "former": former_documents(made) if made.undone_at is None else [],
        "lines": compare(made.kept, made.ceased) if made.undone_at is None else [],
        "reasons": in_the_way(made) if made.undone_at is None else [],
        "may_undo": may_undo(made, request.user),
    }
    return render(request, "people/merge_detail.html", context)


@form_page
@login_required
def merge_undo(request: SignedIn, pk: int) -> HttpResponse:
    made = get_object_or_404(merges_visible_to(request.user), pk=pk)
    may_undo(made, request.user).require()
    if request.method == "POST":
        try:
            undo(made, by=request.user)
        except ValidationError as error:
            told(request, error)
        else:
            messages.success(request, _("合并已撤销，两份档案恢复成合并之前的样子。"))
        return redirect("people:merge_detail", pk)
    reasons = in_the_way(made)
    if reasons:
        told(request, ValidationError(reasons))
        return redirect("people:merge_detail", pk)
    context = {
        "title": _("撤销合并"),
        "question": _("撤销以后，“%(name)s”又是两份档案，队籍、证书等各回各的档案。") % {"name": made.kept.name},
        "submit_label": _("撤销合并"),
        "tone": "danger",
        "cancel_url": reverse("people:merge_detail", args=[pk]),
    }
    return render(request, "generic/confirm.html", context)
