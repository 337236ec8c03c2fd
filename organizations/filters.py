"""Filters of the lists of offices, accounts, appointments and requests."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.days import beginning_of, end_of
from core.keys import key
from core.lists import Filter, key_of
from core.search import found_by
from organizations.models import AccountRequest, Appointment, Organization, User
from organizations.permissions import access
from organizations.roles import ADMINISTRATORS, OFFICE_LEVELS, ROLE_CHOICES, Level, RoleKey
from organizations.states import RequestState

YES_NO = [("true", _("是")), ("false", _("否"))]


def scopes(request: Any, further: Q | None = None) -> QuerySet[Organization]:
    """Places a list can be narrowed to: the visible leagues and the region, the own organization, those where one holds
    a duty (a captain may have two teams), and the one that the page was opened for (the summary opens lists of a
    single banner).

    :param further: what else can be chosen; put to the same OR, each part of which an index serves.
    """
    if request is None:
        return Organization.objects.none()
    own = {request.user.organization_id, *(held.place_id for held in access(request.user).held)}
    above = Q(level__in=[Level.REGION, Level.LEAGUE]) | Q(pk__in=own)
    if (asked := key(request.GET.get("under", ""))) is not None:
        above |= Q(pk=asked)
    if further is not None:
        above |= further
    return Organization.objects.visible_to(request.user).filter(above).only("pk", "path", "name", "short_name")


class Scope(django_filters.ModelChoiceFilter):
    """Everything at and below one organization. ``field_name`` leads to the organization's path."""

    def __init__(self, path: str) -> None:
        super().__init__(field_name=path, queryset=scopes, label=_("范围"), empty_label=_("全部范围"))

    def filter(self, qs: QuerySet, value: Organization | None) -> QuerySet:
        return qs.filter(**{f"{self.field_name}__startswith": value.path}) if value else qs


def pick(label: Any, method: str, *choices: tuple[str, Any]) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, choices=choices, method=method)


class OrganizationFilter(Filter):
    under = Scope("path")
    level = pick(_("级别"), "by_level", ("office", _("全部机构")), *Level.choices)
    staffed = pick(_("专职人员"), "by_staff", ("true", _("有")), ("false", _("没有，由上级代办")))
    security = pick(_("安全管理员"), "by_security", ("true", _("已设")), ("false", _("未设")))
    in_force = pick(_("状态"), "by_force", ("true", _("在册")), ("false", _("已停用或未启用")))

    class Meta:
        model = Organization
        fields: list[str] = []

    def by_level(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(level__in=OFFICE_LEVELS if value == "office" else [value])

    def by_staff(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(has_staff=value == "true")

    def by_security(self, queryset: Any, name: str, value: str) -> QuerySet:
        here = Appointment.objects.in_force(self._instant())
        here = here.filter(organization=OuterRef(key_of(queryset)), role=RoleKey.SECURITY_ADMIN)
        held = Exists(here.filter(user__is_active=True))
        return queryset.filter(held if value == "true" else ~held)

    def by_force(self, queryset: Any, name: str, value: str) -> QuerySet:
        there = Q(valid_to=None) | Q(valid_to__gt=self.today)
        there &= Q(valid_from__lte=self.today)
        return queryset.filter(there if value == "true" else ~there)

    def _instant(self) -> Any:
        return end_of(self.at) - timedelta(microseconds=1) if self.at else None


class UserFilter(Filter):
    under = Scope("organization__path")
    role = pick(_("职责"), "by_role", *ROLE_CHOICES)
    duty = pick(_("任职"), "by_duty", ("true", _("有职责")), ("false", _("没有职责")))
    active = pick(_("状态"), "by_active", ("true", _("在用")), ("false", _("已停用")))
    opened = django_filters.DateFromToRangeFilter(field_name="created_at", label=_("开户日期"))

    class Meta:
        model = User
        fields: list[str] = []

    def by_role(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(Exists(Appointment.objects.in_force().filter(user=OuterRef("pk"), role=value)))

    def by_active(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(is_active=value == "true")

    def by_duty(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.with_duty() if value == "true" else queryset.without_duty()


class AppointmentFilter(Filter):
    under = Scope("organization__path")
    role = pick(_("职责"), "by_role", ("administrators", _("三类管理员")), *ROLE_CHOICES)
    state = pick(
        _("状态"),
        "by_state",
        ("current", _("在任")),
        ("ending", _("30 天内到期")),
        ("future", _("尚未开始")),
        ("ended", _("已终止")),
    )
    on = django_filters.DateFilter(label=_("某天在任"), method="on_day")

    class Meta:
        model = Appointment
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        return found_by(queryset, value, "user", "organization")

    def by_role(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(role__in=ADMINISTRATORS if value == "administrators" else [value])

    def by_state(self, queryset: Any, name: str, value: str) -> QuerySet:
        now = timezone.now()
        if value == "future":
            return queryset.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__gt=now)
        if value == "ended":
            return queryset.filter(ends_at__lte=now)
        current = queryset.in_force(now)
        return current.filter(ends_at__lte=now + timedelta(days=30)) if value == "ending" else current

    def on_day(self, queryset: Any, name: str, value: date) -> QuerySet:
        """In force at some instant of the day."""
        there = Q(ends_at=None) | Q(ends_at__gt=beginning_of(value))
        return queryset.filter(there, starts_at__lt=end_of(value))


class RequestFilter(Filter):
    queue = pick(
        _("在谁手里"), "by_queue", ("mine", _("待我办理")), ("ours", _("待我方填报")), ("waiting", _("等别人"))
    )
    under = Scope("organization__path")
    state = django_filters.ChoiceFilter(label=_("状态"), choices=RequestState)
    decided = django_filters.DateFromToRangeFilter(field_name="decided_at", label=_("办结日期"), method="by_decided")

    class Meta:
        model = AccountRequest
        fields: list[str] = []

    def by_queue(self, queryset: Any, name: str, value: str) -> QuerySet:
        user = self.request.user
        if value == "mine":
            return queryset.to_decide(user)
        if value == "ours":
            return queryset.to_mend(user)
        return queryset.waiting().exclude(pk__in=AccountRequest.objects.to_decide(user).values("pk"))

    def by_decided(self, queryset: Any, name: str, value: slice) -> QuerySet:
        queryset = queryset.filter(state__in=[RequestState.APPROVED, RequestState.REJECTED])
        if value.start:
            queryset = queryset.filter(decided_at__gte=value.start)
        return queryset.filter(decided_at__lte=value.stop) if value.stop else queryset
