"""Filters of the list of plans, for page, export and API."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.lists import Filter
from core.search import matching
from organizations.filters import Scope, pick
from organizations.models import Organization
from organizations.roles import OFFICE_LEVELS, Level
from training.models import Plan


class PlanFilter(Filter):
    year = django_filters.NumberFilter(label=_("年度"), field_name="year", min_value=2020, max_value=2100)
    under = Scope("organization__path")
    level = pick(_("单位"), "by_level", ("office", _("红十字会")), ("team", _("救援队")))
    issued = pick(_("印发"), "by_issue", ("true", _("已印发")), ("false", _("没有印发")))

    class Meta:
        model = Plan
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        named = Organization.objects.filter(matching(value)).order_by().values("pk")
        return queryset.filter(Q(organization__in=named) | Q(document_no__icontains=value))

    def by_level(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(organization__level__in=OFFICE_LEVELS if value == "office" else [Level.TEAM])

    def by_issue(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(issued_on__isnull=value == "false")
