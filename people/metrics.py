"""Numbers about people. Scope: an organization, counted with everything below it; a person counts once.

All of them are told as at the period's day (``Period.as_at``).
"""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from core.history.as_at import field_on
from core.metrics import Measure, Period, metric
from core.metrics.links import behind
from organizations.models import Organization
from people.choices import PARTY_MEMBERS
from people.heads import one_each
from people.models import Certificate, Membership, Person
from people.readiness import certified, deployable, lacking

EXPIRING = 90  # days
_UNIT = _("人")
EACH = Count("person", distinct=True)  # heads of one team


def _there(scope: Organization, period: Period) -> QuerySet[Membership]:
    return Membership.objects.there(period.past).below(scope)


_list = partial(behind, "people:member_list", looks_back=True)


def _heads(name: str, label: Any, rows: Any, *, note: Any, **filters: Any) -> None:
    """:param rows: (scope, period) → memberships, of which one per person is counted."""
    metric(name, label, _UNIT, note=note, place="organization", link=_list(heads="once", **filters))(
        lambda scope, period: heads_of(rows(scope, period))
    )


def heads_of(rows: QuerySet[Membership]) -> Measure:
    """The people of the memberships."""
    return Measure.of(one_each(rows), each=(rows, EACH))


def _insured(scope: Organization, period: Period) -> QuerySet[Membership]:
    return _there(scope, period).filter(~Q(lacking("insured", period.past)))


def _expiring(scope: Organization, period: Period) -> QuerySet[Membership]:
    day = period.as_at
    theirs = Certificate.objects.stood(period.past).not_followed(period.past).filter(person=OuterRef("person"))
    return _there(scope, period).filter(Exists(theirs.filter(expires_on__range=(day, day + timedelta(days=EXPIRING)))))


_heads("members_registered", _("在册队员"), _there, note=_("在几支队伍的只算一次"))
_heads(
    "members_certified", _("持证队员"), lambda scope, period: certified(_there(scope, period), period.past),
    ready="certified", note=_("应急救护证书已核验、在有效期内"),
)  # fmt: skip
_heads(
    "members_deployable", _("可出动队员"), lambda scope, period: deployable(_there(scope, period), period.past),
    ready="deployable", note=_("正式队员，证书、保险等都齐"),
)  # fmt: skip
_heads(
    "members_insured", _("已投保队员"), _insured, note=_("在人身意外保险的保障期内"), insurance="insured",
)  # fmt: skip
_heads("members_expiring", _("证书将到期的队员"), _expiring, note=_("90 天内有证书到期"), certificate=f"in_{EXPIRING}")


@metric("memberships", _("队籍"), _("个"), note=_("在几支队伍的各算一次"), place="organization", link=_list())
def memberships(scope: Organization, period: Period) -> Measure:
    return Measure.of(_there(scope, period))


@metric("members_party", _("队员中的中共党员"), _UNIT, note=_("含预备党员；只有数字"), place="organization")
def members_party(scope: Organization, period: Period) -> Measure:
    rows = _there(scope, period)
    if period.past is None:
        return heads_of(rows.filter(person__political__in=PARTY_MEMBERS))
    political = field_on(Person, "political", period.past, of="person", since=True)
    return heads_of(rows.filter(In(political, [str(one.value) for one in PARTY_MEMBERS])))
