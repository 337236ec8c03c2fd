"""Lists over real models, for the tests of the shared list page itself."""

import django_filters
from django.db.models import Func, QuerySet, TextField, Value
from django.urls import path

from core.decisions import Decision, no
from core.history.as_at import events_of
from core.lists import Column, DateColumn, DateTimeColumn, Filter, ListView, Table
from core.masking import phone
from organizations.models import Organization, User
from organizations.permissions import access
from organizations.roles import Right
from portal.urls import urlpatterns as product


class OfficeTable(Table):
    related = ("division", "proxy")
    only_now = ("numchild",)

    code = Column(orderable=True)
    name = Column(linkify=lambda record: f"/sample/{record.pk}/", orderable=True)
    level = Column(orderable=True, order_by=("level", "path"))
    division = Column(accessor="division__name", verbose_name="行政区划")
    proxy = Column(accessor="proxy__short_name", verbose_name="代办机构")
    mobile = Column(masked=phone)
    valid_from = DateColumn()
    numchild = Column(verbose_name="下级数")

    class Meta:
        default_columns = ("code", "name", "level", "mobile")


class OfficeFilter(Filter):
    level = django_filters.ChoiceFilter(choices=Organization.Level.choices)
    has_staff = django_filters.BooleanFilter()
    founded = django_filters.DateFromToRangeFilter("valid_from")

    class Meta:
        model = Organization
        fields: list[str] = []


def whole(user: User) -> Decision:
    return Decision(Right.EXPORT_FULL in access(user), "按职责")


class OfficeList(ListView):
    model = Organization
    as_at_model = events_of(Organization)
    table_class = OfficeTable
    filterset_class = OfficeFilter
    list_name = "sample:office_list"
    title = "机构"
    full_export = whole


class PeopleTable(Table):
    related = ("organization",)
    username = Column(orderable=True)
    name = Column()
    created_at = DateTimeColumn()
    organization = Column(accessor="organization__name", orderable=True, order_by=("organization__path", "username"))


class PeopleFilter(Filter):
    class Meta:
        model = User
        fields: list[str] = []


class PeopleList(ListView):
    model = User
    table_class = PeopleTable
    filterset_class = PeopleFilter
    list_name = "sample:people_list"
    title = "账号"


class ClosedList(PeopleList):
    list_name = "sample:closed_list"

    def permission(user: User) -> Decision:  # noqa: N805 - called as a function of the user
        return no("您没有查看这个列表的职责。")


class SlowList(PeopleList):
    """Every row takes its time, as among millions."""

    list_name = "sample:slow_list"
    per_page = 3

    def get_queryset(self) -> QuerySet:
        waits = Func(Value(0.02), template="pg_sleep(%(expressions)s)::text", output_field=TextField())
        return super().get_queryset().alias(waits=waits).filter(waits="")


urlpatterns = [
    path("sample/slow/", SlowList.as_view(), name="sample_slow"),
    path("sample/offices/", OfficeList.as_view(), name="sample_offices"),
    path("sample/people/", PeopleList.as_view(), name="sample_people"),
    path("sample/closed/", ClosedList.as_view(), name="sample_closed"),
    *product,
]
