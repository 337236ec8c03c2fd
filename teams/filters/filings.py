"""Filters of the list of filings; the API takes the same."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.lists import Filter
from core.search import found_by
from organizations.filters import Scope, pick, scopes
from teams.choices import FilingKind, TeamLevel
from teams.models import Filing
from teams.states import FilingState


class FilingFilter(Filter):
    queue = pick(
        _("在谁手里"), "by_queue", ("mine", _("待我办")), ("ours", _("待我方填报")), ("waiting", _("等别人")),
        ("below", _("下级在办")),
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(label=_("事项"), choices=FilingKind)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=FilingState)
    under = Scope("organization__path")
    level = django_filters.ChoiceFilter(label=_("队伍级别"), choices=TeamLevel)
    lies_at = django_filters.ModelChoiceFilter(label=_("在办单位"), field_name="current_office", queryset=scopes)
    overdue = pick(_("时限"), "by_overdue", ("true", _("已超期")))
    submitted = django_filters.DateFromToRangeFilter(field_name="submitted_at", label=_("提交日期"))
    filed = django_filters.DateFromToRangeFilter(field_name="decided_at", label=_("办结日期"), method="by_filed")

    class Meta:
        model = Filing
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        return found_by(queryset, value, "pk", "organization")  # also by the name that is to be changed

    def by_queue(self, queryset: Any, name: str, value: str) -> QuerySet:
        user = self.request.user
        if value == "mine":
            return queryset.to_decide(user)
        if value == "ours":
            return queryset.to_mend(user)
        return queryset.waiting_for_others(user) if value == "waiting" else queryset.with_others_below(user)

    def by_overdue(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.overdue()

    def by_filed(self, queryset: Any, name: str, value: slice) -> QuerySet:
        queryset = queryset.filter(state=FilingState.FILED)
        if value.start:
            queryset = queryset.filter(decided_at__gte=value.start)
        return queryset.filter(decided_at__lte=value.stop) if value.stop else queryset
