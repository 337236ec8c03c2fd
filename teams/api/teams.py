"""The API of teams: read only, the same rows and filters as the list. Telephone numbers are masked."""

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers, viewsets

from core import masking
from organizations.api import VisibleMixin
from organizations.roles import Right
from teams.filters.teams import TeamFilter
from teams.models import Coverage, Team, TeamPost


class PostSerializer(serializers.ModelSerializer):
    role_label = serializers.CharField(source="get_role_display", read_only=True)
    phone = serializers.SerializerMethodField()

    class Meta:
        model = TeamPost
        fields = ["id", "role", "role_label", "name", "phone", "origin", "starts_on"]

    def get_phone(self, post: TeamPost) -> str:
        return masking.phone(post.phone)


class CoverageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Coverage
        fields = ["division", "part", "starts_on", "ends_on"]


class TeamSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="organization.name", read_only=True)
    short_name = serializers.CharField(source="organization.short_name", read_only=True)
    status_label = serializers.CharField(source="get_status_display", read_only=True)
    duty_phone = serializers.SerializerMethodField()
    posts = PostSerializer(source="posts_now", many=True, read_only=True)
    coverage = CoverageSerializer(source="coverage_now", many=True, read_only=True)

    class Meta:
        model = Team
        fields = [
            "id", "organization", "name", "short_name", "filing_no", "filed_on", "status", "status_label", "level",
            "formation", "naming_org", "founded_on", "registration", "host_org_name", "civil_type", "uscc",
            "civil_authority", "civil_on", "supervising_unit", "annual_check_year", "filing_doc_no", "filing_doc_on",
            "main_category", "other_categories", "planned_size", "base_division", "base_address", "latitude",
            "longitude", "duty_phone", "site_type", "funding", "confirmed_year", "exit_on", "exit_kind",
            "maintained_at", "version", "posts", "coverage",
        ]  # fmt: skip

    def get_duty_phone(self, team: Team) -> str:
        return masking.phone(team.duty_phone)


class TeamViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    right = Right.VIEW_TEAM
    related = ("organization",)

    def get_queryset(self) -> QuerySet:
        return (
            super()
            .get_queryset()
            .prefetch_related(
                Prefetch("posts", TeamPost.objects.current(), to_attr="posts_now"),
                Prefetch("coverage", Coverage.objects.current(), to_attr="coverage_now"),
            )
        )
