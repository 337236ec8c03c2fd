"""Filters of the list of drills and trainings; the API takes the same. The rows are activities, or their events on a
past day."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of, end_of
from core.lists import Filter, key_of
from organizations.filters import Scope, pick
from training.choices import ActivityKind, DrillForm, DrillScope, Hazard, TrainingKind
from training.models import Activity, Subject
from training.states import ON_RECORD, ActivityState

FIRST_YEAR = 2020
QUEUES = (("mine", _("待我确认")), ("draft", _("筹备中和退回的")), ("record", _("已确认和归档的")))


def years() -> list[tuple[str, str]]:
    """Next year, because plans are made early, and those before it."""
    return [(str(year), f"{year}") for year in range(timezone.localdate().year + 1, FIRST_YEAR - 1, -1)]


class ActivityFilter(Filter):
    queue = pick(_("在谁手里"), "by_queue", *QUEUES)
    kind = django_filters.ChoiceFilter(label=_("种类"), choices=ActivityKind)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=ActivityState)
    under = Scope("host__path")
    year = django_filters.ChoiceFilter(label=_("年度"), choices=years, method="by_year")
    form = django_filters.ChoiceFilter(label=_("演练形式"), choices=DrillForm)
    scope = django_filters.ChoiceFilter(label=_("演练范围"), choices=DrillScope)
    hazard = django_filters.ChoiceFilter(label=_("背景灾种"), choices=Hazard)
    subject = django_filters.ModelChoiceFilter(label=_("科目"), queryset=Subject.objects.all(), method="by_subject")
    training_kind = django_filters.ChoiceFilter(label=_("培训类别"), choices=TrainingKind)
    held = django_filters.DateFromToRangeFilter(field_name="starts_at", label=_("开始日期"), method="by_days")

    class Meta:
        model = Activity
        fields: list[str] = []

    def by_queue(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "mine":
            waiting = Activity.objects.to_confirm(self.request.user).order_by()
            return queryset.filter(**{f"{key_of(queryset)}__in": waiting.values("pk")})
        if value == "draft":
            return queryset.filter(state__in=(ActivityState.DRAFT, ActivityState.RETURNED))
        return queryset.filter(state__in=ON_RECORD)

    def by_year(self, queryset: Any, name: str, value: str) -> QuerySet:
        """By the instant the list is ordered by, which an index holds."""
        first, last = (date(int(value), *edge) for edge in ((1, 1), (12, 31)))
        return queryset.filter(order_at__gte=beginning_of(first), order_at__lt=end_of(last))

    def by_subject(self, queryset: Any, name: str, value: Subject) -> QuerySet:
        return queryset.filter(subjects__contains=[value.pk])

    def by_days(self, queryset: Any, name: str, value: slice) -> QuerySet:
        if value.start:
            queryset = queryset.filter(order_at__gte=value.start)
        return queryset.filter(order_at__lte=value.stop) if value.stop else queryset
