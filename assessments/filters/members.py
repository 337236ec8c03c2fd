"""Filters of the list of members' assessments, for page and export."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.members.listing import around
from assessments.models import MemberAssessment
from core.lists import Filter
from organizations.filters import Scope, pick
from people.filters.papers import SOON, later
from people.models import Person

NONE = "-"


class MemberAssessmentFilter(Filter):
    under = Scope("organization__path")
    standard = django_filters.ChoiceFilter(label=_("标准"), field_name="standard")
    state = pick(_("状态"), "by_state", ("open", _("评分中")), ("finished", _("已完成")), ("taken_back", _("已作废")))
    conclusion = django_filters.ChoiceFilter(label=_("结论"), method="by_conclusion")
    expiring = pick(_("有效期"), "by_expiry", *SOON, ("lapsed", _("已过期")))

    class Meta:
        model = MemberAssessment
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = around(self.request.user) if self.request is not None else {"standards": [], "conclusions": []}
        ends = {one.key: one.name for one in there["conclusions"]}  # each once, whichever version it is of
        self.filters["standard"].extra["choices"] = [(str(one.pk), str(one)) for one in there["standards"]]
        self.filters["conclusion"].extra["choices"] = [*ends.items(), (NONE, _("没有达到任何一档"))]

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(person__in=Person.objects.matching(value))

    def by_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        ways = {"open": queryset.under_way, "finished": queryset.standing, "taken_back": queryset.taken_back}
        return ways[value]()

    def by_conclusion(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == NONE:
            return queryset.filter(finished_at__isnull=False, conclusion=None)
        return queryset.filter(conclusion__key=value)

    def by_expiry(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Of what stands: what was taken back is not to be renewed."""
        rows = queryset.standing()
        if value == "lapsed":
            return rows.filter(valid_until__lt=self.today)
        return rows.filter(valid_until__gte=self.today, valid_until__lte=later(self.today, value))
