"""The API of the plans of the year, with how far they are: read only, the same rows as the pages show."""

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers, viewsets

from organizations.api import VisibleMixin
from organizations.roles import Right
from training.filters.plans import PlanFilter
from training.models import Plan, PlanItem
from training.planning import with_progress


class PlanItemSerializer(serializers.ModelSerializer):
    done = serializers.IntegerField(read_only=True, help_text="已确认的活动")
    under_way = serializers.IntegerField(source="open", read_only=True, help_text="筹备中和待确认的活动")
    reached = serializers.IntegerField(read_only=True, help_text="实到人次")

    class Meta:
        model = PlanItem
        fields = [
            "id", "kind", "name", "times", "first_month", "last_month", "people", "form", "scope", "training_kind",
            "course", "note", "ended_at", "end_reason", "done", "under_way", "reached", "version",
        ]  # fmt: skip


class PlanSerializer(serializers.ModelSerializer):
    items = PlanItemSerializer(many=True, read_only=True)

    class Meta:
        model = Plan
        fields = ["id", "organization", "year", "document_no", "issued_on", "note", "version", "items"]


class PlanViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    right = Right.VIEW_TRAINING

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().prefetch_related(Prefetch("items", with_progress(PlanItem.objects.all())))
