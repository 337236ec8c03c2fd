"""Filters of the list of grades; the API takes the same."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import Grade, Scheme, Specialty
from assessments.models import TeamGrade
from core.lists import Filter, key_of
from organizations.filters import Scope, pick
from teams.models import Category

SOON = 90  # days


class GradeFilter(Filter):
    standing = pick(
        _("有效情况"), "by_standing", ("held", _("有效")), ("soon", _("90 天内到期")), ("over", _("已到期")),
        ("ended", _("已注销")),
    )  # fmt: skip
    under = Scope("team__organization__path")
    scheme = django_filters.ChoiceFilter(label=_("体系"), choices=Scheme)
    category = django_filters.ModelChoiceFilter(label=_("类别"), queryset=Category.objects.all())
    specialty = django_filters.ChoiceFilter(label=_("应急管理部门专业"), choices=Specialty)
    grade = django_filters.ChoiceFilter(label=_("等级"), choices=Grade)
    source = pick(_("来源"), "by_source", ("own", _("本平台测评")), ("external", _("外部登记")))
    teams = pick(_("一队多个等级"), "by_teams", ("once", _("每队只列一次")))

    class Meta:
        model = TeamGrade
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found: QuerySet = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("teams"):
            return found
        key = key_of(found)
        best = found.order_by("team_id", "grade", "-granted_on", key).distinct("team_id")
        return found.filter(**{f"{key}__in": best.values(key)})

    def by_teams(self, queryset: Any, name: str, value: str) -> QuerySet:
        """Last of all, in ``filter_queryset``: which rows there are must be known before one of each is kept."""
        return queryset

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        found = TeamGrade.objects.matching(value).order_by().values("pk")
        return queryset.filter(**{f"{key_of(queryset)}__in": found})

    def by_standing(self, queryset: Any, name: str, value: str) -> QuerySet:
        day = self.today
        going = Q(ended_on=None) | Q(ended_on__gt=day)
        if value == "ended":
            return queryset.filter(ended_on__lte=day)
        if value == "over":
            return queryset.filter(going, valid_until__lt=day)
        if value == "soon":
            return queryset.filter(going, valid_until__gte=day, valid_until__lte=day + timedelta(days=SOON))
        return queryset.filter(going, Q(valid_until=None) | Q(valid_until__gte=day), granted_on__lte=day)

    def by_source(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(grading__isnull=value == "external")
