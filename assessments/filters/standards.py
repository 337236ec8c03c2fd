"""Filters of the list of standards, for page, export, saved views and API."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import Purpose, Scheme
from assessments.models import Standard
from assessments.states import StandardState
from core.lists import Filter
from core.pickers import DAY
from organizations.filters import YES_NO, pick
from teams.models import Category


class StandardFilter(Filter):
    purpose = django_filters.ChoiceFilter(label=_("用途"), choices=Purpose)
    scheme = django_filters.ChoiceFilter(label=_("体系"), choices=Scheme)
    category = django_filters.ModelChoiceFilter(label=_("适用类别"), queryset=Category.objects.filter(is_graded=True))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=StandardState)
    sample = pick(_("示例"), "by_sample", *YES_NO)
    on = django_filters.DateFilter(label=_("在这一天有效"), method="by_day", widget=DAY)

    class Meta:
        model = Standard
        fields: list[str] = []

    def by_sample(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(is_sample=value == "true")

    def by_day(self, queryset: Any, name: str, value: date) -> QuerySet:
        found: QuerySet = queryset.in_force(value)
        return found
