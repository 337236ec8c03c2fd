"""述职报告, 得分, 材料 and 历史 of a review."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.annual.answers import LEAGUE, REGION, TEAM, basis_of
from assessments.annual.rights import adjusts
from assessments.annual.sections import SECTIONS, text_of
from assessments.annual.side_by_side import rows_of, sheets_of
from assessments.annual.story import story_of
from assessments.models import Adjustment, Review
from assessments.states import ReviewState
from assessments.views.review_common import ReviewPage, review_page
from core.attachments.panel import panels
from organizations.signed_in import SignedIn

S = ReviewState
# A side's points are shown to the others once it has handed them on.
_SEEN_FROM = {
    TEAM: tuple(S),
    LEAGUE: (S.SCORED, S.DECIDED, S.PUBLICITY, S.FINAL),
    REGION: (S.DECIDED, S.PUBLICITY, S.FINAL),
}


@require_safe
@login_required
def review_report(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_report")
    cards = [{"section": one, "text": text_of(page.review, one.key)} for one in SECTIONS]
    context = page.context(cards=[one for one in cards if one["text"] or page.kept], heading=_("述职报告"), moves=[])
    return render(request, "assessments/review_report.html", context)


@require_safe
@login_required
def review_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """All columns there are by now, read only, with the adjustments."""
    page = review_page(request, pk, "assessments:review_sheet")
    review = page.review
    basis = basis_of(review)
    sides = [side for side, states in _SEEN_FROM.items() if review.state in states]
    sheets = sheets_of(review, basis, sides)
    context = page.context(
        rows=rows_of(review, basis, sheets), sheets=[sheets[side] for side in sides], sides=sides,
        adjustments=_adjustments(page), heading=_("得分"), moves=[], snapshot=basis.snapshot,
        has_league=LEAGUE in sides, has_region=REGION in sides,
    )  # fmt: skip
    return render(request, "assessments/review_sheet.html", context)


def _adjustments(page: ReviewPage) -> list[dict[str, Any]]:
    """Also those that were ended."""
    rows = list(Adjustment.objects.filter(review=page.review).select_related("made_by"))
    may_end = bool(adjusts(page.review, page.request.user))
    found = []
    for row in rows:
        row.review = page.review
        panel = panels(row, page.request.user, ("grounds",))["grounds"]
        found.append({"row": row, "panel": panel, "may_end": may_end and row.ended_at is None})
    return found


@require_safe
@login_required
def review_files(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_files")
    shown = panels(page.review, request.user, Review.attachment_kinds)
    return render(request, "assessments/review_files.html", page.context(panels=shown, heading=_("材料"), moves=[]))


@require_safe
@login_required
def review_history(request: SignedIn, pk: int) -> HttpResponse:
    page = review_page(request, pk, "assessments:review_history")
    context = page.context(entries=story_of(page.review), heading=_("历史"), moves=[])
    return render(request, "assessments/review_history.html", context)
