"""Filters of the list of gradings; the API takes the same."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.choices import Grade, Scheme
from assessments.gradings.starting import CLOSED
from assessments.models import Grading
from assessments.states import GRADING_WITH_AUTHOR, GradingState
from core.days import beginning_of, end_of
from core.lists import Filter, key_of
from organizations.filters import Scope, pick
from teams.models import Category

FIRST_YEAR = 2024
QUEUES = (("mine", _("待我办理")), ("draft", _("填报中和退回的")), ("running", _("办理中")), ("closed", _("已办结的")))


def years() -> list[tuple[str, str]]:
    return [(str(year), f"{year}") for year in range(timezone.localdate().year, FIRST_YEAR - 1, -1)]


class GradingFilter(Filter):
    queue = pick(_("在谁手里"), "by_queue", *QUEUES)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=GradingState)
    under = Scope("team__organization__path")
    category = django_filters.ModelChoiceFilter(
        label=_("类别"), queryset=Category.objects.all(), field_name="standard__category"
    )
    scheme = django_filters.ChoiceFilter(label=_("体系"), choices=Scheme, field_name="standard__scheme")
    applied = django_filters.ChoiceFilter(label=_("申请等级"), choices=Grade, field_name="applied_grade")
    result = django_filters.ChoiceFilter(label=_("结果"), choices=Grade)
    year = django_filters.ChoiceFilter(label=_("登记年度"), choices=years, method="by_year")

    class Meta:
        model = Grading
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Over what is shown today, also of a list as at a day."""
        found = Grading.objects.matching(value).order_by().values("pk")
        return queryset.filter(**{f"{key_of(queryset)}__in": found})

    def by_queue(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "mine":
            waiting = Grading.objects.waiting_for(self.request.user).order_by()
            return queryset.filter(**{f"{key_of(queryset)}__in": waiting.values("pk")})
        if value == "draft":
            return queryset.filter(state__in=GRADING_WITH_AUTHOR)
        if value == "closed":
            return queryset.filter(state__in=CLOSED)
        return queryset.exclude(state__in=(*CLOSED, *GRADING_WITH_AUTHOR))

    def by_year(self, queryset: Any, name: str, value: str) -> QuerySet:
        """By the instant the list is ordered by, which an index holds."""
        first, last = (date(int(value), *edge) for edge in ((1, 1), (12, 31)))
        return queryset.filter(created_at__gte=beginning_of(first), created_at__lt=end_of(last))
