"""Numbers about what people hold and did. A person counts once; rows are memberships, so that branches can be told."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.metrics import Link, Measure, Period, metric
from organizations.models import Organization
from people import standing
from people.heads import one_each
from people.metrics import EACH
from people.models import Membership

_UNIT = _("人")


def _list(**fixed: str) -> Link:
    def link(scope: Organization, period: Period) -> str:
        values = {"under": str(scope.pk), "status": "now", **fixed, "year": str(period.year)}
        return f"{reverse('people:person_list')}?{urlencode(values | period.looked_back())}"

    return link


def _people(scope: Organization, period: Period, condition: Any) -> Measure:
    """One membership of each member below the scope of whom the condition holds."""
    rows = Membership.objects.there(period.past).below(scope).filter(person__merged_into=None)
    # which membership is the main one changes without a date: of a past day it is not asked
    one = one_each(rows) if period.past else rows.filter(standing.one_per_person(rows))
    return Measure.of(one.filter(condition), each=(rows.filter(condition), EACH))


def _having(records: QuerySet) -> Exists:
    return Exists(records.order_by().filter(person=OuterRef("person")))


@metric(
    "red_cross_members", _("是红十字会会员的队员"), _UNIT, note=_("在队的，有会员证号的"), place="organization",
    link=_list(rc="true"),
)  # fmt: skip
def red_cross_members(scope: Organization, period: Period) -> Measure:
    return _people(scope, period, Q(standing.red_cross_member(period.year, "person__", period.past)))


@metric(
    "registered_volunteers", _("是注册志愿者的队员"), _UNIT, note=_("在队的，有志愿者编号的"), place="organization",
    link=_list(volunteer="true"),
)  # fmt: skip
def registered_volunteers(scope: Organization, period: Period) -> Measure:
    return _people(scope, period, Q(standing.registered_volunteer(period.year, "person__", period.past)))


@metric(
    "people_awarded", _("受表彰的队员"), _UNIT, note=_("在队的，本年受过表彰奖励"), place="organization",
    link=_list(award="any"),
)  # fmt: skip
def people_awarded(scope: Organization, period: Period) -> Measure:
    return _people(scope, period, _having(standing.awards(period.year, until=period.past)))


@metric(
    "people_in_office", _("任代表、理事、监事的队员"), _UNIT, note=_("在队的，含候选人，截止日在任"),
    place="organization", link=_list(mandate="any"),
)  # fmt: skip
def people_in_office(scope: Organization, period: Period) -> Measure:
    return _people(scope, period, _having(standing.mandates(period.year, until=period.past)))


@metric(
    "people_with_service", _("有服务时长的队员"), _UNIT, note=_("在队的，本年登记过服务时长"), place="organization",
    link=_list(hours="service"),
)  # fmt: skip
def people_with_service(scope: Organization, period: Period) -> Measure:
    return _people(scope, period, _having(standing.hours(period.year, "service", period.past)))


@metric(
    "people_trained", _("有培训时长的队员"), _UNIT, note=_("在队的，本年登记过培训时长"), place="organization",
    link=_list(hours="training"),
)  # fmt: skip
def people_trained(scope: Organization, period: Period) -> Measure:
    return _people(scope, period, _having(standing.hours(period.year, "training", period.past)))
