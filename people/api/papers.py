"""The API of certificates and insurance: read only, the same rows and filters as the lists."""

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from organizations.api import VisibleMixin
from organizations.roles import Right
from people.filters.papers import CertificateFilter, PolicyFilter
from people.models import Certificate, Policy


class CertificateSerializer(serializers.ModelSerializer):
    person_name = serializers.CharField(source="person.name", read_only=True)
    kind_label = serializers.CharField(source="kind.name", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    number = serializers.CharField(source="shown_number", read_only=True)

    class Meta:
        model = Certificate
        fields = [
            "id", "person", "person_name", "kind", "kind_label", "state", "state_label", "number", "level", "issuer",
            "issued_on", "expires_on", "source", "verified_at", "reason", "created_at", "version",
        ]  # fmt: skip


class PolicySerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    covered = serializers.IntegerField(read_only=True, help_text="今天在保的人数")

    class Meta:
        model = Policy
        fields = [
            "id", "organization", "kind", "kind_label", "insurer", "number", "holder", "death_amount",
            "medical_amount", "starts_on", "ends_on", "note", "covered", "version",
        ]  # fmt: skip


class CertificateViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = CertificateSerializer
    filterset_class = CertificateFilter
    right = Right.VIEW_MEMBER
    related = ("person", "kind")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """One certificate is there by its key whatever its state; only the list leaves some out."""
        return queryset if self.action == "retrieve" else super().filter_queryset(queryset).order_by("-pk")


class PolicyViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = PolicySerializer
    filterset_class = PolicyFilter
    right = Right.VIEW_MEMBER

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_covered()  # type: ignore[attr-defined]
