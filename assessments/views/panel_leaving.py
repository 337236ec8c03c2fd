"""Leaving a panel: asked for the reason, by the office or by the assessor himself."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assessments.choices import PanelDuty
from assessments.forms.panel import LeaveForm
from assessments.models import PanelMember
from assessments.panel.members import ARRANGED, leave
from assessments.views.panel_common import back_with, not_at
from core.forms import refuse
from organizations.signed_in import SignedIn


def closed(member: PanelMember) -> str:
    """Why nothing can be changed about the member any more; empty: it can."""
    if member.left_on is not None:
        return _("%(who)s已退出专家组。") % {"who": member.user}
    return not_at(member.grading, *ARRANGED)


def leaving(request: SignedIn, member: PanelMember, *, back: str, done: str, **context: Any) -> HttpResponse:
    """:param context: title, question, consequences and submit_label of ``generic/confirm.html``."""
    if wrong := closed(member):
        return back_with(request, wrong, back)
    if member.duty == PanelDuty.LEAD:
        said = _("退出的是组长：要由组织单位另设一名组长，才能结束现场测评。")
        context["consequences"] = [*context["consequences"], said]
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            leave(member, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    return render(request, "generic/confirm.html", {"form": form, "tone": "danger", "cancel_url": back, **context})
