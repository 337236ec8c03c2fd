"""Reads what is known about teams under one standard: the teams, what was said of them, their numbers; a query each."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assessments.gap.known import Known, exact, said_of, said_rows
from assessments.gap.league import LeagueGap, judged_by
from assessments.gap.team import metrics_of, period_for
from assessments.models import Standard
from core.metrics import numbers_at
from core.together import together
from organizations.models import Organization, User
from organizations.permissions import reach
from organizations.roles import Right
from teams.models import Team


def teams_below(scope: Organization, user: User | None) -> QuerySet[Team]:
    """On file below the office, where the person may see assessments (None: all); in tree order."""
    rows = Team.objects.all()
    if user is not None:
        rows = Team.objects.visible_to(user).filter(reach(user, Right.VIEW_ASSESSMENT, at="organization"))
    return rows.below(scope).on_file().order_by("organization__path")


def judged(scope: Organization, user: User | None, standard: Standard) -> QuerySet[Team]:
    """Those of them the standard is about."""
    return teams_below(scope, user).filter(judged_by(standard))


def gap_of(standard: Standard, teams: QuerySet[Team], scope: Organization) -> LeagueGap:
    """``teams`` below the office, some hundreds at the most, in their order."""
    found = list(teams.select_related("organization"))
    rows: dict[str, list[Any]] = together(
        said_rows(standard, [team.pk for team in found]),
        indicators=standard.indicators.all(),
        conclusions=standard.conclusions.all(),
    )
    indicators, conclusions = rows.pop("indicators"), rows.pop("conclusions")
    places = [team.organization for team in found]
    period = period_for(standard, timezone.localdate())
    numbers = numbers_at(metrics_of(indicators), places, period, around=scope)
    said = said_of(rows, indicators)
    known = {
        team.pk: Known(
            {name: exact(number) for name, number in numbers.get(team.organization_id, {}).items()},
            said.get(team.pk, {}),
        )
        for team in found
    }
    return LeagueGap(standard, indicators, conclusions, found, known)
