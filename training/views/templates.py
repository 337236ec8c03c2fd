"""演练模板: kept from a finished drill, offered to the host and all below it, ended when they have served."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.forms import refuse
from organizations.models import Organization
from organizations.permissions import access, can, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen, told
from training.activities import can_save_as_template, end_template, save_as_template
from training.choices import DrillForm, DrillScope, Hazard
from training.forms.activities import TemplateForm
from training.models import DrillTemplate, Subject
from training.views.activity_common import activity_page

MOST = 300  # shown on one page; an office keeps a handful


@require_http_methods(["GET", "POST"])
@login_required
def activity_template(request: SignedIn, pk: int) -> HttpResponse:
    """Keep what a drill was made of as a template."""
    activity = activity_page(request, pk, "training:activity_detail").activity
    can(request.user, Right.EDIT_TRAINING, activity.host).require()
    decision = can_save_as_template(activity, request.user)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(activity)
    form = TemplateForm(request.POST if request.method == "POST" else None, initial={"name": activity.title})
    if request.method == "POST" and form.is_valid():
        try:
            save_as_template(activity, by=request.user, name=form.cleaned_data["name"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已存为模板，本单位和下级新建演练时可以选用。"))
            return redirect("training:template_list")
    context = {
        "title": _("存为模板"),
        "form": form,
        "cancel_url": activity.get_absolute_url(),
    }
    return render(request, "generic/form.html", context)


@require_safe
@login_required
def template_list(request: SignedIn) -> HttpResponse:
    """Templates the reader may use: of his places and of the offices above them."""
    holding(Right.VIEW_TRAINING)(request.user).require()
    rows = DrillTemplate.objects.filter(ended_on=None, organization__in=_places(request)).select_related("organization")
    subjects = dict(Subject.objects.values_list("pk", "name"))
    lines = [
        {
            "template": row,
            "about": _about(row, subjects),
            "ends": bool(can(request.user, Right.EDIT_TRAINING, row.organization)),
        }
        for row in rows.order_by("organization__path", "name")[:MOST]
    ]
    context = {"title": _("演练模板"), "lines": lines, "may_begin": Right.EDIT_TRAINING in access(request.user)}
    return render(request, "training/template_list.html", context)


def _places(request: SignedIn) -> Any:
    """Keys of what the reader sees, and of the line above every place where he has the right."""
    held = access(request.user).having(Right.VIEW_TRAINING)
    step = Organization.steplen
    line = {one.path[:end] for one in held for end in range(step, len(one.path) + 1, step)}
    above = Organization.objects.filter(path__in=line).order_by().values("pk")
    own = Organization.objects.filter(reach(request.user, Right.VIEW_TRAINING, at="")).order_by().values("pk")
    return own.union(above)


def _about(row: DrillTemplate, subjects: dict[str, str]) -> str:
    payload = row.payload
    words = [
        str(dict(choices).get(payload.get(name, ""), ""))
        for name, choices in (("form", DrillForm.choices), ("scope", DrillScope.choices), ("hazard", Hazard.choices))
    ]
    words.append(_("、").join(subjects.get(key, key) for key in payload.get("subjects", [])))
    return " · ".join(filter(None, words))


@require_http_methods(["GET", "POST"])
@login_required
def template_end(request: SignedIn, pk: int) -> HttpResponse:
    """Asked first, then done."""
    rows = DrillTemplate.objects.filter(organization__in=_places(request)).select_related("organization")
    template = seen(rows, pk)
    can(request.user, Right.EDIT_TRAINING, template.organization).require()
    if request.method == "POST":
        try:
            end_template(template, by=request.user)
            messages.success(request, _("已停用，新建演练时不再列出。"))
        except ValidationError as error:
            told(request, error)
        return redirect("training:template_list")
    context = {
        "title": _("停用模板"),
        "question": _("停用“%(name)s”？用它建立的演练不受影响。") % {"name": template.name},
        "submit_label": _("停用"),
        "tone": "danger",
        "cancel_url": reverse("training:template_list"),
    }
    return render(request, "generic/confirm.html", context)
