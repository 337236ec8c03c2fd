"""Filters of the lists of bases, instructors and courses, for page, export, saved views and API."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.lists import Filter
from core.together import together
from organizations.filters import Scope, pick
from organizations.models import Division
from teams.models import Category
from training.choices import BaseKind, TrainingKind
from training.models import Base, Course, Instructor

SOON = (("30", _("30 天内到期")), ("90", _("90 天内到期")), ("lapsed", _("已过期")))


def _later(day: date, days: str) -> date:
    """So many days on; nothing comes after the calendar's last day."""
    return date.fromordinal(min(day.toordinal() + int(days), date.max.toordinal()))


class KeptFilter(Filter):
    """Without a status asked for, what has ended is left out."""

    under = Scope("organization__path")
    status = django_filters.ChoiceFilter(
        label=_("状态"), method="by_status", empty_label=_("在用"),
        choices=[("ended", _("已停用")), ("all", _("在用和已停用"))],
    )  # fmt: skip

    def filter_queryset(self, queryset: Any) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("status") else rows.filter(ended_on=None)

    def by_status(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(ended_on__isnull=False) if value == "ended" else queryset

    def _by_end(self, queryset: Any, field: str, value: str) -> QuerySet:
        if value == "lapsed":
            return queryset.filter(**{f"{field}__lt": self.today})
        return queryset.filter(**{f"{field}__gte": self.today, f"{field}__lte": _later(self.today, value)})


class _WithCategories(KeptFilter):
    """``offered``: filter → its choices (key, label), read with the categories in one query."""

    offered: dict[str, QuerySet] = {}
    category = django_filters.ChoiceFilter(label=_("专业"), method="by_category")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {"category": Category.objects.values_list("key", "name"), **self.offered}
        for name, choices in together(**offered).items():
            self.filters[name].extra["choices"] = choices

    def by_category(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(categories__contains=[value])


class BaseFilter(_WithCategories):
    kind = django_filters.ChoiceFilter(label=_("建设方式"), choices=BaseKind)
    area = django_filters.ChoiceFilter(label=_("所在盟市"), method="by_area")
    agreement = pick(_("协议"), "by_agreement", *SOON)

    offered = {"area": Division.objects.filter(level=Division.Level.PREFECTURE).values_list("code", "name")}

    class Meta:
        model = Base
        fields: list[str] = []

    def by_area(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(division__code__startswith=value[:4])

    def by_agreement(self, queryset: Any, name: str, value: str) -> QuerySet:
        return self._by_end(queryset, "agreed_until", value)


class InstructorFilter(_WithCategories):
    origin = pick(_("来源"), "by_origin", ("member", _("队员")), ("outside", _("外单位")))
    qualified = pick(_("资质"), "by_qualified", *SOON)

    class Meta:
        model = Instructor
        fields: list[str] = []

    def by_origin(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(person__isnull=value == "outside")

    def by_qualified(self, queryset: Any, name: str, value: str) -> QuerySet:
        return self._by_end(queryset, "qualified_until", value)


class CourseFilter(KeptFilter):
    kind = django_filters.ChoiceFilter(label=_("类别"), choices=TrainingKind)
    category = django_filters.ModelChoiceFilter(label=_("专业"), queryset=Category.objects.all())

    class Meta:
        model = Course
        fields: list[str] = []
