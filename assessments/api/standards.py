"""The API of standards: read only, the same rows as the pages show; one record with its conclusions and its tree."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from assessments.filters.standards import StandardFilter
from assessments.models import Conclusion, Indicator, Standard
from assessments.standards.tree import nodes, sums
from assessments.views.standard_common import may_look
from organizations.api import VisibleMixin
from organizations.roles import Right


class ConclusionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Conclusion
        fields = ["key", "name", "min_total", "min_public", "min_professional", "organiser"]


class IndicatorSerializer(serializers.ModelSerializer):
    """In the order of the tree; ``parent`` is the code of the line above."""

    parent: Any = serializers.SerializerMethodField()
    depth = serializers.SerializerMethodField()

    class Meta:
        model = Indicator
        fields = [
            "id", "code", "parent", "depth", "name", "subject", "method", "points", "steps", "per_unit", "metric",
            "unit", "requirements", "texts", "more_is_better", "is_veto", "may_not_apply", "evidence", "guidance",
            "source",
        ]  # fmt: skip

    def get_parent(self, line: Indicator) -> str:
        codes: dict[Any, str] = self.context["codes"]
        return codes.get(line.parent_id, "")

    def get_depth(self, line: Indicator) -> int:
        depths: dict[Any, int] = self.context["depths"]
        return depths[line.pk]


class StandardSerializer(serializers.ModelSerializer):
    state_label = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = Standard
        fields = [
            "id", "code", "number", "name", "purpose", "scheme", "publisher", "category", "specialty",
            "document_number", "state", "state_label", "valid_from", "valid_until", "validity_months", "civil_only",
            "is_sample", "note", "published_at", "version",
        ]  # fmt: skip


class StandardTreeSerializer(StandardSerializer):
    points = serializers.SerializerMethodField()
    conclusions = ConclusionSerializer(many=True, read_only=True)
    indicators = serializers.SerializerMethodField()

    class Meta(StandardSerializer.Meta):
        fields = [*StandardSerializer.Meta.fields, "points", "conclusions", "indicators"]

    def get_points(self, standard: Standard) -> dict[str, Decimal]:
        found = sums(standard.indicators.all())
        return {"public": found.public, "professional": found.professional, "total": found.total}

    @extend_schema_field(IndicatorSerializer(many=True))
    def get_indicators(self, standard: Standard) -> object:
        found = nodes(standard.indicators.all())
        context = {
            "codes": {node.indicator.pk: node.indicator.code for node in found},
            "depths": {node.indicator.pk: node.depth for node in found},
        }
        return IndicatorSerializer([node.indicator for node in found], many=True, context=context).data


class StandardViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = StandardSerializer
    filterset_class = StandardFilter
    right = Right.VIEW_ASSESSMENT

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super(VisibleMixin, self).initial(request, *args, **kwargs)  # assessors hold no right, and look all the same
        may_look(request.user).require()

    def get_serializer_class(self) -> type[StandardSerializer]:
        return StandardTreeSerializer if self.action == "retrieve" else StandardSerializer

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        return rows.prefetch_related("conclusions", "indicators") if self.action == "retrieve" else rows

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """One record is there by its key; only the list is narrowed."""
        return queryset if self.action == "retrieve" else super().filter_queryset(queryset)
