"""One step that reminds everybody a step of the campaign waits for: shown first, with the text, then sent."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.annual.deadlines import stage_of
from assessments.annual.rights import manages
from assessments.annual.urging import STEPS, letters, reached, to_tell, urge, urged
from assessments.models import Campaign
from assessments.states import CampaignState
from assessments.views.campaigns import campaign_of
from core.keys import key
from core.methods import form_page
from organizations.filters import scopes
from organizations.models import Organization
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.validators import validate_text
from organizations.views.common import holding, seen, told

SHOWN = 300  # places named on the page


class WordsForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("另外要说的话"), max_length=200, required=False, validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 2}), help_text=gettext_lazy("写在通知开头，可以不写。"),
    )  # fmt: skip


@form_page
@login_required
def campaign_remind(request: SignedIn, pk: int) -> HttpResponse:
    """``?step=report`` or ``score``; ``?under=`` only there."""
    campaign = campaign_of(request, pk)
    step = request.GET.get("step", "report")
    if step not in STEPS:
        raise BadRequest(_("没有这种办理动作。"))
    decision = manages(campaign, request.user)
    if not decision and step == "report":
        decision = holding(Right.SCORE_ASSESSMENT)(request.user)
    decision.require()
    back = reverse("assessments:campaign_matrix", args=[campaign.pk])
    if campaign.state != CampaignState.OPEN:
        messages.error(request, _("这一年的考核现在没有在进行，不能办理。"))
        return redirect(campaign)
    # a place that is not there must not widen whom it reaches
    under = seen(scopes(request), key(request.GET["under"])) if request.GET.get("under") else None
    form = WordsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _send(request, campaign, step, under, form.cleaned_data["words"])
        return redirect(back)
    found = reached(to_tell(campaign, request.user, step, under), step)
    written = letters(campaign, step, found)
    context = {
        "title": _("提醒：%(step)s") % {"step": stage_of(step).label}, "campaign": campaign, "form": form, "step": step,
        "reached": found[:SHOWN], "places": len(found), "more": max(len(found) - SHOWN, 0),
        "nobody": sum(not one.people for one in found), "people": len(written), "cancel_url": back,
        "sample": max(written.values(), key=lambda one: len(one.body)) if written else None, "urged": urged(campaign),
    }  # fmt: skip
    return render(request, "assessments/campaign_remind.html", context)


def _send(request: SignedIn, campaign: Campaign, step: str, under: Organization | None, words: str) -> None:
    try:
        n, before, nobody = urge(campaign, step, by=request.user, under=under, words=words)
    except ValidationError as error:
        told(request, error)
        return
    if n:
        messages.success(request, _("已提醒 %(n)d 人。") % {"n": n})
    if before:
        messages.info(request, _("%(n)d 人今天都提醒过了，明天可以再提醒。") % {"n": before})
    if nobody:
        messages.warning(request, _("%(n)d 个单位现在没有人能办理，没有提醒到。") % {"n": nobody})
