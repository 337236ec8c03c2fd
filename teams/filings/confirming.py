"""Which teams have still to be confirmed for a year, and which of them comes after the one just handed in."""

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from organizations.models import User
from organizations.permissions import reach
from organizations.roles import Right
from teams.choices import FilingKind
from teams.models import Filing, Team
from teams.states import OPEN, WITH_AUTHOR, WITH_OFFICE, FilingState, TeamStatus


def to_confirm(year: int, among: QuerySet[Team] | None = None) -> QuerySet[Team]:
    """On file since an earlier year, not confirmed, and neither a confirmation nor its leaving with an office."""
    rows: QuerySet[Team] = Team.objects.all() if among is None else among
    kinds = (FilingKind.ANNUAL, FilingKind.EXIT)
    under_way = Filing.objects.filter(team=OuterRef("pk"), kind__in=kinds, state__in=WITH_OFFICE)
    rows = rows.filter(status__in=(TeamStatus.FILED, TeamStatus.RECTIFYING), filed_on__year__lt=year)
    return rows.exclude(confirmed_year=year).filter(~Exists(under_way))


def next_to_confirm(filing: Filing, user: User) -> list[Team]:
    """For whoever has just handed in a confirmation: the other teams he or she could confirm, from this one on in the
    order of offices; a hundred at most. Not those with another filing under way, which has to be ended first."""
    handed_in = filing.state in WITH_OFFICE or filing.state == FilingState.FILED
    if filing.kind != FilingKind.ANNUAL or filing.team_id is None or not filing.year:
        return []
    if filing.submitted_by_id != user.pk or not handed_in:
        return []
    other = Filing.objects.filter(team=OuterRef("pk"), state__in=OPEN)
    rows = (
        to_confirm(filing.year)
        .filter(reach(user, Right.SUBMIT_FILING, at="organization"))
        .filter(~Exists(other.exclude(Q(kind=FilingKind.ANNUAL, state__in=WITH_AUTHOR))))
    )
    behind = Case(When(organization__path__gt=filing.organization.path, then=Value(0)), default=Value(1))
    return list(
        rows.exclude(pk=filing.team_id).select_related("organization").order_by(behind, "organization__path")[:100]
    )
