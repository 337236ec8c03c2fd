"""概况 of a review: where it stands and whose turn it is, what is still to do, what the records say."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.annual.answers import TEAM, Basis, basis_of
from assessments.annual.checks import Finding, check
from assessments.annual.effects import UPHELD, is_public, region_deciders
from assessments.annual.queue import HANDED_IN, told_at_hand_in
from assessments.annual.remarks import RETURN, remarks_of
from assessments.annual.rights import manages
from assessments.annual.scores import unanswered
from assessments.annual.sections import SCORES, SECTIONS, standing
from assessments.annual.side_by_side import figures_of
from assessments.annual.snapshot_occasions import is_over
from assessments.follow_ups.shown import follow_ups_of
from assessments.forms.reviews import ReporterForm
from assessments.models import Review
from assessments.publicity import objections
from assessments.states import REVIEW_DECIDED, CampaignState, ReviewState
from assessments.views.review_common import ReviewPage, review_page
from core.models import WorkflowEvent
from core.workflow import last_event
from organizations.nearest import nearest_duties
from organizations.roles import Right
from organizations.signed_in import SignedIn

S = ReviewState
# step → states in which it has been done
_WAY = (
    ("report", (S.SUBMITTED, S.SCORED, S.DECIDED, S.PUBLICITY, S.FINAL)),
    ("score", (S.SCORED, S.DECIDED, S.PUBLICITY, S.FINAL)),
    ("decide", REVIEW_DECIDED),
    ("public", (S.FINAL,)),
)
_NOW = {S.DRAFT: "report", S.RETURNED: "report", S.SUBMITTED: "score", S.SCORED: "decide", S.DECIDED: "public",
        S.PUBLICITY: "public"}  # fmt: skip


@require_safe
@login_required
def review_detail(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_detail")
    review = page.review
    basis = basis_of(review)
    figures = figures_of(review, basis)
    events = list(WorkflowEvent.objects.of(review).select_related("by").order_by("at", "pk"))
    context = page.context(
        way=way_of(review, events),
        figures=[one for one in figures if one.asked],
        other_figures=[one for one in figures if not one.asked],
        snapshot=basis.snapshot,
        data_open=not is_over(review.campaign),
        since=events[-1].at if events else review.campaign.opened_at,
        told=told_in(review, events),
        **_mending(page, basis, events),
        **_waiting(page),
        **_objections(page),
        **follow_ups_of(review, request.user),
    )
    context["held"] = _held(review, context)
    return render(request, "assessments/review_detail.html", context)


def way_of(review: Review, events: list[WorkflowEvent]) -> list[dict[str, Any]]:
    """The steps of the year with their days: done, under way (late or not), to come."""
    campaign, now = review.campaign, _NOW.get(ReviewState(review.state))
    concluded = last_event(events, "conclude")
    done = {"report": review.submitted_at, "score": review.scored_at, "decide": review.decided_at,
            "public": concluded.at if concluded else None}  # fmt: skip
    labels = {"report": _("队伍报送"), "score": _("%(office)s考核") % {"office": review.office.short_name},
              "decide": _("自治区审定"), "public": _("公示和办结")}  # fmt: skip
    due = {"report": campaign.report_by, "score": campaign.score_by, "decide": campaign.decide_by,
           "public": review.public_until or campaign.public_until}  # fmt: skip
    today, steps = timezone.localdate(), []
    for key, states in _WAY:
        day = due[key]
        late = key == now and day is not None and day < today
        steps.append({
            "label": labels[key], "due": day, "at": done.get(key) if review.state in states else None,
            "done": review.state in states, "now": key == now, "late": late,
        })  # fmt: skip
    return steps


def told_in(review: Review, events: list[WorkflowEvent]) -> list[str]:
    """What was found at the hand-in that is being dealt with."""
    if review.state in (S.DRAFT, S.RETURNED, S.EXEMPT):
        return []
    return told_at_hand_in(last_event(events, *HANDED_IN))


def _mending(page: ReviewPage, basis: Basis, events: list[WorkflowEvent]) -> dict[str, Any]:
    """For the team: the list of what is to be filled in, what is missing, what a return asked for."""
    review = page.review
    returned = last_event(events, RETURN) if review.state == S.RETURNED else None
    remarks = remarks_of(review, returned, basis)
    more: dict[str, Any] = {"returned": returned, "remarks": remarks}
    if not page.kept:
        return more
    findings = check(review, basis)
    asked = {remark.name for remark in remarks if not remark.answered}
    if asked:
        said = _("退回时要改的还有 %(n)d 处没有改，不用改的请在说明里写明。") % {"n": len(asked)}
        findings.append(Finding(said, blocking=False))
    parts = []
    for section in SECTIONS:
        tone, label, icon = standing(review, section, asked)
        parts.append({"section": section, "tone": tone, "label": label, "icon": icon})
    return more | {
        "parts": parts,
        "missing": findings,
        "ready": not any(one.blocking for one in findings),
        "fresh": not any((review.report or {}).values()) and not review.carried,
        "to_read": len(review.carried),
        "scores_carried": SCORES in review.carried,
        "self_asked": any(name.startswith("i") for name in asked),
        "self_left": len(unanswered(basis, TEAM)),
        "reporter": ReporterForm(instance=review),
    }


def _waiting(page: ReviewPage) -> dict[str, Any]:
    """Whose turn it is."""
    review = page.review
    if review.state == S.SUBMITTED:
        duties = nearest_duties(Right.SCORE_ASSESSMENT, review.office, without=review.submitted_by_id)
        people = [(duty.user, duty.organization.short_name) for duty in duties]
    elif review.state == S.SCORED:
        people = [(person, "") for person in region_deciders(review)]
    elif review.state in (S.DRAFT, S.RETURNED) and not page.kept:
        duties = nearest_duties(Right.REPORT_ASSESSMENT, review.organization)
        people = [(duty.user, duty.organization.short_name) for duty in duties]
    else:
        return {"waits": False}
    return {"waits": True, "waiting_for": list(dict.fromkeys(people))}


def _held(review: Review, context: dict[str, Any]) -> str:
    """Why what is public cannot be concluded yet, as the move itself would say; empty: it can."""
    if review.state != S.PUBLICITY:
        return ""
    if is_public(review):
        return _("公示到 %(day)s，还没有结束。") % {"day": review.public_until}
    if any(not one.objection.outcome for one in context["objections"]):
        return _("还有异议没有答复，答复以后才能办结。")
    if context["upheld"]:
        return str(UPHELD)
    if context["follow_up_lacking"]:
        return _("结果是“%(result)s”，请先登记后续动作，再办结。") % {"result": review.result}
    return ""


def _objections(page: ReviewPage) -> dict[str, Any]:
    review, user = page.review, page.request.user
    if review.state not in REVIEW_DECIDED and review.revision == 1:
        return {}
    return {
        "objections": objections.shown(review, user),
        "can_object": bool(objections.may_object(review, user)),
        "object_url": objections.object_url(review),
        "object_kind": objections.kind_now(review),
        "upheld": objections.is_upheld(review),
        **_reopening(page),
    }


def _reopening(page: ReviewPage) -> dict[str, Any]:
    """Nothing is decided on while the year is closed: who may open it again is led there."""
    campaign = page.review.campaign
    may = campaign.state == CampaignState.CLOSED and manages(page.review, page.request.user)
    url = f"{reverse('assessments:campaign_move', args=[campaign.pk])}?action=reopen" if may else ""
    return {"closed": campaign.state == CampaignState.CLOSED, "reopen_url": url}
