"""Filters of the list of reviews; the API takes the same. The rows are reviews, or their events on a past day."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.annual.answers import LEAGUE, REGION
from assessments.annual.deadlines import STAGES, late
from assessments.annual.queue import to_mend, waiting_for
from assessments.follow_ups.needed import lacking
from assessments.models import Campaign, Conclusion, Review
from assessments.states import REVIEW_DECIDED, CampaignState, ReviewState
from core.lists import Filter, key_of
from core.search import matching
from organizations.filters import Scope, pick
from organizations.models import Organization
from organizations.roles import Level

FIRST_YEAR = 2020
QUEUES = (("mine", _("待我办理")), ("ours", _("待我方报送")))


def years() -> list[tuple[str, str]]:
    """Next year's assessment is prepared, and opened, in this one."""
    return [(str(year), f"{year}") for year in range(timezone.localdate().year + 1, FIRST_YEAR - 1, -1)]


def of_year(name: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=_("年度"), field_name=name, choices=years)


def results() -> list[tuple[str, str]]:
    """The conclusions of the standards that campaigns use, each name once."""
    rows = Conclusion.objects.filter(standard__in=Campaign.objects.values("standard"))
    return [(name, name) for name in dict.fromkeys(rows.order_by("position").values_list("name", flat=True))]


def scoring(request: Any) -> QuerySet[Organization]:
    """Who scores: of a team that was moved since, another than the league above it."""
    return Organization.objects.filter(level__in=(Level.REGION, Level.LEAGUE)).order_by("path")


class ReviewFilter(Filter):
    queue = pick(_("在谁手里"), "by_queue", *QUEUES)
    year = of_year("campaign__year")
    state = django_filters.ChoiceFilter(label=_("状态"), choices=ReviewState)
    under = Scope("organization__path")
    office = django_filters.ModelChoiceFilter(label=_("考核单位"), queryset=scoring)
    result = django_filters.ChoiceFilter(label=_("考核结果"), field_name="result__name", choices=results)
    step = pick(
        _("进度"), "by_step", ("handed_in", _("已报送")), ("final", _("已办结")), ("overdue", _("超过截止日")),
        ("unfollowed", _("不合格，还没有登记后续动作")),
    )  # fmt: skip
    campaign = pick(_("考核"), "by_campaign", ("open", _("进行中的（不参加的除外）")))
    bare = pick(_("取数"), "by_snapshot", ("true", _("还没有取数")), ("false", _("已取数")))

    class Meta:
        model = Review
        fields: list[str] = []

    def search(self, queryset: Any, name: str, value: str) -> QuerySet:
        named = Organization.objects.filter(matching(value)).teams().order_by().values("pk")
        return queryset.filter(organization__in=named)

    def by_queue(self, queryset: Any, name: str, value: str) -> QuerySet:
        user = self.request.user
        waiting = [to_mend(user)] if value == "ours" else [waiting_for(user, side) for side in (LEAGUE, REGION)]
        first, *others = (rows.order_by().values("pk") for rows in waiting)
        # one set of keys: an OR of two would be asked of every review there is
        return queryset.filter(**{f"{key_of(queryset)}__in": first.union(*others) if others else first})

    def by_step(self, queryset: Any, name: str, value: str) -> QuerySet:
        if value == "overdue":
            return queryset.filter(late(self.today))
        if value == "unfollowed":
            keys = lacking(Review.objects.filter(state__in=REVIEW_DECIDED)).order_by().values("pk")
            return queryset.filter(**{f"{key_of(queryset)}__in": keys})
        return queryset.filter(state__in=(ReviewState.FINAL,) if value == "final" else STAGES[0].done)

    def by_campaign(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.filter(campaign__state=CampaignState.OPEN).exclude(state=ReviewState.EXEMPT)

    def by_snapshot(self, queryset: Any, name: str, value: str) -> QuerySet:
        taken = Review.objects.filter(snapshots__isnull=False).order_by().values("pk")
        return (
            queryset.exclude(**{f"{key_of(queryset)}__in": taken})
            if value == "true"
            else queryset.filter(**{f"{key_of(queryset)}__in": taken})
        )
