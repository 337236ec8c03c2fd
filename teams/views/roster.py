"""队员: the roster of a team, within the pages of the team."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.forms import Select
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.permissions import can
from organizations.roles import Right
from organizations.signed_in import SignedIn
from people.heads import Roster, read_roster, roster_asked
from people.views.roster_list import MembershipList
from teams.models import Team, TeamPost
from teams.on_file.numbers import figures
from teams.tables.roster import TeamRosterTable
from teams.views.team_common import TeamPage, team_page


class TeamMembers(MembershipList):
    """The team's pages carry it; ``at`` is a day of the roster, not of the team."""

    table_class = TeamRosterTable
    list_name = "teams:team_members"
    permission = None  # asked at the team, in ``authorise``
    template_name = "teams/team_members.html"
    per_page = 50  # most teams on one page: who goes is picked here

    def authorise(self) -> None:
        can(self.request.user, Right.VIEW_MEMBER, self.page.team.organization).require()
        self.title = _("%(team)s队员名册") % {"team": self.page.team.organization.short_name}

    @cached_property
    def page(self) -> TeamPage:
        return team_page(self.request, int(self.kwargs["pk"]), "teams:team_members", now=True)

    def get_queryset(self) -> QuerySet:
        posts = TeamPost.objects.current().filter(
            team__organization=OuterRef("organization"), name=OuterRef("person__name")
        )
        rows = super().get_queryset().filter(organization=self.page.team.organization_id)
        return rows.annotate(post_roles=ArraySubquery(posts.order_by("starts_on").values("role")))

    @cached_property
    def roster(self) -> Roster:
        asked = roster_asked(self.page.team.organization_id, self.filterset.day)
        return read_roster(self.page.shot.with_office(asked)["roster"])

    def get_context(self) -> dict[str, Any]:
        place = self.page.team.organization
        keeps = bool(can(self.request.user, Right.EDIT_MEMBER, place)) and not self.filterset.day
        groups = [("", _("全部")), *((group, group) for group in self.roster.groups)]
        self.filterset.form.fields["group"].widget = Select(choices=groups)
        listed = super().get_context()
        listed["table"].picks = keeps
        return {
            **listed,
            **self.page.frame(),
            "list_title": self.title,
            "figures": figures(self.page.team, self.roster, self.filterset.day),
            "keeps": keeps,
            "place": place,
            "add_url": reverse("people:member_create", args=[place.pk]) if keeps else "",
            "bulk_url": reverse("people:roster_bulk", args=[place.pk]),
            "grant_url": reverse("people:certificate_grant") if keeps else "",
            "narrowed": [pair for pair in parse_qsl(listed["query"]) if pair[0] != "cols"] if keeps else [],
            "ended_url": f"{self.request.path}?state=ended",
        }


@require_safe
@login_required
def roster_of_place(request: SignedIn, pk: int) -> HttpResponse:
    """The roster of the team that an organization is, narrowed as the address says."""
    team = get_object_or_404(Team.objects.visible_to(request.user).only("pk"), organization=pk)
    return redirect(reverse("teams:team_members", args=[team.pk], query=request.GET or None))
