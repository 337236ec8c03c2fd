"""The API of gradings and grades: read only, the rows and filters of the lists."""

from typing import Any

from rest_framework import serializers, viewsets

from assessments.filters.grades import GradeFilter
from assessments.filters.gradings import GradingFilter
from assessments.gradings.workflow import WORKFLOW
from assessments.models import Grading, TeamGrade
from organizations.api import VisibleMixin
from organizations.roles import Right


class GradingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Grading
        fields = [
            "id", "number", "team", "standard", "applied_grade", "state", "office", "result", "total", "submitted_at",
            "site_on", "site_place", "public_from", "public_until", "closed_at", "created_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ClaimSerializer(serializers.Serializer):
    """What the team says of one indicator."""

    indicator = serializers.CharField(source="indicator.code")
    value = serializers.DecimalField(max_digits=14, decimal_places=2)
    points = serializers.DecimalField(max_digits=6, decimal_places=2)
    not_applicable = serializers.BooleanField()
    note = serializers.CharField()


class GradingDetailSerializer(GradingSerializer):
    """With what was filled in, and what the reader may do."""

    claims = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(GradingSerializer.Meta):
        fields = [*GradingSerializer.Meta.fields, "statement", "contact", "deliberation", "claims", "actions"]
        read_only_fields = fields

    def get_claims(self, grading: Grading) -> list[dict[str, Any]]:
        rows = grading.claims.select_related("indicator").order_by("indicator__position", "pk")
        return list(ClaimSerializer(rows, many=True).data)

    def get_actions(self, grading: Grading) -> list[str]:
        return [move.action for move in WORKFLOW.available_actions(grading, self.context["request"].user)]


class GradingViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = GradingSerializer
    filterset_class = GradingFilter
    right = Right.VIEW_ASSESSMENT
    related = ("team__organization", "standard", "office")

    def get_serializer_class(self) -> Any:
        return GradingSerializer if self.action == "list" else GradingDetailSerializer


class GradeSerializer(serializers.ModelSerializer):
    is_held = serializers.BooleanField(read_only=True)
    is_external = serializers.BooleanField(read_only=True)

    class Meta:
        model = TeamGrade
        fields = [
            "id", "team", "scheme", "category", "specialty", "grade", "grading", "issuer", "certificate_no",
            "document_number", "granted_on", "valid_until", "ended_on", "end_reason", "is_held", "is_external",
            "version",
        ]  # fmt: skip
        read_only_fields = fields


class GradeViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = GradeSerializer
    filterset_class = GradeFilter
    right = Right.VIEW_ASSESSMENT
    related = ("team__organization", "category")
