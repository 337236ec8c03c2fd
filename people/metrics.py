"""Numbers about people. Scope: an organization, counted with everything below it; a person counts once."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.metrics import Link, Measure, Period, metric
from organizations.models import Organization
from people.choices import PARTY_MEMBERS
from people.heads import once
from people.models import Certificate, Membership
from people.readiness import certified, deployable, lacking

EXPIRING = 90  # days
_UNIT = _("人")


def _current(scope: Organization) -> QuerySet[Membership]:
    return Membership.objects.current().below(scope)


def _list(**filters: str) -> Link:
    """The list of the members who are counted."""

    def link(scope: Organization, period: Period) -> str:
        return f"{reverse('people:member_list')}?{urlencode({'under': scope.pk, **filters})}"

    return link


def _heads(name: str, label: Any, rows: Any, *, note: Any, **filters: str) -> None:
    """:param rows: scope → memberships, of which one per person is counted."""
    metric(name, label, _UNIT, note=note, place="organization", link=_list(heads="once", **filters))(
        lambda scope, period: Measure.of(once(rows(scope)))
    )


def _expiring(scope: Organization) -> QuerySet[Membership]:
    today = timezone.localdate()
    last = today + timedelta(days=EXPIRING)
    running_out = Certificate.objects.standing().filter(person=OuterRef("person"), expires_on__range=(today, last))
    return _current(scope).filter(Exists(running_out))


_heads("members_registered", _("在册队员"), _current, note=_("在几支队伍的只算一次"))
_heads(
    "members_certified", _("持证队员"), lambda scope: certified(_current(scope)), ready="certified",
    note=_("应急救护证书已核验、在有效期内"),
)  # fmt: skip
_heads(
    "members_deployable", _("可出动队员"), lambda scope: deployable(_current(scope)), ready="deployable",
    note=_("正式队员，证书、保险等都齐"),
)  # fmt: skip
_heads(
    "members_insured", _("已投保队员"), lambda scope: _current(scope).filter(~Q(lacking("insured"))),
    note=_("今天在人身意外保险的保障期内"), insurance="insured",
)  # fmt: skip
_heads("members_expiring", _("证书将到期的队员"), _expiring, note=_("90 天内有证书到期"), certificate=f"in_{EXPIRING}")


@metric("memberships", _("队籍"), _("个"), note=_("在几支队伍的各算一次"), place="organization", link=_list())
def memberships(scope: Organization, period: Period) -> Measure:
    return Measure.of(_current(scope))


@metric("members_party", _("队员中的中共党员"), _UNIT, note=_("含预备党员；只有数字"), place="organization")
def members_party(scope: Organization, period: Period) -> Measure:
    return Measure.of(once(_current(scope).filter(person__political__in=PARTY_MEMBERS)))
