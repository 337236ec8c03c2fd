"""Acts on people who are on the list of an activity, or have asked to be."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.keys import keys
from core.methods import form_page
from core.workflow import MoveNotAllowed
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import edit, seen, told
from organizations.views.moves import refused
from training.choices import Listing
from training.forms.people import ParticipationForm
from training.models import Activity, Participation
from training.participants.covers import needs_cover
from training.participants.enrolling import accept, decline
from training.participants.listing import Uninsured, explain, may_list_of, take_off
from training.views.activity_common import activity_page
from training.views.people import ask_risk, tell
from training.workflow import keeps


@require_POST
@login_required
def people_act(request: SignedIn, pk: int) -> HttpResponse:
    """``row`` (repeated): whom. ``act``: remove, risk, accept or decline; ``reason`` where it is asked for."""
    page = activity_page(request, pk, "training:activity_people")
    activity = page.activity
    rows = list(
        activity.participations.filter(pk__in=keys(request.POST.getlist("row"))).select_related(
            "person", "organization"
        )
    )
    listed = reverse("training:activity_people", args=[activity.pk])
    back = redirect(f"{listed}?bare=1" if "bare" in request.GET else listed)  # what was refused is tried again there
    act = request.POST.get("act", "")
    _may(request, activity, rows, act)
    if not rows:
        messages.error(request, _("请先勾选人。"))
        return back
    try:
        _act(request, activity, rows, act)
    except Uninsured as uninsured:
        return ask_risk(request, activity, uninsured, action=request.path)
    except ValidationError as error:
        told(request, error)
    except MoveNotAllowed as refusal:
        return refused(request, activity, refusal, back=back["Location"])
    return redirect(listed)


def _may(request: SignedIn, activity: Activity, rows: list[Participation], act: str) -> None:
    """On whose list: the host's keepers decide about enrolments, a team's keepers take their own people off."""
    host = keeps(activity, request.user)
    if host:
        return
    if act not in ("remove", "risk") or not rows:
        host.require()
    for team in {row.organization_id: row.organization for row in rows}.values():
        decision = may_list_of(activity, team, request.user)
        if not decision and activity.is_open:
            raise PermissionDenied(decision.reason)


def _act(request: SignedIn, activity: Activity, rows: list[Participation], act: str) -> None:
    reason = request.POST.get("reason", "")
    if act == "accept":
        tell(request, accept(activity, rows, by=request.user, risk_reason=request.POST.get("risk_reason", "")))
    elif act == "decline":
        done = decline(activity, rows, reason=reason)
        messages.success(request, _("%(n)d 人的报名没有接受，已告诉本人。") % {"n": done})
    elif act == "risk":
        messages.success(
            request, _("已记下 %(n)d 人缺保险仍参加的理由。") % {"n": explain(activity, rows, reason=reason)}
        )
    elif act == "remove":
        messages.success(request, _("已移出 %(n)d 人。") % {"n": take_off(activity, rows, reason=reason)})
    else:
        messages.error(request, _("没有这种办理动作。"))


@form_page
@login_required
def participation_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Role, note, and why somebody uninsured takes part."""
    visible = Activity.objects.visible_to(request.user).order_by().values("pk")
    rows = Participation.objects.filter(activity__in=visible)
    row: Participation = seen(rows.select_related("activity__host", "person", "organization"), pk)
    activity = row.activity
    back = reverse("training:activity_people", args=[activity.pk])
    decision = may_list_of(activity, row.organization, request.user)
    if not decision and not activity.is_open and _would(request, row):  # it is the state, not the right
        messages.error(request, str(decision.reason))
        return redirect(back)
    decision.require()
    if row.listing == Listing.REMOVED:
        messages.error(request, _("%(name)s已经移出名单。") % {"name": row.person.name})
        return redirect(back)
    form = ParticipationForm(request.POST or None, instance=row, covers=needs_cover(activity))
    context: dict[str, Any] = {"title": row.person.name, "saved": _("已保存。"), "back": back}
    try:
        return edit(request, form, template="training/participation_form.html", activity=activity, row=row, **context)
    except MoveNotAllowed as refusal:  # handed in since the page was shown
        return refused(request, activity, refusal, back=back)


def _would(request: SignedIn, row: Participation) -> bool:
    return bool(keeps(row.activity, request.user)) or bool(can(request.user, Right.EDIT_TRAINING, row.organization))
