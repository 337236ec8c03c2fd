"""Filters of the list of people. The rows are memberships, or their events on a past day."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.lists import key_of
from organizations.filters import Scope, pick, scopes
from organizations.models import Division, Organization
from organizations.roles import OFFICE_LEVELS
from people.choices import ETHNICITY_CHOICES, AwardLevel, Gender, HourKind, MandateKind, Presence
from people.filters.party import PartyFilter
from people.models import Membership, Person
from people.standing import awards, hours, mandates, one_per_person, red_cross_member, registered_volunteer
from people.states import CURRENT, MembershipState
from people.validators import years_before

FIRST_YEAR = 2000
# Ages from and up to, both included.
BANDS: dict[str, tuple[Any, int, int]] = {
    "minor": (_("未满 18 岁"), 0, 17),
    "18": (_("18 至 30 岁"), 18, 30),
    "31": (_("31 至 40 岁"), 31, 40),
    "41": (_("41 至 50 岁"), 41, 50),
    "51": (_("51 至 60 岁"), 51, 60),
    "61": (_("61 岁以上"), 61, 150),
}
BELONGING = (
    ("now", _("在队（预备和正式）")),
    ("full", _("正式队员")),
    ("probation", _("预备队员")),
    ("away", _("请假或暂停")),
    ("left", _("没有在队的（已退队）")),
)
YES_NO = (("true", _("是")), ("false", _("否")))


def places(request: Any) -> QuerySet[Organization]:
    """What the list can be narrowed to: the usual scopes, and the offices below the own one."""
    if request is None:
        return scopes(request)
    own = request.user.organization
    return scopes(request, Q(path__startswith=own.path, depth=own.depth + 1, level__in=OFFICE_LEVELS))


class Under(Scope):
    """The same choice by ``path``, among more places."""

    def __init__(self) -> None:
        django_filters.ModelChoiceFilter.__init__(
            self, field_name="organization__path", queryset=places, label=_("单位或队伍"), empty_label=_("全部范围")
        )


class PersonFilter(PartyFilter):
    """``year`` says of which year awards, mandates, hours and numbers are asked."""

    under = Under()
    status = pick(_("队籍"), "by_status", *BELONGING)
    sex = django_filters.ChoiceFilter(field_name="person__gender", label=_("性别"), choices=Gender)
    age = pick(_("年龄"), "by_age", *((key, band[0]) for key, band in BANDS.items()))
    ethnicity = django_filters.ChoiceFilter(field_name="person__ethnicity", label=_("民族"), choices=ETHNICITY_CHOICES)
    division = django_filters.ModelChoiceFilter(
        label=_("所在旗县"), method="by_division",
        queryset=Division.objects.exclude(level=Division.Level.PROVINCE).order_by("code"),
    )  # fmt: skip
    rc = pick(_("红十字会会员"), "by_number", *YES_NO)
    volunteer = pick(_("注册志愿者"), "by_number", *YES_NO)
    award = pick(_("表彰奖励"), "by_award", ("any", _("有")), *AwardLevel.choices)
    mandate = pick(_("代表、理事、监事"), "by_mandate", ("any", _("有")), *MandateKind.choices)
    hours = pick(_("服务和培训时长"), "by_hours", ("any", _("有")), *HourKind.choices)
    year = django_filters.NumberFilter(
        label=_("年度"), method="by_year", min_value=FIRST_YEAR, max_value=2100, decimal_places=0,
        help_text=_("表彰、任职、时长、会员和志愿者按这一年算。"),
    )  # fmt: skip
    party = pick(_("中共党员"), "by_party", ("true", _("是")))

    class Meta:
        model = Membership
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Whoever is in two teams stands in the list once."""
        rows = super().filter_queryset(queryset)
        if rows.model is not Membership and not self.form.cleaned_data.get("status"):
            rows = rows.filter(state__in=CURRENT)  # of a past day: who was in a team then
        return rows.filter(one_per_person(rows, key=key_of(rows)))

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(person__in=Person.objects.matching(value).order_by().values("pk"))

    def by_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        current = queryset.filter(state__in=CURRENT)
        if value == "left":
            return queryset.filter(state=MembershipState.ENDED)
        if value == "away":
            back = Q(away_until=None) | Q(away_until__gt=self.today)
            return current.filter(back).exclude(presence=Presence.ACTIVE)
        return current if value == "now" else queryset.filter(state=value)

    def by_age(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        _label, youngest, oldest = BANDS[value]
        day = self.today
        after = years_before(day, oldest + 1)
        return queryset.filter(person__birth__gt=after, person__birth__lte=years_before(day, youngest))

    def by_division(self, queryset: QuerySet, name: str, value: Division) -> QuerySet:
        if value.level == Division.Level.PREFECTURE:
            return queryset.filter(person__division__in=Division.objects.filter(code__startswith=value.code[:4]))
        return queryset.filter(person__division=value)

    def by_number(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        has = {"rc": red_cross_member, "volunteer": registered_volunteer}[name](self._year(), "person__")
        return queryset.filter(has if value == "true" else ~has)

    def by_award(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return self._having(queryset, awards, value)

    def by_mandate(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return self._having(queryset, mandates, value)

    def by_hours(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return self._having(queryset, hours, value)

    def by_year(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset  # the others read it

    def _having(self, queryset: QuerySet, rows: Callable[..., QuerySet], value: str) -> QuerySet:
        found = rows(self._year(), "" if value == "any" else value)
        return queryset.filter(Exists(found.order_by().filter(person=OuterRef("person"))))

    def _year(self) -> int | None:
        year = self.form.cleaned_data.get("year") if self.is_bound else None
        return int(year) if year else None
