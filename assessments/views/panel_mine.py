"""我的测评任务: an assessor's own panels, his declaration, his asking to be recused. He sees nothing else here."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.choices import PanelDuty
from assessments.forms.panel import DeclareForm
from assessments.models import PanelMember
from assessments.panel.members import ARRANGED, declare
from assessments.panel.progress import progress_of
from assessments.panel.recusal import Grounds, grounds_of
from assessments.states import GradingState
from assessments.views.grading_common import state_of
from assessments.views.panel_common import back_with, seats_of
from assessments.views.panel_leaving import closed, leaving
from core.forms import refuse
from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import seen

MOST = 50


@require_safe
@login_required
def my_panels(request: SignedIn) -> HttpResponse:
    """What is to be scored, what was. Two queries, however many."""
    rows = list(seats_of(request.user).order_by("-appointed_at", "-pk")[: MOST + 1])
    live = [row for row in rows[:MOST] if row.left_on is None and row.grading.state in ARRANGED]
    done = progress_of(live)
    context = {
        "title": _("我的测评任务"),
        "live": [_line(row) | {"done": done[row.pk]} for row in live],
        "past": [_line(row) for row in rows[:MOST] if row not in live],
        "more": len(rows) > MOST,
        "most": MOST,
    }
    return render(request, "assessments/my_panels.html", context)


def _line(row: PanelMember) -> dict[str, Any]:
    return {
        "row": row,
        "grading": row.grading,
        "state": state_of(row.grading),
        "scores": row.grading.state == GradingState.ON_SITE and row.declared_at is not None,
        "leads": row.duty == PanelDuty.LEAD,
    }


def _own(request: SignedIn, pk: int) -> PanelMember:
    member: PanelMember = seen(seats_of(request.user), pk)
    return member


@form_page
@login_required
def panel_declare(request: SignedIn, pk: int) -> HttpResponse:
    """声明无利害关系; what the records say against it stands above the form."""
    member = _own(request, pk)
    back = reverse("assessments:my_panels")
    if wrong := closed(member):
        return back_with(request, wrong, back)
    form = DeclareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            declare(member)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已声明与%(team)s无利害关系。") % {"team": member.grading.team})
            return redirect(back)
    against = grounds_of(member.grading, [request.user])[request.user.pk].blocks
    context = {
        "title": _("声明无利害关系"), "member": member, "form": form, "cancel_url": back,
        "submit_label": _("声明无利害关系"), "grounds": Grounds(against),
    }  # fmt: skip
    return render(request, "assessments/panel_declare.html", context)


@form_page
@login_required
def panel_recuse(request: SignedIn, pk: int) -> HttpResponse:
    """申请回避: it takes effect at once and is told to the office."""
    member = _own(request, pk)
    return leaving(
        request,
        member,
        back=reverse("assessments:my_panels"),
        done=_("已回避，组织单位会另请专家。"),
        title=_("申请回避"),
        question=_("您将退出%(team)s测评的专家组。") % {"team": member.grading.team},
        consequences=[_("立即生效，组织单位会收到通知。"), _("已评的分保留，但不再计入。")],
        submit_label=_("回避"),
    )
