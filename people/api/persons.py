"""The API of people and memberships: read only, masked, the same rows as the pages show."""

from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from rest_framework import serializers, viewsets

from core import masking
from organizations.api import VisibleMixin
from organizations.filters import Scope
from organizations.roles import Right
from people.models import Membership, Person
from people.states import CURRENT


class MembershipSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="person.name", read_only=True)
    team = serializers.CharField(source="organization.name", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = Membership
        fields = [
            "id", "person", "name", "organization", "team", "state", "state_label", "kind", "is_main", "number",
            "group", "duty", "joined_on", "presence", "away_until", "left_on", "end_kind", "version",
        ]  # fmt: skip


class PersonSerializer(serializers.ModelSerializer):
    """No whole number of a document or a telephone, nothing of health, no political status."""

    id_number = serializers.CharField(source="id_masked", read_only=True)
    mobile = serializers.SerializerMethodField()
    memberships = MembershipSerializer(source="seen_memberships", many=True, read_only=True)

    class Meta:
        model = Person
        fields = [
            "id", "name", "mongolian_name", "id_type", "id_number", "gender", "birth", "ethnicity", "mobile",
            "division", "employer", "occupation", "education", "rc_member_no", "rc_member_on", "volunteer_no",
            "volunteer_on", "skills", "languages", "version", "memberships",
        ]  # fmt: skip

    def get_mobile(self, person: Person) -> str:
        return masking.phone(person.mobile)


class PersonApiFilter(django_filters.FilterSet):
    """``q``: name, volunteer or membership number. Whole numbers must not stand in addresses, so they find nobody."""

    q = django_filters.CharFilter(method="search", max_length=60)

    class Meta:
        model = Person
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        from core.search import matching  # the queryset's method has its name, and finds by whole numbers too

        return queryset.filter(matching(value))


class MembershipApiFilter(django_filters.FilterSet):
    under = Scope("organization__path")
    state = django_filters.ChoiceFilter(choices=Membership.State)
    current = django_filters.BooleanFilter(method="by_current")

    class Meta:
        model = Membership
        fields = ["organization", "person", "kind"]

    def by_current(self, queryset: Any, name: str, value: bool) -> QuerySet:
        now = Q(state__in=CURRENT)
        return queryset.filter(now if value else ~now)


class PersonViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = PersonSerializer
    filterset_class = PersonApiFilter
    right = Right.VIEW_MEMBER

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        user: Any = self.request.user
        seen = Membership.objects.visible_to(user).select_related("organization", "person")
        return rows.prefetch_related(Prefetch("memberships", seen, to_attr="seen_memberships"))


class MembershipViewSet(VisibleMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = MembershipSerializer
    filterset_class = MembershipApiFilter
    right = Right.VIEW_MEMBER
    related = ("organization", "person")
