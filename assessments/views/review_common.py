"""What the pages of one team's review share: loading it, its head, its tabs."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assessments.annual.rights import adjusts, reports, takes, writes
from assessments.annual.workflow import REVIEW
from assessments.choices import ScoredBy
from assessments.models import Review
from assessments.states import REVIEW_TONES
from core.decisions import Decision
from core.workflow import Move
from organizations.permissions import acting_for
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import seen

TABS = (
    (_("概况"), "assessments:review_detail"),
    (_("述职报告"), "assessments:review_report"),
    (_("得分"), "assessments:review_sheet"),
    (_("材料"), "assessments:review_files"),
    (_("历史"), "assessments:review_history"),
)
RELATED = (
    "campaign__standard", "office", "organization", "team__organization", "team__main_category", "submitted_by",
    "scored_by", "decided_by", "result",
)  # fmt: skip


def state_of(review: Review) -> dict[str, Any]:
    """Tone, icon and label for ``generic/_state.html``."""
    tone, icon = REVIEW_TONES[review.state]
    return {"tone": tone, "icon": icon, "label": review.get_state_display()}


@dataclass
class ReviewPage:
    """One review as its pages show it."""

    request: SignedIn
    review: Review
    route: str = ""

    @cached_property
    def kept(self) -> Decision:
        """Whether the reader may write the team's part now."""
        return writes(self.review, self.request.user, ScoredBy.TEAM)

    @cached_property
    def moves(self) -> list[Move]:
        return REVIEW.available_actions(self.review, self.request.user)

    @cached_property
    def desk(self) -> tuple[str, str]:
        """Side and address of the scoring page, where the reader scores or decides now; else empty."""
        for side, route in ((ScoredBy.LEAGUE, "review_score"), (ScoredBy.REGION, "review_decide")):
            if writes(self.review, self.request.user, side):
                return side, reverse(f"assessments:{route}", args=[self.review.pk])
        return "", ""

    def context(self, **more: Any) -> dict[str, Any]:
        """What ``assessments/review_page.html`` reads."""
        review, user = self.review, self.request.user
        return {
            "title": str(review),
            "review": review,
            "campaign": review.campaign,
            "state": state_of(review),
            "tabs": [
                {"label": label, "url": reverse(route, args=[review.pk]), "active": route == self.route}
                for label, route in TABS
            ],
            "kept": bool(self.kept),
            "moves": self.moves,
            "move_url": reverse("assessments:review_move", args=[review.pk]),
            "desk_url": self.desk[1],
            "may_take": bool(takes(review, user)),
            "may_adjust": bool(adjusts(review, user)),
            "version": review.version,
            "acting_for": acting_for(user, Right.REPORT_ASSESSMENT, review.organization),
            **more,
        }


def review_page(request: SignedIn, pk: int, route: str = "") -> ReviewPage:
    """The review with everything its head names, in one query; 404 to whom it is not there."""
    rows = Review.objects.visible_to(request.user).select_related(*RELATED)
    return ReviewPage(request, seen(rows, pk), route)


def writable(page: ReviewPage) -> HttpResponse | None:
    """The team's part: a missing right is 403, a wrong state is told and leads to the page. None: go on."""
    reports(page.review, page.request.user).require()
    if page.kept:
        return None
    messages.error(page.request, str(page.kept.reason))
    return redirect(page.review)
