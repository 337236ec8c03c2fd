"""Filters of the list of problems, for page, export and saved views."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.lists import Filter
from organizations.filters import pick, scopes
from organizations.models import Organization
from training.models import Problem
from training.states import ProblemState

SOON = 7  # days


class ProblemFilter(Filter):
    """Without a state asked for, what is closed is left out."""

    state = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=(*ProblemState.choices, ("all", _("全部，含已销号"))),
        method="by_state",
        empty_label=_("没有销号的"),
    )
    due = pick(
        _("期限"),
        "by_due",
        ("soon", _("已超期和 7 天内到期")),
        ("overdue", _("已超期")),
        ("7", _("7 天内到期")),
        ("30", _("30 天内到期")),
        ("none", _("没有定期限")),
    )
    under = django_filters.ModelChoiceFilter(
        label=_("整改单位"), queryset=scopes, method="by_place", empty_label=_("全部范围")
    )
    year = django_filters.NumberFilter(label=_("活动年度"), method="by_year", min_value=2000, max_value=2100)

    class Meta:
        model = Problem
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.exclude(state=ProblemState.CLOSED)

    def by_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset if value == "all" else queryset.filter(state=value)

    def by_due(self, queryset: Any, name: str, value: str) -> QuerySet:
        rows = queryset.filter(state=ProblemState.OPEN)
        if value == "none":
            return rows.filter(due_on=None)
        if value == "overdue":
            return rows.filter(due_on__lt=self.today)
        if value == "soon":  # what the menu and the home page count
            return rows.filter(due_on__lte=self.today + timedelta(days=SOON))
        last = min(self.today.toordinal() + int(value), self.today.max.toordinal())
        return rows.filter(due_on__gte=self.today, due_on__lte=self.today.fromordinal(last))

    def by_place(self, queryset: Any, name: str, value: Organization) -> QuerySet:
        return queryset.filter(organization__path__startswith=value.path)

    def by_year(self, queryset: Any, name: str, value: Any) -> QuerySet:
        return queryset.filter(activity__order_at__year=int(value))
