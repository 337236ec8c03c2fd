"""Filters of the list of teams, for page, export, saved views and API."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length, Substr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.days import end_of
from core.lists import Filter, key_of
from core.search import found_by, matching
from organizations.filters import Scope, pick
from organizations.models import Organization
from organizations.roles import Level
from teams.choices import Formation, PostRole, Registration, TeamLevel
from teams.filings.confirming import to_confirm
from teams.models import Category, Filing, Team, TeamPost
from teams.models.team import unconfirmed
from teams.on_file.drift import drifting
from teams.states import ON_FILE, OPEN, TeamStatus

MANAGING_LEVELS = [(level.value, level.label) for level in (Level.REGION, Level.LEAGUE, Level.BANNER)]
ATTENTION = (
    ("unconfirmed", gettext_lazy("本年度没有确认")),
    ("to_confirm", gettext_lazy("本年度确认还没有报")),
    ("drift", gettext_lazy("与备案不一致")),
    ("no_captain", gettext_lazy("没有队长")),
    ("filing", gettext_lazy("有在办的备案")),
)
CONFIRMED = (("this_year", gettext_lazy("本年度已确认")),)


class TeamFilter(Filter):
    under = Scope("organization__path")
    status = pick(gettext_lazy("状态"), "by_status", ("on_file", gettext_lazy("在册（未退出）")), *TeamStatus.choices)
    level = django_filters.ChoiceFilter(label=gettext_lazy("队伍级别"), choices=TeamLevel, method="by_level")
    category = django_filters.ChoiceFilter(
        label=gettext_lazy("专业类别"), method="by_category",
        help_text=gettext_lazy("主类别或其他类别。"),
    )  # fmt: skip
    attention = pick(gettext_lazy("需要关注"), "by_attention", *ATTENTION, *CONFIRMED)
    office_level = pick(gettext_lazy("主管机构级别"), "by_office_level", *MANAGING_LEVELS)
    main = django_filters.ChoiceFilter(field_name="main_category", label=gettext_lazy("主类别"))
    formation = django_filters.ChoiceFilter(label=gettext_lazy("组建方式"), choices=Formation)
    registration = django_filters.ChoiceFilter(label=gettext_lazy("登记方式"), choices=Registration)
    on = django_filters.DateFilter(
        label=gettext_lazy("某天在册"), method="by_day",
        help_text=gettext_lazy("那天已备案、还没有退出的，按备案日期和退出日期算；队伍级别、有没有队长也按那天的。"),
    )  # fmt: skip

    class Meta:
        model = Team
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(Category.objects.values_list("key", "name"))
        for name in ("category", "main"):
            self.filters[name].extra["choices"] = choices

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        if self.at is None:
            return found_by(queryset, value, "organization", "pk")
        named = Organization.objects.filter(matching(value)).teams().values("pk")
        return queryset.filter(Q(organization__in=named) | matching(value))

    def by_status(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(status__in=ON_FILE if value == "on_file" else [value])

    def by_day(self, queryset: Any, name: str, value: date) -> QuerySet:
        return queryset if _looks_back(queryset) else queryset.on_file_at(self._past)

    def by_level(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(level=value) if _looks_back(queryset) else queryset.of_level(value, self._past)

    @property
    def _past(self) -> date | None:
        """The day of ``on``, if it is over."""
        day: date | None = self.form.cleaned_data.get("on")
        return day if day is not None and day < timezone.localdate() else None

    def by_category(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(main_category=value) | Q(other_categories__contains=[value]))

    def by_office_level(self, queryset: Any, name: str, value: str) -> QuerySet:
        offices = Organization.objects.filter(level=value).values("path")
        return queryset.alias(office_path=office_path("organization__path")).filter(office_path__in=offices)

    def by_attention(self, queryset: Any, name: str, value: str) -> QuerySet:
        day = self.at
        if value == "no_captain":
            return queryset.filter(~Exists(self._captains(queryset, day or self._past or timezone.localdate())))
        if value == "filing":
            return queryset.filter(Exists(self._filings(queryset, day)))
        year = (day or timezone.localdate()).year
        if value == "this_year":
            return queryset.filter(confirmed_year=year, status__in=ON_FILE)
        if value == "unconfirmed":
            return queryset.filter(unconfirmed(year))
        if value == "to_confirm":  # of a past day nobody knows what had been handed in by then
            return queryset.filter(unconfirmed(year)) if day else to_confirm(year, queryset)
        # what is on file is compared with today's tree; of a past day there is a note instead
        return queryset if day else drifting(queryset)

    def notes(self) -> list[str]:
        notes = super().notes()
        if self.at and self.data.get("attention") == "drift":
            notes.append(_("“与备案不一致”只能看现在的情况，没有采用。"))
        if self.at and self.data.get("on"):
            notes.append(_("回看某一天时，“某天在册”没有采用。"))
        return notes

    def _captains(self, queryset: Any, day: date) -> QuerySet:
        lasting = Q(ends_on=None) | Q(ends_on__gt=day)
        return TeamPost.objects.filter(
            lasting, team=OuterRef(key_of(queryset)), role=PostRole.CAPTAIN, starts_on__lte=day
        )

    def _filings(self, queryset: Any, day: date | None) -> QuerySet:
        rows = Filing.objects.filter(team=OuterRef(key_of(queryset)))
        if day is None:
            return rows.filter(state__in=OPEN)
        return rows.filter(Q(decided_at=None) | Q(decided_at__gte=end_of(day)), created_at__lt=end_of(day))


def _looks_back(queryset: QuerySet) -> bool:
    return key_of(queryset) != "pk"


def office_path(path: str) -> Substr:
    """The path of the office above the team whose path this is."""
    return Substr(F(path), 1, Length(F(path)) - Organization.steplen)
