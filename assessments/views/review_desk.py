"""The page on which the office scores and the region decides: team, records, office and region side by side."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assessments.annual.answers import LEAGUE, REGION, TEAM, Basis, basis_of
from assessments.annual.checks import evidence_rows
from assessments.annual.effects import lacks
from assessments.annual.queue import waiting_for
from assessments.annual.remarks import RETURN, changed_since, remarks_of
from assessments.annual.rights import manages, writes
from assessments.annual.scores import OPINION, Opinion, agree, keep, unanswered
from assessments.annual.section_writing import mark_of
from assessments.annual.sections import section_named, written
from assessments.annual.side_by_side import SIDES, figures_of, rows_of, sheets_of
from assessments.annual.workflow import REVIEW
from assessments.forms.answers import AnswersForm
from assessments.models import Review
from assessments.views.review_common import ReviewPage, review_page
from assessments.views.review_detail import told_in
from assessments.views.review_scores import autosaved, fill, link_lines, tell
from core.keys import keys
from core.methods import form_page
from core.models import WorkflowEvent
from core.workflow import MoveNotAllowed, last_event
from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import told
from organizations.views.moves import refused, version_seen

FINISH: dict[str, str] = {LEAGUE: "score", REGION: "decide"}
_MOST = Review._meta.get_field("league_opinion").max_length or 0


@form_page
@login_required
def review_score(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    can(request.user, Right.SCORE_ASSESSMENT, page.review.office).require()
    return _desk(request, page, LEAGUE)


@form_page
@login_required
def review_decide(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    manages(page.review, request.user).require()
    return _desk(request, page, REGION)


@require_POST
@login_required
def review_score_autosave(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    can(request.user, Right.SCORE_ASSESSMENT, page.review.office).require()
    return _autosaved(request, page, LEAGUE)


@require_POST
@login_required
def review_decide_autosave(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk)
    manages(page.review, request.user).require()
    return _autosaved(request, page, REGION)


def _autosaved(request: SignedIn, page: ReviewPage, side: str) -> HttpResponse:
    opinion = _opinion(request)
    return autosaved(request, page.review, side, opinion=None if _too_long(opinion) else opinion)


def _opinion(request: SignedIn) -> Opinion:
    text = request.POST.get("opinion", "").replace("\r\n", "\n").strip()
    return Opinion(text, request.POST.get("opinion_seen", ""))


def _too_long(opinion: Opinion) -> str:
    words = {"most": _MOST, "now": len(opinion.text)}
    if len(opinion.text) <= _MOST:
        return ""
    return _("意见最多 %(most)d 字，现在 %(now)d 字，没有保存；请删减以后再保存。") % words


def _desk(request: SignedIn, page: ReviewPage, side: str) -> HttpResponse:
    review = page.review
    decision = writes(review, request.user, side)
    if not decision:
        messages.error(request, str(decision.reason))
        return redirect(review)
    basis = basis_of(review)
    if request.method == "GET":
        return _show(request, page, side, basis, AnswersForm(basis=basis, side=side))
    form = AnswersForm(request.POST, basis=basis, side=side)
    form.is_valid()
    return _post(request, page, side, form)


def _post(request: SignedIn, page: ReviewPage, side: str, form: AnswersForm) -> HttpResponse:
    """Keep what was typed, then do what the button said."""
    review, action = page.review, request.POST.get("action", "save")
    opinion, here = _opinion(request), request.path
    too_long = _too_long(opinion)
    try:
        kept = keep(review, side, form.given(), by=request.user, opinion=None if too_long else opinion)
    except MoveNotAllowed as error:
        return refused(request, review, error)
    fresh = kept.review
    if too_long:
        messages.error(request, too_long)
        return _show(request, review_page(request, fresh.pk), side, basis_of(fresh), form, opinion.text)
    if kept.opinion_overtaken:
        tell(request, form, kept.overtaken, opinion=getattr(fresh, OPINION[side]) or _("（空）"))
        basis = basis_of(fresh)
        again = form if form.errors else AnswersForm(basis=basis, side=side)
        return _show(request, review_page(request, fresh.pk), side, basis, again, opinion.text)
    only = keys([action.removeprefix("agree-")]) if action.startswith("agree-") else None
    if side == LEAGUE and (action == "agree" or only) and not form.errors:
        n = agree(fresh, by=request.user, only=only)
        messages.success(request, _("同意自评 %(n)d 项。") % {"n": n})
        return redirect(f"{here}#i{only[0]}" if only else here)
    if action != FINISH[side] or form.errors or kept.overtaken:
        tell(request, form, kept.overtaken)
        if not form.errors:
            return redirect(here)
        return _show(request, review_page(request, fresh.pk), side, basis_of(fresh), form, opinion.text)
    try:
        done = REVIEW.perform_seen(fresh, action, by=request.user, version=kept.seen(version_seen(request)))
    except MoveNotAllowed as error:
        return refused(request, review, error, actions=[action])
    except ValidationError as error:
        _lead(request, error, basis_of(fresh), side)
        return redirect(here)
    return after(request, done, side)


def _lead(request: SignedIn, error: ValidationError, basis: Basis, side: str) -> None:
    """Say what is lacking, each line it names a link to where it is filled in."""
    found = lacks(basis, side)
    for one in found:
        lines = link_lines(one.lines, one.part)
        messages.error(request, format_html(one.words % {"n": len(one.lines), "lines": "{}"}, lines))
    if not found and OPINION[side] in getattr(error, "error_dict", {}):
        messages.error(request, format_html('<a href="#opinion">{}</a>', error.messages[0]))
    elif not found:
        told(request, error)


def after(request: SignedIn, done: Review, side: str) -> HttpResponse:
    """Say what was done and go on with the next one that waits."""
    if side == LEAGUE:
        messages.success(request, _("“%(team)s”考核完成，已报自治区审定。") % {"team": done.organization.short_name})
    else:
        words = {"team": done.organization.short_name, "result": done.result}
        messages.success(request, _("“%(team)s”已审定：%(result)s。") % words)
    following = waiting_for(request.user, side).filter(campaign=done.campaign_id).first()
    if following is not None:
        return redirect(f"assessments:review_{'score' if side == LEAGUE else 'decide'}", following.pk)
    messages.info(request, _("待您办理的都办完了。"))
    return redirect(done)


def _show(
    request: SignedIn, page: ReviewPage, side: str, basis: Basis, form: AnswersForm, opinion: str | None = None
) -> HttpResponse:
    review = page.review
    sheets = sheets_of(review, basis, SIDES if side == REGION else SIDES[:2])
    rows = rows_of(review, basis, sheets)
    events = list(WorkflowEvent.objects.of(review).select_related("by").order_by("at", "pk"))
    form.catch_up(basis)
    fill(rows, form)
    returned = last_event(events, RETURN)
    changed = changed_since(returned, basis)
    files = _files(basis)
    for row in rows:
        if not row.is_heading:
            row.changed = row.extra["name"] in changed
            row.files = files.get(row.indicator.pk, [])
    others = waiting_for(request.user, side).filter(campaign=review.campaign_id).exclude(pk=review.pk)
    following = others.first()
    route = f"assessments:review_{'score' if side == LEAGUE else 'decide'}"
    context = page.context(
        side=side, rows=rows, form=form, basis=basis, sheets=sheets, own_sheet=sheets[side], team_sheet=sheets[TEAM],
        league_sheet=sheets[LEAGUE], left=len(unanswered(basis, side)), told=told_in(review, events),
        words=written(review), figures=[one for one in figures_of(review, basis) if one.asked], snapshot=basis.snapshot,
        opinion=getattr(review, OPINION[side]) if opinion is None else opinion,
        opinion_seen=mark_of(getattr(review, OPINION[side])), finish=FINISH[side],
        autosave_url=f"{request.path}autosave/", next_url=_url(route, following), adjustments=basis.adjustments,
        keep_key=f"review-{review.pk}-{side}", is_region=side == REGION, sent_back=_sent_back(events, side),
        returned=returned, remarks=[replace(one, url=_place(one.name)) for one in remarks_of(review, returned, basis)],
    )  # fmt: skip
    return render(request, "assessments/review_desk.html", context)


def _sent_back(events: list[WorkflowEvent], side: str) -> WorkflowEvent | None:
    """Why the office scores once more, while it does."""
    last = last_event(events, "score", "score_again")
    return last if side == LEAGUE and last is not None and last.action == "score_again" else None


def _place(name: str) -> str:
    """Where on the desk a remark is answered."""
    return f"#section-{name}" if section_named(name) else f"#{name}"


def _url(route: str, review: Review | None) -> str:
    return reverse(route, args=[review.pk]) if review is not None else ""


def _files(basis: Basis) -> dict[int, list[Any]]:
    """Indicator → files of the team's line."""
    lines = {str(row.pk): key for key, row in basis.rows.get(TEAM, {}).items()}
    found: dict[int, list[Any]] = {}
    for file in evidence_rows(basis):
        found.setdefault(lines[file.object_id], []).append(file)
    return found
