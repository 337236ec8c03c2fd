"""Templates of drills: which there are, renaming and ending them. They are made from a drill (activities)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.methods import form_page
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.region import keep
from training.activities.templates import contents, keeps, readable
from training.choices import DrillForm, Hazard
from training.forms.catalogue import DrillTemplateForm
from training.models import DrillTemplate
from training.views.catalogue_common import tabs

MOST = 200


@require_safe
@login_required
def template_list(request: SignedIn) -> HttpResponse:
    holding(Right.VIEW_TRAINING)(request.user).require()
    rows = readable(request.user).order_by(F("ended_on").desc(nulls_first=True), "organization__path", "name")
    context = {
        "title": _("演练模板"),
        "tabs": tabs(request),
        "lines": [_line(template, request) for template in rows[:MOST]],
    }
    return render(request, "training/template_list.html", context)


def _line(template: DrillTemplate, request: SignedIn) -> dict[str, Any]:
    payload = template.payload
    return {
        "template": template,
        "form": dict(DrillForm.choices).get(payload.get("form", ""), ""),
        "hazard": dict(Hazard.choices).get(payload.get("hazard", ""), ""),
        "may_edit": bool(keeps(template, request.user)),
    }


@form_page
@login_required
def template_edit(request: SignedIn, pk: int) -> HttpResponse:
    template: DrillTemplate = seen(readable(request.user), pk)
    keeps(template, request.user).require()
    form = DrillTemplateForm(request.POST or None, instance=template)
    back = reverse("training:template_list")
    return keep(
        request, form, title=_("演练模板：%(name)s") % {"name": template.name}, back=back, saved=_("模板已保存。"),
        crumbs=[(_("演练模板"), back)], template="training/template_edit.html", facts=contents(template),
    )  # fmt: skip
