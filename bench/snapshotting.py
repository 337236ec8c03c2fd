"""A campaign of every team: how long it takes to freeze the year of each, and to score them from what was frozen."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from assessments.annual.snapshots import metrics_of_teams, take, values_of
from assessments.choices import Method, Purpose
from assessments.models import Campaign, Conclusion, Indicator, Review, Standard
from assessments.scoring import Answer, score
from assessments.scoring.rules import rules_of
from assessments.states import CampaignState, StandardState
from organizations.models import User
from teams.models import Team

SCALE = 10  # of which this is measured: 3,000 teams


@dataclass(frozen=True)
class Snapshots:
    """Of last year, looked back at from today. Queries of all teams together."""

    teams: int
    indicators: int
    taken_seconds: float
    taken_queries: int
    scored_seconds: float
    scored_queries: int


class _Count:
    """What is asked within ``measured``, and how long it took."""

    queries = 0
    seconds = 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)

    @contextmanager
    def measured(self) -> Iterator[None]:
        begun = time.perf_counter()
        with connection.execute_wrapper(self):
            yield
        self.seconds = time.perf_counter() - begun


def measure_snapshots() -> Snapshots:
    """On a campaign of its own, of every team on file. Adds rows that no page before it has shown."""
    campaign, by = _campaign()
    rows = Review.objects.filter(campaign=campaign)
    taking, scoring = _Count(), _Count()
    with taking.measured():
        taken = take(rows, by=by)
    with scoring.measured():
        rules = rules_of(campaign.standard)
        bound = dict(campaign.standard.indicators.exclude(metric="").values_list("code", "metric"))
        for numbers in values_of(rows).values():
            score(rules, {code: Answer(value=numbers[metric]) for code, metric in bound.items()})
    return Snapshots(taken, len(bound), taking.seconds, taking.queries, scoring.seconds, scoring.queries)


def line(found: dict[str, Any]) -> str:
    """For the report."""
    teams = found["teams"]
    return (
        f"年度考核取数，{teams:,} 支队伍（上一年度，回看到 12 月 31 日，含报告用的记录摘要）："
        f"{found['taken_seconds']:.1f} 秒，每队 {found['taken_queries'] / teams:.2f} 次查询；"
        f"按 {found['indicators']} 项指标给全部队伍算分：{found['scored_seconds']:.1f} 秒，"
        f"每队 {found['scored_queries'] / teams:.3f} 次查询。"
    )


def _campaign() -> tuple[Campaign, User]:
    by = User.objects.get(username="region")
    year = timezone.localdate().year - 1
    campaign = Campaign.objects.create(
        year=year, standard=standard(), data_until=date(year, 12, 31), created_by=by, state=CampaignState.DRAFT
    )
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.OPEN, opened_at=timezone.now())
    teams = Team.objects.on_file().values_list("pk", "organization", named=True)
    Review.objects.bulk_create(
        [
            Review(campaign=campaign, team_id=team.pk, organization_id=team.organization, office=by.organization)
            for team in teams
        ],
        batch_size=1000,
    )
    return campaign, by


def standard() -> Standard:
    """A line for every metric of teams, by value or by steps. Made once."""
    known = Standard.objects.filter(code="bench-annual").first()
    if known is not None:
        return known
    made = Standard.objects.create(
        purpose=Purpose.ANNUAL, code="bench-annual", name="测量用考核标准（演示）", publisher="region"
    )
    Conclusion.objects.bulk_create(
        Conclusion(standard=made, position=number, key=key, name=key, min_total=least)
        for number, (key, least) in enumerate((("a", Decimal(90)), ("b", Decimal(60)), ("c", None)), 1)
    )
    Indicator.objects.bulk_create(
        Indicator(
            standard=made, position=number, code=f"{number}", name=str(metric.label), points=Decimal(3),
            metric=metric.name, method=Method.STEPS if number % 2 else Method.THRESHOLD,
            steps=[{"from": "1", "points": "1"}, {"from": "10", "points": "3"}], requirements={"a": "10", "b": "1"},
        )
        for number, metric in enumerate(metrics_of_teams(), 1)
    )  # fmt: skip
    Standard.objects.filter(pk=made.pk).update(
        state=StandardState.PUBLISHED, published_at=timezone.now(), valid_from=date(2024, 1, 1)
    )
    return Standard.objects.get(pk=made.pk)
