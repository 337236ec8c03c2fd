"""What the region does for a whole campaign in one step: read the records, add teams, publish, conclude."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.annual.batch import conclude_all, publicise_all
from assessments.annual.enrolling import add, waiting_to_be_added
from assessments.annual.snapshot_occasions import is_over, take
from assessments.forms.campaigns import PublicityForm
from assessments.models import Campaign, Review
from assessments.states import CampaignState, ReviewState
from assessments.views.campaigns import managed
from core.forms import refuse
from core.keys import keys
from core.methods import form_page
from organizations.signed_in import SignedIn
from organizations.views.common import told

MOST = 200  # teams that are added together


def _open(request: SignedIn, pk: int) -> tuple[Campaign, HttpResponse | None]:
    """The campaign for whoever runs it; where it is not under way that is told."""
    campaign = managed(request, pk)
    if campaign.state == CampaignState.OPEN:
        return campaign, None
    words = {"state": campaign.get_state_display()}
    messages.error(request, _("这次考核现在是“%(state)s”，不能办理。") % words)
    return campaign, redirect(campaign)


@require_POST
@login_required
def campaign_take(request: SignedIn, pk: int) -> HttpResponse:
    """Read the records of every team of which they have not been read yet."""
    campaign, answer = _open(request, pk)
    if answer:
        return answer
    if not is_over(campaign):
        messages.error(request, _("数据截止日 %(day)s 还没有到。") % {"day": campaign.data_until})
        return redirect(campaign)
    rows = Review.objects.filter(campaign=campaign, snapshots=None).exclude(state=ReviewState.EXEMPT)
    n = take(Review.objects.filter(pk__in=rows.order_by().values("pk")), by=request.user)
    messages.success(request, _("已为 %(n)d 支队伍取数。") % {"n": n})
    return redirect(campaign)


@form_page
@login_required
def campaign_add(request: SignedIn, pk: int) -> HttpResponse:
    """Teams on file that are not in the campaign: filed after its day, or filed late."""
    campaign, answer = _open(request, pk)
    if answer:
        return answer
    rows = waiting_to_be_added(campaign).select_related("organization").order_by("organization__path")
    if request.method == "POST":
        try:
            n = add(campaign, keys(request.POST.getlist("pick")[:MOST]))
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect(campaign)
        if n:
            messages.success(request, _("已加入 %(n)d 支队伍。") % {"n": n})
        else:
            messages.warning(request, _("没有选中任何一支。"))
        return redirect(campaign)
    found = list(rows[: MOST + 1])
    context: dict[str, Any] = {
        "title": _("加入队伍"), "campaign": campaign, "teams": found[:MOST], "more": len(found) > MOST, "most": MOST,
    }  # fmt: skip
    return render(request, "assessments/campaign_add.html", context)


@form_page
@login_required
def campaign_publicise(request: SignedIn, pk: int) -> HttpResponse:
    """All decided results in one step, with the days; the list of them is shown before."""
    campaign, answer = _open(request, pk)
    if answer:
        return answer
    form = PublicityForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["public_from"], form.cleaned_data["public_until"]
        try:
            n = publicise_all(campaign, *days, by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            words = {"n": n, "until": days[1]}
            messages.success(request, _("已公示 %(n)d 支队伍的结果，到 %(until)s 止。") % words)
            return redirect(campaign)
    decided = Review.objects.filter(campaign=campaign, state=ReviewState.DECIDED)
    rows = list(decided.select_related("organization", "result").order_by("organization__path")[: MOST + 1])
    context = {
        "title": _("公示"), "campaign": campaign, "form": form, "rows": rows[:MOST], "more": len(rows) > MOST,
        "n": decided.count(), "waiting": Review.objects.filter(campaign=campaign, state=ReviewState.SCORED).count(),
    }  # fmt: skip
    return render(request, "assessments/campaign_publicise.html", context)


@require_POST
@login_required
def campaign_conclude(request: SignedIn, pk: int) -> HttpResponse:
    """After publicity: all without an open objection."""
    campaign, answer = _open(request, pk)
    if answer:
        return answer
    try:
        done, left = conclude_all(campaign, by=request.user)
    except ValidationError as error:
        told(request, error)
        return redirect(campaign)
    messages.success(request, _("已办结 %(n)d 支队伍。") % {"n": done})
    if left:
        messages.warning(request, _("%(n)d 支队伍没有办结：有异议没答复，或者不合格还没有登记后续动作。") % {"n": left})
    return redirect(campaign)
