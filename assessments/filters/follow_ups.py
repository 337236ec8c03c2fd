"""Filters of the list of follow-ups."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import FollowUpKind
from assessments.filters.reviews import years
from assessments.follow_ups.workflow import to_finish
from assessments.models import FollowUp
from assessments.models.follow_up import follow_up_overdue
from assessments.states import FOLLOW_UP_OPEN, FollowUpState
from core.lists import Filter, key_of
from organizations.filters import Scope, pick

SOON = 30  # days
QUEUES = (("mine", _("待我确认")), ("ours", _("待我方落实")))


class FollowUpFilter(Filter):
    """Without a state asked for, what is done or ended is left out."""

    queue = pick(_("在谁手里"), "by_queue", *QUEUES)
    state = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=(*FollowUpState.choices, ("all", _("全部，含已了结"))),
        method="by_state",
        empty_label=_("没有了结的"),
    )
    kind = django_filters.ChoiceFilter(label=_("种类"), choices=FollowUpKind)
    due = pick(_("期限"), "by_due", ("overdue", _("已超期")), ("soon", _("30 天内到期")), ("none", _("没有定期限")))
    year = django_filters.ChoiceFilter(label=_("年度"), field_name="review__campaign__year", choices=years)
    under = Scope("review__organization__path")

    class Meta:
        model = FollowUp
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state__in=FOLLOW_UP_OPEN)

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        found = FollowUp.objects.matching(value).order_by().values("pk")
        return queryset.filter(**{f"{key_of(queryset)}__in": found})

    def by_queue(self, queryset: Any, name: str, value: str) -> QuerySet:
        user = self.request.user
        waiting = to_finish(user) if value == "mine" else FollowUp.objects.to_report(user)
        return queryset.filter(**{f"{key_of(queryset)}__in": waiting.order_by().values("pk")})

    def by_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset if value == "all" else queryset.filter(state=value)

    def by_due(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "overdue":
            return queryset.filter(follow_up_overdue(self.today))
        rows = queryset.filter(state=FollowUpState.OPEN)
        if value == "none":
            return rows.filter(due_on=None)
        last = min(self.today.toordinal() + SOON, self.today.max.toordinal())
        return rows.filter(due_on__gte=self.today, due_on__lte=self.today.fromordinal(last))
