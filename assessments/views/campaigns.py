"""The year's campaign: all there are, one with how far it is, preparing and changing it, its moves."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessments.annual.campaign_days import days_of
from assessments.annual.campaign_numbers import numbers_of
from assessments.annual.enrolling import asked, waiting_to_be_added
from assessments.annual.rights import manages
from assessments.annual.snapshot_occasions import is_over
from assessments.annual.urging import reminding
from assessments.annual.workflow import CAMPAIGN
from assessments.filters.campaigns import CampaignFilter
from assessments.forms.campaigns import CampaignForm, CommentForm
from assessments.models import Campaign, ReportRun, Review
from assessments.states import CAMPAIGN_TONES, REVIEW_DECIDED, CampaignState, ReviewState, RunState
from assessments.tables.campaigns import CampaignTable, with_counts
from core.attachments.panel import panels
from core.forms import saved
from core.lists import ListView
from core.methods import form_page
from core.workflow import Move
from organizations.permissions import reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding, seen
from organizations.views.moves import make_move
from organizations.views.region import keep
from organizations.views.timeline import changes


class CampaignList(ListView):
    request: SignedIn
    model = Campaign
    table_class = CampaignTable
    filterset_class = CampaignFilter
    list_name = "assessments:campaign_list"
    title: Any = gettext_lazy("年度考核")
    permission = holding(Right.VIEW_ASSESSMENT)
    template_name = "assessments/campaign_list.html"

    def get_queryset(self) -> QuerySet:
        seen = Review.objects.filter(reach(self.request.user, Right.VIEW_ASSESSMENT, at="organization"))
        return with_counts(super().get_queryset(), seen)

    def get_context(self) -> dict[str, Any]:
        hint = _("每年一次，由自治区启动，队伍述职自评、盟市考核、自治区审定。")
        return {**super().get_context(), "may_create": bool(manages(None, self.request.user)), "empty_hint": hint}


def campaign_of(request: SignedIn, pk: int) -> Campaign:
    """A campaign, for everybody who sees assessments anywhere; what is being prepared, for the region alone."""
    holding(Right.VIEW_ASSESSMENT)(request.user).require()
    found: Campaign = seen(Campaign.objects.visible_to(request.user).select_related("standard", "created_by"), pk)
    return found


def managed(request: SignedIn, pk: int) -> Campaign:
    """The same, for whoever runs it, else 403."""
    manages(None, request.user).require()
    return campaign_of(request, pk)


@require_safe
@login_required
def campaign_detail(request: SignedIn, pk: int) -> HttpResponse:
    campaign = campaign_of(request, pk)
    may_manage = bool(manages(campaign, request.user))
    numbers = numbers_of(campaign, request.user, _teams(campaign) if may_manage else None)
    counts = {one["key"]: one["n"] for one in numbers.states}
    tone, icon = CAMPAIGN_TONES[campaign.state]
    is_open, is_draft = campaign.state == CampaignState.OPEN, campaign.state == CampaignState.DRAFT
    moves = CAMPAIGN.available_actions(campaign, request.user) if may_manage else []
    unfinished = numbers.total - counts[ReviewState.FINAL] - counts[ReviewState.EXEMPT]
    context: dict[str, Any] = {
        "title": str(campaign), "campaign": campaign, "numbers": numbers, "may_manage": may_manage,
        "state": {"tone": tone, "icon": icon, "label": campaign.get_state_display()},
        "days": days_of(campaign, counts), "is_open": is_open, "is_draft": is_draft,
        # closing waits until everything is done: offered only then
        "moves": [move for move in moves if move.action != "close" or not unfinished], "unfinished": unfinished,
        "move_url": reverse("assessments:campaign_move", args=[campaign.pk]), "version": campaign.version,
        "scored": counts[ReviewState.SCORED], "decided": counts[ReviewState.DECIDED],
        "in_public": counts[ReviewState.PUBLICITY], "any_result": any(counts[one] for one in REVIEW_DECIDED),
        "reports_url": "" if is_draft else _reports_url(campaign, may_manage),
        "data_over": is_over(campaign), "panels": panels(campaign, request.user, Campaign.attachment_kinds),
        "history": changes(campaign, known=[campaign.standard, campaign.created_by]) if may_manage else [],
        **(reminding(campaign, request.user) if may_manage and not is_draft else {}),
    }  # fmt: skip
    return render(request, "assessments/campaign_detail.html", context)


def _reports_url(campaign: Campaign, may_manage: bool) -> str:
    """The runs for whoever makes them; for everybody else the papers of the last one, once there is one."""
    if may_manage:
        return f"{reverse('assessments:run_list')}?year={campaign.year}"
    run = ReportRun.objects.filter(campaign=campaign).exclude(state=RunState.CANCELLED).order_by("-number").first()
    return f"{reverse('assessments:document_list')}?run={run.pk}" if run is not None else ""


def _teams(campaign: Campaign) -> QuerySet:
    """Those that opening would ask, or that could still be added."""
    return asked(campaign) if campaign.state == CampaignState.DRAFT else waiting_to_be_added(campaign)


# -- preparing and changing -----------------------------------------------------------------------------------
def _next_year() -> int:
    """The year that is ending or has just ended; where it has its campaign, the first that has none."""
    today = timezone.localdate()
    year = today.year if today.month > 6 else today.year - 1
    there = set(Campaign.objects.values_list("year", flat=True))
    return next(one for one in range(year, year + len(there) + 1) if one not in there)


@form_page
@login_required
def campaign_create(request: SignedIn) -> HttpResponse:
    manages(None, request.user).require()
    year = _next_year()
    form = CampaignForm(
        request.POST or None, instance=Campaign(created_by=request.user),
        initial={"year": year, "data_until": date(year, 12, 31)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and (campaign := saved(form)) is not None:
        messages.success(request, _("已建立，还没有启动；队伍和盟市现在看不到。"))
        return redirect(campaign)
    context = {"title": _("筹备年度考核"), "form": form, "cancel_url": reverse("assessments:campaign_list"),
               "submit_label": _("建立"), "keep_key": "campaign-new"}  # fmt: skip
    return render(request, "generic/form.html", context)


@form_page
@login_required
def campaign_edit(request: SignedIn, pk: int) -> HttpResponse:
    campaign = managed(request, pk)
    decision = campaign.can_edit(request.user)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(campaign)
    form = CampaignForm(request.POST or None, instance=campaign)
    crumbs = [(_("年度考核"), reverse("assessments:campaign_list")), (str(campaign), campaign.get_absolute_url())]
    return keep(
        request, form, title=_("日程和要求"), back=campaign.get_absolute_url(), saved=_saved(form), crumbs=crumbs
    )


def _saved(form: CampaignForm) -> str:
    """A day that was moved stands on the pages at once, but nobody is sent word of it by itself."""
    moved = {"report_by", "score_by"} & {*form.changed_data} if form.is_bound else set()
    if moved and form.instance.state == CampaignState.OPEN:
        return _("已保存。改了截止日期不会自动通知，要告诉还没有办的，请按下面的“提醒”。")
    return _("已保存。")


@form_page
@login_required
def campaign_move(request: SignedIn, pk: int) -> HttpResponse:
    """Opening, closing, opening again."""
    campaign = managed(request, pk)

    def done(fresh: Campaign, move: Move) -> HttpResponse:
        if move.action == "open":
            words = {"n": fresh.reviews.count()}
            messages.success(request, _("已启动，%(n)d 支队伍可以开始述职。") % words)
        else:
            messages.success(request, _("已办理：%(action)s。") % {"action": move.label})
        return redirect(fresh)

    return make_move(
        request, campaign, CAMPAIGN, done=done,
        form_of=lambda move, data: CommentForm(data) if move.needs_comment else Form(data),
        page=lambda move, form: {"question": _consequence(campaign, move)},
    )  # fmt: skip


def _consequence(campaign: Campaign, move: Move) -> str:
    if move.action == "open":
        words = {"n": asked(campaign).order_by().count(), "day": campaign.data_until}
        return _("启动以后，%(day)s 在册的 %(n)d 支队伍都可以述职自评；年度、标准和数据截止日不能再改。") % words
    if move.action == "close":
        return _("办结以后不再办理；有申诉要重新审定的，可以再打开。")
    return _("重新打开以后，可以重新审定有申诉的队伍。")
