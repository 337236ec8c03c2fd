"""Keeping what a drill was made of as a template; the list of them is in ``templates``."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import refuse
from core.methods import form_page
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from training.activities.beginning import can_save_as_template, save_as_template
from training.forms.activities import TemplateForm
from training.views.activity_common import activity_page

MOST = 300  # shown on one page; an office keeps a handful


@form_page
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
