"""The list of teams."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import pgettext_lazy

from core.history.as_at import events_of
from core.lists import ListView
from organizations.models import Organization
from organizations.permissions import access, reach
from organizations.roles import Right
from organizations.signed_in import SignedIn
from organizations.views.common import holding
from people.heads import numbers_at
from teams.choices import PostRole
from teams.filters.teams import TeamFilter, office_path
from teams.models import Team, TeamPost
from teams.models.team import other_category_names
from teams.tables.teams import NUMBERS, TeamTable


def with_names(rows: QuerySet[Team]) -> QuerySet[Team]:
    """Adds ``office_name`` of the office above, ``category_names`` of the other categories and ``captain_names``, read
    with the rows."""
    offices = Organization.objects.filter(path=OuterRef("office_path")).values("short_name")[:1]
    captains = TeamPost.objects.current().filter(team=OuterRef("pk"), role=PostRole.CAPTAIN)
    return rows.alias(office_path=office_path("organization__path")).annotate(
        office_name=Subquery(offices),
        category_names=other_category_names(),
        captain_names=ArraySubquery(captains.order_by("starts_on", "pk").values("name")),
    )


class TeamList(ListView):
    request: SignedIn
    model = Team
    table_class = TeamTable
    filterset_class = TeamFilter
    list_name = "teams:team_list"
    title = pgettext_lazy("many", "救援队")
    permission = holding(Right.VIEW_TEAM)
    as_at_model = events_of(Team)
    full_export = holding(Right.EXPORT_FULL)
    template_name = "teams/team_list.html"

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if self.request.GET.get("full") == "1":
            # One sees below, but gives away whole numbers of the teams the own office manages only.
            rows = rows.filter(reach(self.request.user, Right.EXPORT_FULL, at="organization"))
        rows = with_names(rows)
        return rows if not {*NUMBERS} & {*self.asked.columns} else self._with_numbers(rows)

    def _with_numbers(self, rows: QuerySet[Team]) -> QuerySet[Team]:
        """Counted for the rows of the page only, and only where the person sees the members."""
        there = reach(self.request.user, Right.VIEW_MEMBER, at="organization")
        seen = Case(When(there, then=Value(True)), default=Value(False), output_field=BooleanField())
        return rows.annotate(numbers=numbers_at("organization"), members_seen=seen)

    def get_context(self) -> dict[str, Any]:
        held = access(self.request.user)
        may = {"may_file": held.in_office(Right.SUBMIT_FILING), "adds_up": held.in_office(Right.VIEW_TEAM)}
        return {**super().get_context(), **may}
