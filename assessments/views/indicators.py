"""The tree of a draft in the browser: adding, changing, moving and removing a line."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.forms.indicators import IndicatorForm, RemoveForm
from assessments.models import Indicator, Standard
from assessments.standards.editing import next_code, remove, shift
from assessments.standards.tree import branch
from assessments.views.standard_common import closed, kept
from core.forms import saved
from core.keys import key
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.region import may_manage_assessments
from organizations.signed_in import SignedIn
from organizations.views.common import seen
from organizations.views.moves import refused


def _line(request: SignedIn, pk: int) -> Indicator:
    may_manage_assessments(request.user).require()
    found: Indicator = seen(Indicator.objects.select_related("standard", "parent"), pk)
    return found


@form_page
@login_required
def indicator_create(request: SignedIn, pk: int) -> HttpResponse:
    """In the standard ``pk``; ``under`` is the line it is to stand below."""
    standard = kept(request, pk)
    if (answer := closed(request, standard)) is not None:
        return answer
    lines = list(standard.indicators.all())
    asked = key(request.GET.get("under", ""))
    parent = next((line for line in lines if line.pk == asked), None)
    initial = {"parent": parent, "code": next_code(lines, parent), "subject": parent.subject if parent else "public"}
    form = IndicatorForm(
        request.POST or None, instance=Indicator(standard=standard), initial=initial, indicators=lines,
        conclusions=list(standard.conclusions.all()),
    )  # fmt: skip
    return _written(request, standard, form, _("加指标"))


@form_page
@login_required
def indicator_edit(request: SignedIn, pk: int) -> HttpResponse:
    line = _line(request, pk)
    if (answer := closed(request, line.standard)) is not None:
        return answer
    form = IndicatorForm(
        request.POST or None, instance=line, indicators=list(line.standard.indicators.all()),
        conclusions=list(line.standard.conclusions.all()),
    )  # fmt: skip
    return _written(request, line.standard, form, _("修改指标 %(line)s") % {"line": line})


def _written(request: SignedIn, standard: Standard, form: IndicatorForm, title: str) -> HttpResponse:
    try:
        if request.method == "POST" and form.is_valid() and (line := saved(form)) is not None:
            messages.success(request, _("“%(line)s”已保存。") % {"line": line})
            if "more" in request.POST:
                under = f"?under={line.parent_id}" if line.parent_id else ""
                return redirect(f"{_create_url(standard)}{under}")
            return redirect(line.get_absolute_url())
    except MoveNotAllowed as error:
        return refused(request, standard, error)
    context = {
        "title": title, "form": form, "standard": standard, "stale": form.clashes,
        "base": [form[name] for name in form.BASE], "marks": [form[name] for name in form.MARKS],
        "proof": [form[name] for name in form.PROOF], "is_new": form.instance.pk is None,
        "cancel_url": standard.get_absolute_url(), "keep_key": f"indicator-{standard.pk}-{form.instance.pk}",
    }  # fmt: skip
    return render(request, "assessments/indicator_form.html", context)


def _create_url(standard: Standard) -> str:
    return reverse("assessments:indicator_create", args=[standard.pk])


@require_POST
@login_required
def indicator_move(request: SignedIn, pk: int) -> HttpResponse:
    """One place up or down among what stands under the same heading."""
    line = _line(request, pk)
    try:
        moved = shift(line, up=request.POST.get("to") == "up")
    except MoveNotAllowed as error:
        return refused(request, line.standard, error)
    if not moved:
        messages.info(request, _("已经在最边上。"))
    return redirect(line.get_absolute_url())


@form_page
@login_required
def indicator_remove(request: SignedIn, pk: int) -> HttpResponse:
    line = _line(request, pk)
    standard = line.standard
    if (answer := closed(request, standard)) is not None:
        return answer
    below = branch(standard.indicators.all(), line)[1:]
    form = RemoveForm(request.POST or None, initial={"version": line.version})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["version"] != line.version:
            messages.error(request, _("别人刚改过这项指标，请看过再删。"))
            return redirect(line.get_absolute_url())
        try:
            gone = remove(line)
        except MoveNotAllowed as error:
            return refused(request, standard, error)
        messages.success(request, _("已删去 %(n)d 项。") % {"n": gone})
        return redirect(standard)
    consequences = [_("它下面的 %(n)d 项一起删去。") % {"n": len(below)}] if below else []
    context: dict[str, Any] = {
        "title": _("删去指标 %(line)s") % {"line": line}, "form": form, "tone": "danger",
        "question": _("从草稿里删去这项指标。"),
        "consequences": [*consequences, _("变更记录里仍查得到。")],
        "submit_label": _("删去"), "cancel_url": line.get_absolute_url(),
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)
