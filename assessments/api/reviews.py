"""The API of the year's assessment: campaigns and reviews, read only, the same rows and filters as the lists."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied

from assessments.annual.answers import LEAGUE, REGION, TEAM, basis_of, sheet
from assessments.filters.campaigns import CampaignFilter
from assessments.filters.reviews import ReviewFilter
from assessments.models import Campaign, Review
from assessments.states import REVIEW_DECIDED, ReviewState
from organizations.api import VisibleMixin
from organizations.permissions import access
from organizations.roles import Right


class CampaignSerializer(serializers.ModelSerializer):
    class Meta:
        model = Campaign
        fields = [
            "id", "year", "state", "standard", "document_number", "data_until", "report_by", "score_by", "decide_by",
            "public_from", "public_until", "opened_at", "closed_at", "version",
        ]  # fmt: skip


class ReviewSerializer(serializers.ModelSerializer):
    result = serializers.CharField(source="result.name", default=None, read_only=True)

    class Meta:
        model = Review
        fields = [
            "id", "campaign", "team", "organization", "office", "state", "self_total", "league_total", "total",
            "result", "revision", "submitted_at", "scored_at", "decided_at", "public_from", "public_until",
            "state_reason", "version",
        ]  # fmt: skip


class ReviewDetailSerializer(ReviewSerializer):
    """With the report, the numbers of the records, and the lines of every side that has handed them on."""

    values = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField()
    opinions = serializers.SerializerMethodField()

    class Meta(ReviewSerializer.Meta):
        fields = [
            *ReviewSerializer.Meta.fields,
            "report",
            "reporter",
            "reported_on",
            "opinions",
            "values",
            "lines",
        ]

    def get_values(self, review: Review) -> dict[str, str]:
        snapshot = basis_of(review).snapshot
        return dict(snapshot.values) if snapshot else {}

    def get_opinions(self, review: Review) -> dict[str, str]:
        said: dict[str, str] = {LEAGUE: review.league_opinion, REGION: review.region_opinion}
        return {str(side): said[side] for side in sides_of(review) if side in said}

    def get_lines(self, review: Review) -> dict[str, list[dict[str, Any]]]:
        basis = basis_of(review)
        found = {}
        for side in sides_of(review):
            found[str(side)] = [
                {"code": line.rule.code, "points": str(line.points), "standing": line.standing.value}
                for line in sheet(review, side, basis).lines
            ]
        return found


def sides_of(review: Review) -> list[str]:
    """Whose lines may be read by now."""
    scored = review.state in (ReviewState.SCORED, *REVIEW_DECIDED)
    return [TEAM, *([LEAGUE] if scored else []), *([REGION] if review.state in REVIEW_DECIDED else [])]


class CampaignViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    """Everybody who sees assessments anywhere sees all campaigns; whoever sees none is told so."""

    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    right = Right.VIEW_ASSESSMENT

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.right not in access(request.user):
            raise PermissionDenied(_("您现在的职责不能%(right)s。") % {"right": self.right.label})


class ReviewViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilter
    right = Right.VIEW_ASSESSMENT
    related = ("result", "campaign")

    def get_serializer_class(self) -> Any:
        return ReviewSerializer if self.action == "list" else ReviewDetailSerializer
