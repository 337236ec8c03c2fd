"""专家组 of a grading, for the office that holds it: who is on it, who may be asked, who leaves and why."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.choices import PanelDuty
from assessments.gradings.conditions import panel_gaps, too_few
from assessments.models import Grading, PanelMember
from assessments.panel.members import (
    ARRANGED,
    appoint,
    candidates,
    hindrances_of,
    make_lead,
    may_arrange,
    may_see_marks,
    reopen,
)  # fmt: skip
from assessments.panel.progress import progress_of
from assessments.panel.recusal import grounds_of
from assessments.states import GradingState
from assessments.views.grading_common import GradingPage, grading_page
from assessments.views.panel_common import member_arranged
from assessments.views.panel_leaving import leaving
from core.keys import key
from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import seen, told

MOST = 20


def _arranged(request: SignedIn, pk: int) -> GradingPage:
    page = grading_page(request, pk, "assessments:panel_edit")
    may_arrange(page.grading, request.user).require()
    return page


@require_safe
@login_required
def panel_edit(request: SignedIn, pk: int) -> HttpResponse:
    """``?q=`` looks for people to ask, with what speaks against each."""
    page = _arranged(request, pk)
    grading = page.grading
    rows = PanelMember.objects.filter(grading=grading).select_related("user__organization", "appointed_by", "grading")
    members = list(rows)
    panel = [one for one in members if one.left_on is None]
    adds = grading.state == GradingState.PANEL
    term = request.GET.get("q", "").strip()[:60]
    asked = list(candidates(term).exclude(pk__in=[one.user_id for one in panel])[: MOST + 1]) if adds else []
    grounds = grounds_of(grading, [*(one.user for one in panel), *asked[:MOST]])
    progress = progress_of(panel)
    context: dict[str, Any] = {
        "lines": [{"row": one, "grounds": grounds[one.user_id], "done": progress[one.pk]} for one in panel],
        "left": [one for one in members if one.left_on is not None],
        "adds": adds,
        "arranges": grading.state in ARRANGED,
        "scores": grading.state == GradingState.ON_SITE,
        "has_lead": any(one.duty == PanelDuty.LEAD for one in panel),
        "hindrances": too_few(len(panel)) + hindrances_of(panel, grounds) if adds else [],
        "gaps": panel_gaps(panel) if grading.state == GradingState.ON_SITE else [],
        "found": [{"user": one, "grounds": grounds[one.pk]} for one in asked[:MOST]],
        "more": len(asked) > MOST,
        "most": MOST,
        "term": term,
    }
    return render(request, "assessments/panel_edit.html", page.context(heading=_("专家组"), **context))


@require_POST
@login_required
def panel_appoint(request: SignedIn, pk: int) -> HttpResponse:
    """``user`` and ``duty``."""
    grading = _arranged(request, pk).grading
    user = get_object_or_404(candidates(), pk=key(request.POST.get("user", "")))
    duty = PanelDuty.LEAD if request.POST.get("duty") == PanelDuty.LEAD else PanelDuty.MEMBER
    try:
        appoint(grading, user, duty=duty, by=request.user)
    except ValidationError as error:
        told(request, error)
    except IntegrityError:  # two offices' clerks in the same instant
        messages.error(request, _("专家组刚被别人改过，请核对后再试。"))
    else:
        messages.success(request, _("已请%(who)s参加专家组，等他声明无利害关系。") % {"who": user})
    return redirect("assessments:panel_edit", grading.pk)


@require_POST
@login_required
def panel_lead(request: SignedIn, pk: int) -> HttpResponse:
    member = member_arranged(request, pk)
    try:
        make_lead(member)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("%(who)s现在是组长。") % {"who": member.user})
    return redirect("assessments:panel_edit", member.grading_id)


@form_page
@login_required
def panel_leave(request: SignedIn, pk: int) -> HttpResponse:
    """Takes a member off, with the reason."""
    member = member_arranged(request, pk)
    return leaving(
        request,
        member,
        back=reverse("assessments:panel_edit", args=[member.grading_id]),
        done=_("%(who)s已退出专家组。") % {"who": member.user},
        title=_("退出专家组"),
        question=_("%(who)s退出%(team)s的专家组。") % {"who": member.user, "team": member.grading.team},
        consequences=[_("已评的分保留，但不再计入。"), _("退出的人和原因一直可以查到。")],
        submit_label=_("退出专家组"),
    )


@require_POST
@login_required
def panel_reopen(request: SignedIn, pk: int) -> HttpResponse:
    """The lead opens a member's finished scores again, or the office does."""
    rows = PanelMember.objects.filter(grading__in=Grading.objects.visible_to(request.user))
    member: PanelMember = seen(rows.select_related("user", "grading__office"), pk)
    may_see_marks(member.grading, request.user).require()
    try:
        reopen(member, by=request.user)
    except ValidationError as error:
        told(request, error)
    else:
        messages.success(request, _("已重新打开%(who)s的评分。") % {"who": member.user})
    return redirect("assessments:differences", member.grading_id)
