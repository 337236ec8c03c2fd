"""Filters of the lists of certificates and policies, for page, export, saved views and API."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.lists import Filter, key_of
from organizations.filters import pick, scopes
from organizations.models import Organization
from people.choices import InsuranceKind
from people.models import Certificate, CertificateKind, Cover, Person, Policy
from people.models.certificate import of_members_below
from people.states import STANDING, CertificateState

SOON = (("30", _("30 天内到期")), ("60", _("60 天内到期")), ("90", _("90 天内到期")))
STATES = [(state.value, state.label) for state in CertificateState]


def later(day: date, days: str) -> date:
    """So many days on; nothing comes after the calendar's last day."""
    return date.fromordinal(min(day.toordinal() + int(days), date.max.toordinal()))


class CertificateFilter(Filter):
    """Without a state asked for, what has been refused or ended is left out."""

    state = django_filters.ChoiceFilter(
        label=_("核验"), choices=STATES, method="by_state", empty_label=_("待核验和已核验")
    )
    kind = django_filters.ModelChoiceFilter(label=_("证书种类"), queryset=CertificateKind.objects.all())
    expiring = pick(_("有效期"), "by_expiry", *SOON, ("lapsed", _("已过期")), ("lasting", _("长期有效")))
    under = django_filters.ModelChoiceFilter(
        label=_("范围"), queryset=scopes, method="by_place", empty_label=_("全部范围")
    )
    first_aid = pick(_("应急救护"), "by_first_aid", ("true", _("是")), ("false", _("不是")))

    class Meta:
        model = Certificate
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state__in=STANDING)

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        """A number finds its certificate; anything else is looked for among the people."""
        numbered = list(Certificate.objects.with_number(value.strip()).values_list("pk", flat=True)[:50])
        if numbered:
            return queryset.filter(**{f"{key_of(queryset)}__in": numbered})
        return queryset.filter(person__in=Person.objects.matching(value))

    def by_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(state=value)

    def by_expiry(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "lasting":
            return queryset.filter(expires_on=None)
        if value == "lapsed":
            return queryset.filter(expires_on__lt=self.today)
        return queryset.filter(expires_on__gte=self.today, expires_on__lte=later(self.today, value))

    def by_place(self, queryset: Any, name: str, value: Organization) -> QuerySet:
        return queryset.filter(of_members_below(value.path))

    def by_first_aid(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(kind__in=CertificateKind.objects.filter(is_first_aid=value == "true").values("pk"))


class PolicyFilter(Filter):
    standing = pick(
        _("保障期"), "by_standing", ("running", _("保障中")), *SOON, ("later", _("还没有开始")), ("over", _("已到期"))
    )
    kind = django_filters.ChoiceFilter(label=_("险种"), choices=InsuranceKind)
    under = django_filters.ModelChoiceFilter(
        label=_("范围"), queryset=scopes, method="by_place", empty_label=_("全部范围")
    )

    class Meta:
        model = Policy
        fields: list[str] = []

    def by_place(self, queryset: Any, name: str, value: Organization) -> QuerySet:
        return queryset.filter(organization__path__startswith=value.path)

    def by_standing(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "later":
            return queryset.filter(starts_on__gt=self.today)
        if value == "over":
            return queryset.filter(ends_on__lt=self.today)
        running = queryset.filter(starts_on__lte=self.today, ends_on__gte=self.today)
        return running if value == "running" else running.filter(ends_on__lte=later(self.today, value))


class CoverFilter(Filter):
    """People of one policy: by name, and on a day."""

    on = django_filters.DateFilter(label=_("哪天在保"), method="by_day")
    ended = pick(_("提前终止"), "by_end", ("true", _("是")), ("false", _("不是")))

    class Meta:
        model = Cover
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(person__in=Person.objects.matching(value))

    def by_day(self, queryset: Any, name: str, value: date) -> QuerySet:
        return queryset.on(value)

    def by_end(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.exclude(end_reason="") if value == "true" else queryset.filter(end_reason="")
