"""Numbers about the year's assessments under way. Scope: an organization, counted with everything below it.

They tell how far a campaign is today and are no facts of a team's year: none is frozen or scored by.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models import Review
from assessments.states import CampaignState, ReviewState
from core.metrics import Link, Measure, Period, metric
from organizations.models import Organization

_UNIT = _("支")
_REPORTED = (
    ReviewState.SUBMITTED, ReviewState.SCORED, ReviewState.DECIDED, ReviewState.PUBLICITY, ReviewState.FINAL,
)  # fmt: skip


def _asked(scope: Organization, states: Sequence[str] = ()) -> "QuerySet[Review]":
    rows = Review.objects.below(scope).filter(campaign__state=CampaignState.OPEN)  # type: ignore[attr-defined]
    return rows.filter(state__in=states) if states else rows.exclude(state=ReviewState.EXEMPT)


def _list(**fixed: str) -> Link:
    def link(scope: Organization, period: Period) -> str:
        return f"{reverse('assessments:review_list')}?{urlencode({'under': scope.pk, **fixed})}"

    return link


@metric(
    "reviews_asked", _("年度考核的队伍"), _UNIT, note=_("现在进行中的年度考核，不参加的除外"), place="organization",
    only_now=True, link=_list(),
)  # fmt: skip
def reviews_asked(scope: Organization, period: Period) -> Measure:
    return Measure.of(_asked(scope))


@metric(
    "reviews_reported", _("已报送述职的队伍"), _UNIT, note=_("现在进行中的年度考核，退回的除外"), place="organization",
    only_now=True, link=_list(),
)  # fmt: skip
def reviews_reported(scope: Organization, period: Period) -> Measure:
    return Measure.of(_asked(scope, _REPORTED))


@metric(
    "reviews_final", _("年度考核已办结的队伍"), _UNIT, note=_("现在进行中的年度考核"), place="organization",
    only_now=True, link=_list(state=ReviewState.FINAL),
)  # fmt: skip
def reviews_final(scope: Organization, period: Period) -> Measure:
    return Measure.of(_asked(scope, (ReviewState.FINAL,)))
